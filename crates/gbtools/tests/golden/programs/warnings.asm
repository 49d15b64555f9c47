;$ rgbasm -o main.o main.asm
;$ rgbasm -Wall -o main.o main.asm
;$ rgbasm -Wextra -o main.o main.asm
;$ rgbasm -Weverything -o main.o main.asm
;$ rgbasm -Werror -Wno-error=user -o main.o main.asm
;$ rgbasm -w -o main.o main.asm
;$ rgbasm -Wno-truncation -Wtruncation=1 -Werror=charmap-redef -Wunknown -Wno-obsolete -o main.o main.asm
;$ rgblink main.o
;$ rgblink -Weverything main.o
;$ rgblink -Wtruncation=2 -Werror=shift main.o
; Every warning.
SECTION "warnings", ROM0
Label:
	ASSERT WARN, 0, "not so"
FOR v, 3, 1
ENDR
	println STRSLICE("a", 3)
	CHARMAP "a", 1
	CHARMAP "a", 2
	println $80000000 / -1
	db
MACRO m
	SHIFT 9
ENDM
	m 1, , 2
	println STRRPL("a", "", "b")
	EXPORT undefined
	println $100000000
	/* nested /* */
	println STRSUB("abc", 1, 1)
	println -1 >> 1, 1 << 40
	WARN "by the author"
	println "ab" === "ab", "c" + 1
	PURGE Purged, Exported
Purged:
Exported::
	PURGE Purged, Exported
	db 300, -150, "b"
	PUSHC
	LOAD "ram", WRAM0
	db HIGH(Late) << 4, Late, -Late >> 9, Late << 33, Late << -1, $80000000 / -(Late - Late + 1)
SECTION "late", ROMX[$4321]
Late:
	db -(Late & $FF) - $80, $80000000 / (Late / -Late)
	dw -Late - $5000
	ASSERT WARN, Label == $7777, "the linker says so"
