;$ rgbasm -Weverything -p 0xEE -o main.o main.asm
;$ rgblink -p 0x11 -o main.gb main.o
; DB, DW, DL, DS and INCBIN.
SECTION "data", ROM0[4]
	db 1, $FF, -1, "text", 'c', %101
	dw 1, $FFFF, -2, "ab"
	dl 1, $12345678, -3, "a"
	db
	ds 3
	ds 5, 1, 2
	ds 4, LOW(@)

	INCBIN "data.bin"
	INCBIN "data.bin", 3
	INCBIN "data.bin", 2, 4
	db 256, -129, -257, $1FF
	dw 65536, -32769
	db later - 1 :: dw later :: dl later
	ds 0
end:
SECTION "later", ROMX[$4567]
later: db 1,
	db 2, 3,
;== data.bin
0123456789
