;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym main.o
;$ rgbasm -Weverything mistakes.asm
; String functions.
DEF s EQUS "Hello, wörld"
	println STRLEN(#s), " ", BYTELEN(#s), " ", STRUPR(#s), " ", STRLWR(#s), " ", STRCAT("a", #s, "b")
	println STRSLICE(#s, 1, 4), "|", STRSLICE(#s, -5), "|", STRSLICE(#s, 3, 3), "|", STRCHAR("abc", 1), "|", STRCHAR("abc", -1)
	println STRFIND(#s, "o"), STRRFIND(#s, "o"), STRFIND(#s, "x"), STRCMP("a", "b"), STRCMP("b", "a"), STRCMP("a", "a")
	println STRRPL(#s, "l", "LL"), " ", STRRPL("aaa", "aa", "b"), " ", "a" ++ "b" ++ STRFMT("%d", 3)
	println STRBYTE("ö", 0), STRBYTE("abc", -1), STRBYTE("abc", 5)
	println STRSUB("abcdef", 2, 3), " ", STRIN("abc", "c"), STRRIN("abcabc", "c"), " ", CHARSUB("abc", 2)
	println "tab\tnewline\\n quote\" brace\{ nul\0.", "\'", #"raw\t"
	println """a
  b""", """quotes " and "" inside"""
	println STRSLICE("abc", 5), STRSLICE("abc", 1, 9), STRSLICE("abc", 2, 1), STRRPL("abc", "", "x")
	println READFILE("data.bin"), READFILE("data.bin", 2)
SECTION "the section", ROM0
Label: db "bytes", "é", 'x'
	dw "ab"
	println SECTION(Label)
	dl "a"
;== mistakes.asm
	println "bad \q escape"
	println "unterminated
	println STRLEN("a", 1), STRSLICE(1, 2)
	println STRLEN("\1"), STRCAT(), BYTELEN(undefined), STRFIND("a")
	println STRCHAR("é", 5), CHARVAL("", 0)
	println SECTION(nowhere)
	println "never"
;== data.bin
0123456789
