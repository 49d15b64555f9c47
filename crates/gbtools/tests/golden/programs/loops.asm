;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym main.o
;$ rgbasm -Weverything mistakes.asm
; REPT, FOR, BREAK, and conditions.
SECTION "loops", ROM0[0]
DEF count = 0
REPT 3
	db count
	DEF count += 1
	REPT 2
Loop\@: db $F0 + count
	ENDR
ENDR
FOR v, 4
	db v
ENDR
	println v
FOR v, 2, 8, 3
	println "{d:v}"
	IF v == 5
		BREAK
	ENDC
	println "again"
ENDR
FOR v, 5, 0, -2
	PRINT "{d:v} "
ENDR
	println v
FOR v, 5, 0
	FAIL "never"
ENDR
REPT 0
	FAIL "never"
ENDR
IF count == 3
	println "three"
	IF 0
	ELIF 1
		println "nested"
	ELSE
		println "no"
	ENDC
ELIF nothing
ELSE
	println "else"
ENDC
FOR v, 3
	IF v & 1
		WARN "odd {d:v}"
	ENDC
	FOR w, 2
		ASSERT WARN, w != v
	ENDR
ENDR
;== mistakes.asm
SECTION "mistakes", ROM0
FOR v, 1, 2, 0
ENDR
	BREAK
IF unknown
ENDC
REPT 2
	undefined
ENDR
