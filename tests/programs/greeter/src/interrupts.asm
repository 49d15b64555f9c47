INCLUDE "macros.inc"

SECTION "VBlank", ROM0
	push af
	ldh a, [hFrames]
	inc a
	ldh [hFrames], a
	pop af
	reti
