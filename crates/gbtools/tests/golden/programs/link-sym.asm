;$ rgbasm -o main.o main.asm
;$ rgbasm -E -o other.o other.asm
;$ rgblink -n main.sym -m main.map -o main.gb main.o other.o
; The symbol file and the map.
SECTION "z", ROM0[$10]
l_z: db 1
.second: db 2
.first: db 3
: db 4
SECTION "a", ROM0[$20]
l_a: db 1
SECTION "gap", ROM0[$30]
gap: db 1
SECTION "empty", ROM0[$30]
SECTION "x", ROMX[$4000], BANK[2]
l_x: db 1
SECTION "r", WRAMX, BANK[3]
l_r: db
SECTION "v", VRAM
l_v: db
DEF c1 EQU 1
DEF c2 EQU $123
DEF c3 EQU -1
EXPORT c1, c2, c3
DEF hidden EQU 4
;== other.asm
SECTION "other", ROMX[$7FF0], BANK[1]
Zed: db 1
_under: db 1
Name#$@: db 2
SECTION "last", ROMX[$4000], BANK[4]
El.local: db 1
El: db 1
DEF c4 EQU 4
EXPORT c4
