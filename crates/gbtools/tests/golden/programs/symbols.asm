;$ rgbasm -Weverything -D given -D text=some -o main.o main.asm
;$ rgblink -o main.gb -n main.sym main.o
;$ rgbasm -Weverything mistakes.asm
; Symbols of all kinds, and their scopes.
SECTION "symbols", ROMX[$4200], BANK[3]
DEF constant EQU 10
DEF variable = 3
DEF variable += 4
REDEF variable *= 2
REDEF constant EQU constant + 1
DEF string EQUS "text"
REDEF string EQUS "{string}ual"
EXPORT DEF exported EQU $1234
EXPORT DEF big = $12345678
	EXPORT constant
	println constant, " ", variable, " ", #string, " ", #text, " ", #given
RSRESET
DEF rs_a RB
DEF rs_b RW 2
DEF rs_c RL
RSSET 100
DEF rs_d RB 0
	println rs_a, rs_b, rs_c, rs_d, _RS
Global:
.local: db BANK(.local)
.other:: dw .local
Second:: dw Global.local, .third
.third
Global.remote:
	dw .third
	println __SCOPE__, " ", .
:	db 1
	dw :-, :+, :++
:	db 2
:	println DEF(Global.local), DEF(nothing), ISCONST(Global)
#db: dw #db
;== mistakes.asm
SECTION "mistakes", ROM0
DEF constant EQU 1
DEF string EQUS "text"
Global:
	PURGE constant, string
	println DEF(constant), DEF(string)
	EXPORT later
later:
DEF wrong EQU later - Global
	println wrong
	LOCAL_ONE = 1
DEF Global EQU 1
DEF variable EQU 2
DEF @ EQU 3
	PURGE nothing
	dw Global.missing.twice
