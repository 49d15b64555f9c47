;$ rgbasm -o main.o main.asm
;$ rgblink -l layout.link -o main.gb -n main.sym -m main.map main.o
;$ rgblink -l broken.link -o main.gb main.o
;$ rgblink -l conflicts.link -o main.gb main.o
;$ rgblink -l recovery.link -o main.gb main.o
;$ rgblink -l nowhere.link -o main.gb main.o
;$ rgblink -W no-large-constant -l large.link -x -o main.gb main.o
; Linker scripts, good and bad.
SECTION "a", ROM0
l_a: ds 3, 1
SECTION "b", ROM0
l_b: ds 5, 2
SECTION "c", ROMX
l_c: ds 7, 3
SECTION "d", ROMX, ALIGN[4]
l_d: ds 2, 4
SECTION "e", ROMX
l_e: db 5
SECTION "w", WRAM0
w: ds 5
SECTION "x", WRAMX
l_x: ds 6
SECTION "h", HRAM[$FFA0]
l_h: db
SECTION "quo\"te", ROM0
q: db 9
;== layout.link
ROM0 ; a comment
	ORG $10
	"a"
	ALIGN 4
	"b"
	DS 0x1_0
	"quo\"te"
ROMX 3
	"c"
	ALIGN 4, 0
	"d"
INCLUDE "ram.link"
ROMX FLOATING
	ALIGN 8, 4
	"e"
;== ram.link
WRAM0
	FLOATING
	ALIGN 5
	"w"
WRAMX &7
	ORG $d800
	"x"
	"none" OPTIONAL
HRAM
	ORG $FFA0
	"h"
;== broken.link
"a"
ORG 3
ROMX
ROMX 0
ROMX 70000
ROM0 1
ROM0
	ORG $5000
	ORG $20
	ORG $10
	ALIGN 17
	ALIGN 3, 8
	DS $4000
	"missing"
	"unterminated
	wrong
	@
	"a" "b"
	DS 1__0 ORG
	INCLUDE "not-there.link"
	"bad \q"
	DS 0x
;== conflicts.link
ROM0
	ORG 1
	"c"
ROMX 1
	ORG $4001
	"d"
	FLOATING
	ALIGN 4, 3
	"d"
HRAM
	"h"
ROMX 2
	"c"
ROMX 3
	"c"
;== recovery.link
ROM0
	ORG $4000
	ORG $4001
	ORG 5 ORG
	DS 1 2
	"a" "b"
	"a" OPTIONAL 3
	ALIGN 2 3
	ALIGN 4,
ROMX wrong
	"c" wrong
	DS -1
	@ wrong "
	_ 5
	DS 12a
	FLOATING 4
	ALIGN 16, $4321
	"d"
ROMX 70000
	"d"
ROMX FLOATING
	ORG 1
	ALIGN 17
	"d"
WRAM0
	DS $2000
	"w"
	ORG $C010
HRAM
	FLOATING
	ALIGN 4, 3
	"h"
	INCLUDE "nowhere" 5
	INCLUDE
	0x_
,
;== large.link
ROM0
	DS $100000000
	"a"
