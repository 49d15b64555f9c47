INCLUDE "macros.inc"

SECTION "Screen", ROM0

; Turns the screen off; only the time between two frames is safe for it.
ScreenOff::
	wait_for_line LINES_SHOWN
	xor a
	ldh [rLCDC], a
	ret

ScreenOn::
	ld a, %11100100
	ldh [rBGP], a
	ld a, LCDC_ON | LCDC_BG_8000 | LCDC_BG_ON
	ldh [rLCDC], a
	ret
