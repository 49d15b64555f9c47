;$ rgbasm -Weverything -o main.o main.asm
;$ rgbasm if.asm
;$ rgbasm macro.asm
;$ rgbasm rept.asm
;$ rgbasm divide.asm
;$ rgbasm local.asm
;$ rgbasm endc.asm
;$ rgbasm nowhere.asm
; Mistakes after which the assembler goes on, and some that end it.
SECTION "errors", ROM0
	ld a
	ld a, 1 junk
	db 1, 2 junk
	println "printed", 1 2
DEF x = 1 junk
	println DEF(x)
+	db 3
	frobnicate 1
	ld [hl], [hl]
	ld bc, de
	add hl
	bit 8, a
	rst 9
	jr far
	ldh a, [$1234]
	db "unterminated
	db 'two', ''
	db $, %, 1__0, 1_
	db {missing}, {d:missing
	db (1 + 2
	db 1 +
	db \1
	db "\q"
	`
	ü
	SECTION "bad" ROM0
	MACRO
	INCLUDE "nowhere"
	INCBIN "nowhere", 1
	ds -1 + unknown
	EXPORT
label: label2:
label:
	ENDM
	ENDR
	db 4
;== if.asm
IF 1
	println "open"
;== macro.asm
MACRO m
	println "open"
;== rept.asm
REPT 2
	println "open"
;== divide.asm
	println 1 / 0
	println "never"
;== local.asm
SECTION "s", ROM0
.local
;== endc.asm
	ENDC
;== unused
