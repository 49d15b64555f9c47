; Greets in the middle of the screen, and lets the text bob up and down.
INCLUDE "macros.inc"

SECTION "Entry", ROM0
	nop
	jp Main

SECTION "Main", ROM0
Main::
	ld sp, wStackTop
	call ScreenOff
	ld hl, wShadow
	ld bc, wShadowEnd - wShadow
	xor a
	call Fill
	far_call LoadFont
	far_call PrintGreeting
	far_call PrintSignature
	call ScreenOn
	ld a, IE_VBLANK
	ldh [rIE], a
	ei
.forever
	halt
	nop
	ldh a, [hFrames]
	and BOB_PERIOD - 1
	ld e, a
	ld d, 0
	ld hl, BobOffsets
	add hl, de
	ld a, [hl]
	ldh [rSCY], a
	jr .forever
