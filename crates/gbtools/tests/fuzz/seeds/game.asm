; Sections of all kinds, labels, jumps, and what only the linker knows.
SECTION "header", ROM0[$100]
Entry: nop
	jp Start
	ds $150 - @, 0
SECTION "code", ROM0
Start::
	di
	ld sp, wStack.end
	ld a, [wCount]
	ldh [hFlag], a
	ldh a, [c]
	call nz, Far
	rst $38
.loop
	dec b
	jr nz, .loop
	jr :+
	halt
	stop
:	ld hl, [[ db "fragment", 0 ]]
	bit 7, [hl]
	res 0, a
	ret
Start.end:
SECTION FRAGMENT "far", ROMX, BANK[2], ALIGN[4, 2]
Far: ld a, BANK(Far)
	ld [rMapper], a
	dw Far, Start - Entry, SIZEOF("code"), STARTOF(ROM0)
	dl Far * 2 + 1
	db LOW(Far), HIGH(Far), BANK(@)
	ds align[4, 2]
SECTION FRAGMENT "far", ROMX
	LOAD "copied", WRAM0[$C800]
Copied: jp Copied
	db Copied.end - Copied
.end
	ENDL
SECTION UNION "shared", WRAMX, ALIGN[8]
wShared: ds 16
SECTION UNION "shared", WRAMX
	UNION
wFirst: dw
	NEXTU
wSecond: dl
wThird: db
	ENDU
SECTION "variables", WRAM0
wCount: db
wStack: ds 64
.end:
SECTION "high", HRAM
hFlag:: db
SECTION "save", SRAM, BANK[1]
sSave: ds ALIGN[3]
	ds 8
SECTION "tiles", VRAM
vTiles: ds $800
SECTION "sprites", OAM
	ds 4 * 40
PUSHS "aside", ROM0
	db 1, 2, 3
POPS
DEF rMapper EQU $2000
EXPORT DEF VERSION EQU 3
ASSERT Far == $4002 || 1, "message"
ASSERT WARN, Start & 1, "odd"
ENDSECTION
