; A sine, worked out by the assembler.
DEF BOB_PERIOD EQU 64
EXPORT BOB_PERIOD

SECTION "Bob", ROM0
BobOffsets::
FOR step, BOB_PERIOD
	db MUL(4.0, SIN(step * 65536 / BOB_PERIOD)) >> 16
ENDR
