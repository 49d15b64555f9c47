;$ rgbasm -D Text=3 -o main.o main.asm
;$ rgbasm -D Missing=3 -o other.o other.asm
;$ rgbasm -o third.o third.asm
;$ rgblink main.o other.o third.o
;$ rgblink -n out.sym -m out.map -o out.gb third.o
; An object has all symbols of its source, but not those of the command line.
	SECTION "main", ROM0
	db Missing, Constant, Variable, Text, Body
	db Used, Index, Purged, Again
	db Referred
	println Text
;== other.asm
DEF Constant EQU 1
DEF Variable = 2
DEF Text EQUS "text"
MACRO Body
ENDM
	FOR Index, 2
	ENDR
	println "{Missing}", ISCONST(Referred)
DEF Purged EQU 1
	PURGE Purged
DEF Again EQU 1
	PURGE Again
DEF Again EQU 2
	SECTION "other", ROM0
DEF Used EQU 3
	db Used
;== third.asm
DEF Variable = 2
DEF Text EQUS "text"
MACRO Body
ENDM
	EXPORT #Text, Body, _RS
	RSSET 5
	SECTION "third", ROM0
Again:
	db 1
	PURGE Again
Again:
	db 2
; What a section is left for in a fragment literal
	SECTION "x", ROM0[$10]
Start:
	dw [[
	PUSHS "y", ROM0[$20]
	db 3
	]], 5
.b
	db 2
	POPS
	db 9
