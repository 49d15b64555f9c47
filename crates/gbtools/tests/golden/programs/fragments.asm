;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb -n main.sym -m main.map main.o
; Fragments, and fragment literals.
SECTION FRAGMENT "pieces", ROM0[$150]
P1: db 1, SIZEOF("pieces") & $FF
SECTION FRAGMENT "pieces", ROM0
P2: dw P1, P2, @
	jr P1
SECTION FRAGMENT "pieces", ROM0[$15A]
P3: db 3
SECTION FRAGMENT "aligned", ROMX, ALIGN[4, 2], BANK[1]
	ds 6, 6
SECTION FRAGMENT "aligned", ROMX, ALIGN[3]
Aligned: db LOW(@)
SECTION "literals", ROMX
Literals:
	ld hl, [[ db "text", 0 ]]
	dw [[ db 1
	.inner: dw .inner, [[ db 2 ]] ]], Literals
	call [[
		ld a, 1
		ret
	]]
	jp Literals
