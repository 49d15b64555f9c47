;$ rgbasm -o main.o main.asm
;$ rgbasm -o other.o other.asm
;$ rgblink -Weverything -o main.gb -n main.sym main.o other.o
;$ rgbasm -o bad.o bad.asm
;$ rgblink -Weverything -o main.gb bad.o other.o
;$ rgblink -Werror -B 1 -o main.gb bad.o other.o
; What only the linker knows.
SECTION "patches", ROM0[$150]
Start:
	db BANK(Far), LOW(Far), HIGH(Far), BANK("far"), BANK(@), number
	dw Far, Far.end - Far, SIZEOF("far"), STARTOF("far"), -Far, Near * 2
	dl Far | $ABCD0000, SIZEOF(WRAM0), STARTOF(ROMX), number ** 3
	ldh a, [hVariable]
	rst vector
	bit number, a
	jr Near
	jr Near.back
	call Far
	ld hl, sp + number
	db Far > 1, !Far, ~number, -number, number / 2, number % 2, number << 1, -number >> 1, number >>> 1, number && 0, BITWIDTH(number), TZCOUNT(number)
;== other.asm
SECTION "near", ROM0[$1A0]
Near:: nop
.back:: nop
SECTION "far", ROMX
	ds 5
Far:: db 1
.end::
SECTION "h", HRAM
hVariable:: db
DEF number EQU 5
DEF vector EQU $28
EXPORT number, vector
;== bad.asm
MACRO word
	dw \1
ENDM
SECTION "bad", ROM0
	db Far
	word Missing
	word Missing + Missing2
	REPT 2
		word number / (number - 5)
	ENDR
	jr Far
	ldh a, [Far]
	rst number
	bit vector, a
	db number << 40, number << -number, -number >> 1, -Far
	dw number % (number - 5), number ** -number
	db BANK(number), SIZEOF("missing"), BANK(Missing)
	ASSERT number == 4, "the number"
	ASSERT WARN, Missing == 4
