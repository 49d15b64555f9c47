;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym -m main.map main.o
; UNION in a section, and sections that are unions.
SECTION "ram", WRAM0[$C100]
before: db
	UNION
a1: dw
	UNION
a2: db
	NEXTU
a3: ds 7
	ENDU
	NEXTU
b1: ds 3
	NEXTU
	ENDU
after: db
SECTION UNION "shared", WRAM0, ALIGN[4]
s1: ds 4
SECTION UNION "shared", WRAM0, ALIGN[6, 16]
s2: ds 9
s3:
SECTION UNION "shared", WRAM0
s4: db
SECTION UNION "placed", HRAM[$FF90]
p1: db
SECTION UNION "placed", HRAM
p2: ds 3
	println @, p2
SECTION "rom", ROM0
	dw a1, a2, a3, b1, after, s1, s2, s3, s4, SIZEOF("shared"), p1, p2
