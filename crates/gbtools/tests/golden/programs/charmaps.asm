;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb main.o
;$ rgbasm -Weverything mistakes.asm
; Character maps.
SECTION "charmaps", ROM0[0]
	db "before"
	CHARMAP "A", 1
	CHARMAP "AB", 2, 3
	CHARMAP "<PLAYER>", $F0
	CHARMAP "é", $1234
	db "ABA<PLAYER>C"
	dw "éA", 'A'
	println CHARLEN("ABA<PLAYER>C"), CHARSIZE("AB"), CHARVAL("AB", 1), CHARCMP("A", "AB"), INCHARMAP("AB"), INCHARMAP("x")
	println STRCHAR("<PLAYER>A", 0), " ", REVCHAR(2, 3), " ", REVCHAR(1)
NEWCHARMAP second, main
	CHARMAP "A", $41
	db "AAB"
NEWCHARMAP empty
	db "A"
PUSHC main
	db "A"
POPC
	db "A"
SETCHARMAP second
PUSHC
SETCHARMAP empty
POPC
	db "A"
	CHARMAP "A", $42
	CHARMAP "wide", $123456
	dl "wide"
	db "wide"
;== mistakes.asm
	CHARMAP "wide", $123456
	CHARMAP "", 1
	db 'AB'
	println REVCHAR(99)
	SETCHARMAP nowhere
NEWCHARMAP main
POPC
