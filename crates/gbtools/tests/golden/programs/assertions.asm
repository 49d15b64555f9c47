;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -Weverything -o main.gb main.o
;$ rgbasm static.asm
;$ rgbasm fail.asm
; Assertions, of the assembler and of the linker.
SECTION "assertions", ROM0
Label:
	ASSERT 1
	ASSERT 1 == 1, "true"
	STATIC_ASSERT 2 > 1
	STATIC_ASSERT WARN, 2 < 1, "a static warning"
	ASSERT WARN, Label == 0
	ASSERT WARN, Label != 0, "in ROM0 from 0"
	ASSERT Label.end - Label == 2, "known"
	ASSERT FAIL, Label == 1, "an error"
	ASSERT Missing == 1, "not computed"
	ASSERT FATAL, Label == 2, "the end"
	ASSERT Label == 3, "not reached"
	dw Label
.end
MACRO check
	ASSERT WARN, \1
ENDM
	check Label > 5
	REPT 2
		check Label > 6
	ENDR
;== static.asm
SECTION "static", ROM0
Label:
	STATIC_ASSERT Label == 0
	STATIC_ASSERT 0, "static"
	ASSERT FAIL, 0, "assembly's end"
	ASSERT FATAL, 0, "now"
	println "never"
;== fail.asm
	println "before"
	FAIL "the end"
	println "never"
