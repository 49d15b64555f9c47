;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym main.o
;$ rgbasm -Weverything mistakes.asm
; Lines, comments, continuations, and every kind of expansion.
SECTION "text", ROM0[0]
DEF name EQUS "Label"
DEF one EQU 1
DEF code EQUS "db one ; a comment in an expansion"
DEF half EQUS "\"begun "
{name}_{d:one}: db 1, \ ; a continuation
    2, /* over
    two lines */ 3
/* before */ code
	db {one}+{one} :: db ${X:one}1 - 1
DEF ten EQU $A
	println half here"
DEF Label2 EQU 42
	println "{{name}2} {#{name}2} {d:{name}2}"
DEF number EQUS "4"
	db {number}0, number
	db {number}2
	println """many
lines of "{name}" text
""", #"raw \n {name}"
MACRO show
	println "\1|\2|\#|\<{number}>|\<-1>", _NARG
ENDM
	show a  b , "c, d", (e, f), g\,h, i
	show \
	  x, y, z, /* nothing */ w
Name:
Name.local: db LOW(Name.local)
.other: db .other - Name.local
	println "é ü 日本語"
 println "crlf"
;== mistakes.asm
	println "{{name}}", " {name} \{name} {5:name}"
IF 1 :: println "not a separator"
ENDC
Nowhere.local: db 1
	db number{number}
	println "{h}"
	db 1 \ 2
	println "a" /* not ended
