;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym -m main.map main.o
; Section types and constraints, and the stack of sections.
SECTION "fixed", ROM0[$100]
Fixed: db 1
SECTION "bank", ROMX, BANK[2]
InBank: db BANK(@)
SECTION "fixed in bank", ROMX[$5000], BANK[$12]
FixedInBank: db 3
SECTION "aligned", ROM0, ALIGN[8]
Aligned: db 4
	ALIGN 4, 1
	db 5
SECTION "aligned offset", ROM0, ALIGN[4, -3]
	dw @
	DS ALIGN[3], $EE
	db 6
SECTION "wram", WRAM0
wVariable: db
wWord: dw
wArray: ds 10
SECTION "wramx", WRAMX, BANK[5]
wx: ds 1
SECTION "vram", VRAM[$9800], BANK[1]
map: ds 32 * 32
SECTION "sram", SRAM, BANK[3]
save: dl
SECTION "hram", HRAM
hVariable: db
SECTION "oam", OAM[$FE00]
sprites: ds 160
SECTION "align 16", ROM0, ALIGN[16, $200]
	println @, ISCONST(@)
PUSHS
SECTION "pushed", ROM0[$300]
Pushed: db 7
PUSHS "twice pushed", ROM0
TwicePushed: db 8
POPS
	db 9
POPS
	db 10
ENDSECTION
SECTION "empty", ROM0
Empty:
