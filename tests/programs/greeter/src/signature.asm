INCLUDE "macros.inc"
INCLUDE "charmap.inc"

SECTION "Signature", ROMX

PrintSignature::
	ld hl, Signature
	jp PrintMessage

	SETCHARMAP font
	message Signature, 4, 10, "- RGBPIPE -"
