INCLUDE "macros.inc"
INCLUDE "charmap.inc"

SECTION "Greeting", ROMX

PrintGreeting::
	ld hl, Greeting
	jp PrintMessage

	SETCHARMAP font
	message Greeting, 3, 7, "HELLO, GAME BOY!"
