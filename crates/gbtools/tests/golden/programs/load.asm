;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym -m main.map main.o
; LOAD blocks.
SECTION "rom", ROM0[$200]
Code:
	LOAD "ram code", WRAM0
RamCode:
	jp .inside
.inside
	dw @, Code
	jr RamCode
	db STARTOF("ram code") & $FF
	ENDL
After:
	db After - Code
	LOAD FRAGMENT "pieces", HRAM
First: ld a, [Second]
	LOAD FRAGMENT "pieces", HRAM
Second: dw Second - First
	ENDL
	LOAD UNION "both", WRAMX[$D100], BANK[2]
One: dl 1
	ENDL
	LOAD UNION "both", WRAMX
Two: dw Two, BANK(Two)
	ENDL
	LOAD "not ended", SRAM
Saved: db 1
	db BANK(Saved)
SECTION "next", ROM0
	db 3
