; What is wrong with sections, as far as assembly goes on.
	db 1
label:
SECTION "a", WRAM0[$E000]
SECTION "b", ROMX, BANK[0]
SECTION "c", ROM0, BANK[1]
SECTION "d", ROM0[$101], ALIGN[4]
SECTION "e", ROM0, ALIGN[17]
SECTION "f", ROM0, ALIGN[4, 16]
SECTION UNION "g", ROM0
SECTION "h", HRAM, ALIGN[8]
SECTION "i", WRAM0
	db 1
	nop
	dw $1234
	ld a, b
SECTION "j", ROM0[$103]
	ALIGN 2
	ALIGN 2, 3
	ALIGN 17
	ALIGN 1, 2
SECTION "k", ROM0
	ds $4001
	ds 1 + unknown
SECTION "l", HRAM
	ds $80
SECTION "l", HRAM
