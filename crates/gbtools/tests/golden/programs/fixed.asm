;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym main.o
;$ rgbasm -Weverything mistakes.asm
; Fixed point, formats, and strings from numbers.
	println 1.5, 2.25q8, 0.1q.31, 3.999999999, 1.5q4 * 2
DEF half = 0.5
	println "{f:half} {.2f:half} {+.3f:half} {#.4f:half}"
DEF value EQU 12345
DEF small = -5.75
DEF word EQUS "word"
	println "{value} {d:value} {x:value} {X:value} {#x:value} {b:value} {#o:value} {u:value} {8d:value} {-8d:value}| {08x:value} {+d:value} { d:value}"
	println "{f:small} {.1f:small} {010.2f:small} {q8f:small} {.3q16f:small} {d:small} {u:small}"
	println "{s:word} {8s:word} {-8s:word}| {#s:word}"
	println STRFMT("%d %5x %-5u| %s %% %.2f", 10, 255, 7, "text", 1.5)
	println ROUND(1.5), CEIL(1.2), FLOOR(-1.2), MUL(1.5, 2.5), DIV(7.0, 2.0), FMOD(7.5, 2.0), POW(2.0, 0.5), LOG(8.0, 2.0)
	println SIN(0.125), COS(0.125), TAN(0.125), ASIN(0.5), ACOS(0.5), ATAN(1.0), ATAN2(1.0, 2.0)
	println MUL(1.5q8, 2.0q8, 8), DIV(1.0, 0.0), 40000.0
OPT Q8
	println 1.5, MUL(2.0, 1.5), "{f:value}"
;== mistakes.asm
DEF value EQU 12345
OPT Q8
	println "{z:value} {5.f:value} {.2d:value} {40q:value}"
	println STRFMT("%d"), STRFMT("%d", 1, 2), STRFMT("%"), STRFMT("%s", 1)
	println 1.5q32, 2.5q0
