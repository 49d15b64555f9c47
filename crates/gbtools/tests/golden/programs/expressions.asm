;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym main.o
;$ rgbasm -Weverything mistakes.asm
; Operators, their order, constness, and what the linker computes.
SECTION "here", ROM0[$10]
Here:
	println 1 + 2 * 3, -2 ** 2, 2 ** 3 ** 2, !5, ~5, - -3
	println 7 / 2, -7 / 2, 7 % -3, -7 % 3, 1 << 5, -1 >> 4, -1 >>> 28, 5 & 3 | 8 ^ 1
	println 1 < 2, 2 <= 1, 3 > 2 == 1, 1 != 1, 1 && 0 || 1, "a" ++ "b" === "ab", "a" !== "b"
	println HIGH($1234), LOW($1234), BITWIDTH(100), TZCOUNT(96), %1010, &17, $ff_00, 0x1F, 0b11, 0o17, `01233210
	println ISCONST(Here), ISCONST(There), ISCONST(There - There2), ISCONST(There & 0), ISCONST(LOW(There))
	println "a" + 1, 'b' - 'a', 1 << 33, 1 << -1, -1 >> 1, $80000000 / -1
	db There & $FF, HIGH(There), LOW(There2), -There >> 4, There / 3, There % 5, There ** 2 & $7F, !There, ~There & $F
	dw There + Here, There - Here, There * 2, There << 3, There >> 1, There >>> 1, There == Here, There && 0
	dl There | $10000, BANK(There), SIZEOF("there"), STARTOF("there"), SIZEOF(ROMX), STARTOF(WRAM0), BANK("there"), BITWIDTH(There)
	db BANK(@), LOW(@), HIGH(@)
	ld a, [There2 - There]
SECTION "there", ROMX, ALIGN[8, 4]
There: ds 5, 1
There2:
	println ISCONST(LOW(There)), LOW(There), @ & 0, There2 - There
;== mistakes.asm
	println Unknown, @
	println There2
	db 1 +
	db (1
	db ** 2
	dw 1 / Unknown
	db -1 ** -1
	println "never"
