;$ rgbasm -o main.o main.asm
;$ rgbasm -o loose.o loose.asm
;$ rgblink -O main.asm -o main.gb -n main.sym -m main.map main.o
;$ rgblink -O main.asm -x -p 0xAA -o main.gb main.o
;$ rgblink -O main.asm -o main.gb main.o loose.o
;$ rgblink -t -O main.asm -o main.gb main.o
;$ rgblink -O main.asm main.o
;$ rgblink -O absent -o main.gb main.o
;$ rgblink -x -o main.gb -m main.map main.o
;$ rgblink -p 255 -M -o main.gb -m main.map main.o
; Overlays and padding. The source lies below the sections.
SECTION "one", ROM0[$40]
one: db 1, 2, 3
SECTION "two", ROM0[$50]
two: db 4
SECTION "ram", WRAM0[$C000]
ram: db
;== loose.asm
SECTION "no bank", ROMX[$4000]
	db 1
SECTION "no address", ROMX, BANK[1]
	db 1
SECTION "neither", ROMX
	db 1
