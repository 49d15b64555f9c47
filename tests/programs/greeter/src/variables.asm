SECTION "Shadow", WRAM0
wShadow::
	ds 160
wShadowEnd::

SECTION "Stack", WRAM0
	ds 256
wStackTop::

SECTION "Frames", HRAM
hFrames::
	ds 1

SECTION "High score", SRAM
sHighScore::
	ds 3

SECTION UNION "Scratch", WRAMX
wLine::
	ds 20

SECTION UNION "Scratch", WRAMX
wTile::
	ds 16
