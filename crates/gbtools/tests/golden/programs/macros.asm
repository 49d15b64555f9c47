;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym main.o
;$ rgbasm -Weverything mistakes.asm
; Macros: arguments, shifting, unique names, nesting.
SECTION "macros", ROM0[0]
MACRO bytes
	REPT _NARG
		db \1
		SHIFT
	ENDR
ENDM
	bytes 1, 2, 3, 4,
MACRO unique
label\@: dw label\@
	IF \1 > 0
		unique \1 - 1
	ENDC
ENDM
	unique 3
DEF definition EQUS "MACRO inner\nprintln \"inner: \\1\"\nENDM"
MACRO outer
	definition
	println "outer: \1"
	inner \1
ENDM
	outer x
	inner y, z
MACRO? quiet
	WARN "quiet \1"
ENDM
MACRO loud
	quiet \1
ENDM
	loud one
	loud? two
	println "after"
MACRO arguments
	println _NARG, " \#"
	SHIFT 2
	println _NARG, " \#"
	SHIFT -1
	println _NARG
	SHIFT 9
ENDM
	arguments a, b c , (d, e), "f, g", ,
	arguments
MACRO needs_two
	db \1, \2
ENDM
;== mistakes.asm
MACRO needs_two
	db \1, \2
ENDM
MACRO bytes
	db \#
ENDM
SECTION "mistakes", ROM0
	needs_two 1
	undefined_macro 1, 2
	bytes EQU 5
DEF not_macro EQU 1
	not_macro 3
	println "\1"
	SHIFT
	PURGE bytes
	bytes 1
