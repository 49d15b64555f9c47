;$ rgbasm -o main.o main.asm
;$ rgbasm -o full.o full.asm
;$ rgbasm -o overlap.o overlap.asm
;$ rgbasm -o bounds.o bounds.asm
;$ rgblink -o main.gb -n main.sym -m main.map main.o
;$ rgblink -S romx=3,wramx=2 -o main.gb -n main.sym main.o
;$ rgblink -S romx=300,nothing -o main.gb main.o
;$ rgblink -o main.gb full.o
;$ rgblink -o main.gb overlap.o
;$ rgblink -o main.gb bounds.o
;$ rgbasm -o empty.o empty.asm
;$ rgblink -S romx=3 -o main.gb -m main.map empty.o
;$ rgblink -t -w -o main.gb -n main.sym main.o
;$ rgblink -d -o main.gb bounds.o
; Which section goes where.
SECTION "a", ROM0
l_a: ds $100, $A
SECTION "b", ROM0
l_b: ds $100, $B
SECTION "c", ROM0, ALIGN[8]
l_c: ds 3, $C
SECTION "d", ROM0[$80]
l_d: ds 3, $D
SECTION "e", ROMX
l_e: ds $2000, $E
SECTION "f", ROMX
f: ds $2001, $F
SECTION "g", ROMX
g: ds 3, 1
SECTION "h", ROMX[$5000]
l_h: ds 3, 2
SECTION "i", ROMX, ALIGN[4, 5]
i: ds 3, 3
SECTION "empty", ROMX
j:
SECTION "w1", WRAMX
w1: ds $800
SECTION "w2", WRAMX
w2: ds $801
SECTION "w3", WRAM0
w3: ds 4
SECTION "o", OAM
o: ds 3
SECTION "v", VRAM
l_v: ds 3
SECTION "s", SRAM, BANK[2]
s: ds 3
;== empty.asm
SECTION "1", ROMX[$4400]
SECTION "2", ROMX
SECTION "3", ROMX, ALIGN[4]
SECTION "4", ROMX
SECTION "5", WRAM0, ALIGN[3]
SECTION "6", WRAM0
;== full.asm
SECTION "1", HRAM
	ds $40
SECTION "2", HRAM
	ds $40
;== overlap.asm
SECTION "1", ROM0[$10]
	ds 3, 1
SECTION "2", ROM0[$12]
	ds 3, 1
;== bounds.asm
SECTION "1", ROM0[$3FFE]
	ds 3, 1
SECTION "2", WRAM0
	ds $1001
SECTION "3", VRAM, BANK[1]
	db
