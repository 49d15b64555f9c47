;$ rgbasm -Weverything main.asm
;$ rgbasm -Weverything unclosed.asm
;$ rgbasm -Weverything unclosed-twice.asm
;$ rgbasm -Weverything pops.asm
;$ rgbasm -Weverything section.asm
; What is wrong with the arguments of a function is not said if its parenthesis is missing.
	println STRRPL("abc", "", "x"
	println STRSUB("abc", 9, 1
	println STRSLICE("abc", 9, 1 junk
	println STRFMT("%d %d", 1
	println STRCHAR("abc", 9
	println CHARSUB("abc", 9
	println READFILE("nowhere"
	println REVCHAR(1
	println STRIN("a", "b"
	println STRBYTE("abc", 9
	println CHARVAL("a", 9
	println CHARSIZE("ab"
	println BANK(@ junk
	println DIV(1.0, 2.0, 99
	println SECTION(nowhere + 1)
; A comma cannot follow what only has parentheses around it.
	println ("abc", 1
	println (1 + "abc", 1
	println HIGH("abc", 1
	println ISCONST("abc", 1
	println DIV(("abc", 1), 1)
	println (@, 1
	ld [("abc"], a
; A register must be one.
	ld LOW("a"), a
	ld LOW(SECTION(nowhere) === "a"), a
; A base ends the line of a charmap.
	NEWCHARMAP main, nowhere junk
	NEWCHARMAP new, main junk
	println "+" + 0
	SETCHARMAP main
; Numbers of macro arguments
MACRO m
	println \<4294967296>
	println \<2147483648>
	println \<-4294967297>
ENDM
	m 1, 2
; Where a constant is that was used before
	println late
DEF late EQU 1
DEF late EQU 2
	println later
DEF later RB 1
DEF later EQU 2
	println variable
DEF variable = 1
DEF variable EQU 2
; Nothing is computed if something cannot follow it.
	println 1 / 0 junk
	println 5 << -2 junk
	println (5 << 40 junk
	ld [5 << 40, a
	println 5 << 40 + 2 ** -1 junk
; What is expanded belongs to the first of two places.
DEF twice EQUS "DEF late EQU 3\n DEF later EQU 3"
	twice
; LOAD ends with a fragment literal.
	SECTION "x", ROM0
	dw [[
	LOAD "z", WRAM0
	db 1
	]]
	ENDL
;== unclosed.asm
	SECTION "x", ROM0
	dw [[ db "
	PUSHC
;== unclosed-twice.asm
	SECTION "x", ROM0
	REPT 2
	call [[ db 1
	ENDR
;== pops.asm
	SECTION "x", ROM0
	dw [[
	POPS
	]]
;== section.asm
	SECTION "x", ROM0
	dw [[
	SECTION FRAGMENT "x", ROM0
	]]
