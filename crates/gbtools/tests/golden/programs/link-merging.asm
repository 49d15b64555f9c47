;$ rgbasm -o a.o a.asm
;$ rgbasm -o b.o b.asm
;$ rgbasm -o c.o c.asm
;$ rgbasm -o plain.o plain.asm
;$ rgbasm -o type.o type.asm
;$ rgbasm -o bank.o bank.asm
;$ rgbasm -o modifier.o modifier.asm
;$ rgbasm -o far.o far.asm
;$ rgbasm -o twice.o twice.asm
;$ rgblink -o main.gb -n main.sym -m main.map a.o b.o c.o
;$ rgblink -o main.gb a.o plain.o plain.o
;$ rgblink -o main.gb a.o type.o
;$ rgblink -o main.gb a.o bank.o
;$ rgblink -o main.gb a.o modifier.o
;$ rgblink -o main.gb a.o far.o
;$ rgblink -o main.gb a.o b.o twice.o
;$ rgblink -o main.gb a.o absent.o
;$ rgblink -o main.gb not-an-object.o
; Sections of one name in several objects.
;== a.asm
SECTION FRAGMENT "pieces", ROMX
l_a: db 1
	dw l_c, l_b.local
SECTION UNION "shared", WRAMX, ALIGN[3]
sa: ds 2
DEF same EQU 3
EXPORT same
;== b.asm
SECTION FRAGMENT "pieces", ROMX, BANK[2]
l_b:: db 2
.local:: db BANK(l_b)
SECTION UNION "shared", WRAMX[$D100]
sb: ds 20
DEF same EQU 3
EXPORT same
;== c.asm
SECTION FRAGMENT "pieces", ROMX, ALIGN[2]
l_c:: db 3, LOW(l_c), same
SECTION UNION "shared", WRAMX, BANK[4]
sc: db
;== plain.asm
SECTION "plain", ROM0
	db 1
;== type.asm
SECTION FRAGMENT "pieces", ROM0
	db 1
;== bank.asm
SECTION FRAGMENT "pieces", ROMX[$4000], BANK[7]
SECTION UNION "shared", WRAMX, ALIGN[3, 1]
	db
;== modifier.asm
SECTION UNION "pieces", WRAM0
	db
;== far.asm
SECTION FRAGMENT "pieces", ROMX[$4002], BANK[7]
	db 1
SECTION UNION "shared", WRAMX[$D001]
	db
;== twice.asm
SECTION "twice", ROM0
l_b:: db 1
;== not-an-object.o
RGB8 this is not one
