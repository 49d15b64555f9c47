;$ rgbasm -Weverything -I folder -P first.inc -M main.d -MP -s all:main.state -o main.o main.asm
;$ rgbasm -M missing.d -MG -MT target missing.asm
;$ rgbasm -M absent.d -MC -MQ $target missing.asm
;$ rgblink -o main.gb -n main.sym main.o
; Files that are included, dependencies, and state files.
SECTION "includes", ROM0[0]
Start:
	INCLUDE "second.inc"
	INCLUDE "third.inc"
	db two
	INCBIN "data.bin"
	println READFILE("data.bin")
DEF text EQUS "a \"quoted\" text"
DEF var = 5
NEWCHARMAP other
	CHARMAP "x", 1, 2
;== first.inc
DEF one EQU 1
	println "first ", one
	WARN "in first"
;== folder/second.inc
DEF two EQU one + 1
MACRO say
	WARN "\1"
	println "says \1"
ENDM
;== folder/third.inc
	say hello
	IF two == 2
		INCLUDE "fourth.inc"
	ENDC
;== folder/fourth.inc
	REPT 2
		say deep
	ENDR
;== folder/data.bin
data
;== missing.asm
	INCLUDE "absent.inc"
	println "after"
	INCBIN "absent.bin"
