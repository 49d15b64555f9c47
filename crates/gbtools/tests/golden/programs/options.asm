;$ rgbasm -b .x -g 0123 -p 0x10 -Q 8 -Wall -o main.o main.asm
;$ rgbasm -r 5 -X 2 deep.asm
;$ rgbasm -E -Wno-everything -o export.o export.asm
;$ rgblink -o main.gb -n main.sym main.o export.o
;$ rgbasm -Weverything mistakes.asm
; OPT, PUSHO, POPO, and the options of the command line.
SECTION "options", ROM0[0]
	db %x.x., `0123 >> 8, 1.0 >> 4
	ds 2
OPT bXO, g.oOX, p$20, Q16
	db %OXXO, `.oOX >> 8, 1.0 >> 12
	ds 2
PUSHO
OPT p 3, -Wno-truncation, Q4
	db 300, 1.0
	ds 1
POPO
	db 300
	ds 1
PUSHO b01, W-no-div
	db %11
POPO
OPT Wtruncation=2
	db -200
;== mistakes.asm
SECTION "mistakes", ROM0
OPT Werror=user
	WARN "now an error"
OPT Wno-error=user, Wno-such-flag
	WARN "now a warning"
OPT q1
OPT b000
OPT r3
	POPO
;== deep.asm
MACRO again
	again
ENDM
	db 1
	again
	db 2
;== export.asm
SECTION "exported", ROM0
Label: db 300
.local: db 1
DEF constant EQU 1
