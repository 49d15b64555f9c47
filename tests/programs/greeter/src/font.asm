INCLUDE "macros.inc"
INCLUDE "charmap.inc"

SECTION "Font", ROMX

; Unpacks the font, one bit a pixel, into tiles, two bits a pixel.
LoadFont::
	ld de, FontData
	ld hl, VRAM_TILES
	ld bc, FontData.end - FontData
.next
	ld a, [de]
	inc de
	ld [hl+], a
	ld [hl+], a
	dec bc
	ld a, b
	or c
	jr nz, .next
	; an empty screen
	ld hl, VRAM_TILEMAP
	ld bc, TILEMAP_WIDTH * 32
	xor a
	jp Fill

FontData:
	INCBIN "data/font.1bpp"
.end
	ASSERT .end - FontData == FONT_GLYPHS * 8, "the charmap and the font differ"
