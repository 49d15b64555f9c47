; Strings, character maps, numbers, files.
NEWCHARMAP first
CHARMAP "A", 1
CHARMAP "AB", 2, 3
CHARMAP "é", $FF
CHARMAP '\n', -1
NEWCHARMAP second, first
CHARMAP "<end>", 0, 0, 0
PUSHC first
SETCHARMAP second
POPC
SECTION "text", ROM0
	db "ABA<end>é", 'A', CHARVAL("A")
	dw "text", STRLEN("été"), BYTELEN("été")
	ds 5, "A", 2
	ds 3
	INCBIN "data.inc"
	INCBIN "data.inc", 1, 2
	db STRLEN(READFILE("data.inc", 3))
PRINTLN STRSLICE("hello", 1, -1), STRSUB("hello", 2, 3), STRRPL("aaa", "a", "bb"), STRUPR("x"), STRLWR("Y")
PRINTLN STRCHAR("AB<end>", -1), REVCHAR(2, 3), CHARSUB("AB", 1)
DEF n EQU STRFIND("hello", "l") + STRRFIND("hello", "l") + STRIN("a", "a") + STRRIN("a", "b")
DEF m EQU STRCMP("a", "b") + CHARLEN("AB") + CHARCMP("A", "B") + CHARSIZE("AB") + INCHARMAP("A") + STRBYTE("A", 0)
DEF f EQU MUL(1.5, 2.0) + DIV(1.0, 3.0) + SIN(0.25) + COS(0.1) + TAN(0.1) + POW(2.0, 0.5) + LOG(8.0, 2.0)
DEF g EQU ROUND(1.5) + CEIL(1.2) + FLOOR(-1.2) + FMOD(5.0, 3.0) + ATAN2(1.0, 2.0) + ASIN(0.5) + ACOS(0.5) + ATAN(1.0)
DEF k EQU BITWIDTH(255) + TZCOUNT(8) + HIGH($1234) + ISCONST(n) + DEF(n)
DEF word EQUS "x"
PRINT "{n} {d:m} {#05X:m} {.3f:f} {-10s:word}\n" ++ "joined"
ASSERT "a" ++ "b" === "ab" && "a" !== "b"
