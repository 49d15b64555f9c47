; The smallest program that shows something: the screen goes dark grey, line by line lighter, for ever.
DEF rLY  EQU $FF44
DEF rBGP EQU $FF47

SECTION "Header", ROM0[$100]
	nop
	jp Start
	ds $150 - @, 0 ; rgbfix writes the header here

SECTION "Start", ROM0
Start::
	ldh a, [rLY]
	rrca
	rrca
	rrca
	and %11
	ld hl, Palettes
	add l
	ld l, a
	ld a, [hl]
	ldh [rBGP], a
	jr Start

SECTION "Palettes", ROM0, ALIGN[4]
Palettes:
	db %11111111, %10101010, %01010101, %00000000
