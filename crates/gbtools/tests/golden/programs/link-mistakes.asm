;$ rgbasm -w -o main.o main.asm
;$ rgbasm -w -o other.o other.asm
;$ rgbasm -w -o third.o third.asm
;$ rgbasm -w -o fourth.o fourth.asm
;$ rgblink -Weverything main.o other.o third.o fourth.o
;$ rgblink -Weverything -Werror main.o other.o
;$ rgblink other.o twice.o
;$ rgbasm -w -o twice.o twice.asm
;$ rgblink other.o twice.o
;$ rgbasm -w -o range.o range.asm
;$ rgblink range.o
;$ rgbasm nul.asm
;$ rgbasm nul-assertion.asm
; Mistakes in expressions: which of them follow from others. Undefined symbols with others of their name.
SECTION "main", ROM0[$1000]
Here:
	db Missing + 1000
	dw Here << (Missing - 1)
	dw Here << (five + 40)
	dw (Here << (five + 40)) << (five + 50)
	db (Here << (five + 40)) + 1000
	jr Here << (five + 40)
	rst Here << (five + 40) | 1
	dw (Here << (five + 40)) / (five & $F0)
	dw (Here / (five & $F0)) << (five + 40)
	dw (Missing - 1) >> five
	dw (Missing + 1) >> -five
	dw (Missing + 1) << -five
	dw (Here - $1001) >> (Missing + 1)
	dw (Missing + $80000000) / -one
	db BANK(Missing) + 1000, BANK("none") + 1000, BANK(five) + 1000, SIZEOF("none") + 1000
	db Here % (one - 1) + 1000, Here ** -one + 1000
	ASSERT Missing == 1
	FOR i, 2
	REPT 2
	db Missing
	ENDR
	ENDR
;== other.asm
EXPORT DEF five EQU 5
EXPORT DEF one EQU 1
SECTION "other", ROM0
Exported::
Missing:
;== third.asm
SECTION "third", ROM0
MACRO define
Missing:
ENDM
	define
;== fourth.asm
SECTION "fourth", ROM0
Missing:
SECTION "fifth", ROM0
DEF unused EQU 1
;== twice.asm
SECTION "twice", ROM0
Exported::
SECTION "other", ROM0
;== range.asm
SECTION "at the end", ROM0, ALIGN[16, $4000]
SECTION "behind the end", WRAM0[$D000]
SECTION "aligned too high", WRAM0, ALIGN[13, $1001]
;== nul.asm
SECTION "a\0b", ROM0
;== nul-assertion.asm
SECTION "a", ROM0
Here:
	ASSERT WARN, 0, "a\0b"
	ASSERT Here == 0, "a\0b"
