;$ rgbasm -Weverything -o main.o main.asm
;$ rgblink -o main.gb main.o
; Every instruction, in all its ways of writing it.
SECTION "instructions", ROM0[0]
	add a, b :: add a, c :: add a, d :: add a, e :: add a, h :: add a, l :: add a, [hl] :: add a, a :: add b :: add [hl] :: add a, $12 :: add $12
	adc a, b :: adc a, c :: adc a, d :: adc a, e :: adc a, h :: adc a, l :: adc a, [hl] :: adc a, a :: adc b :: adc [hl] :: adc a, $12 :: adc $12
	sub a, b :: sub a, c :: sub a, d :: sub a, e :: sub a, h :: sub a, l :: sub a, [hl] :: sub a, a :: sub b :: sub [hl] :: sub a, $12 :: sub $12
	sbc a, b :: sbc a, c :: sbc a, d :: sbc a, e :: sbc a, h :: sbc a, l :: sbc a, [hl] :: sbc a, a :: sbc b :: sbc [hl] :: sbc a, $12 :: sbc $12
	and a, b :: and a, c :: and a, d :: and a, e :: and a, h :: and a, l :: and a, [hl] :: and a, a :: and b :: and [hl] :: and a, $12 :: and $12
	xor a, b :: xor a, c :: xor a, d :: xor a, e :: xor a, h :: xor a, l :: xor a, [hl] :: xor a, a :: xor b :: xor [hl] :: xor a, $12 :: xor $12
	or a, b :: or a, c :: or a, d :: or a, e :: or a, h :: or a, l :: or a, [hl] :: or a, a :: or b :: or [hl] :: or a, $12 :: or $12
	cp a, b :: cp a, c :: cp a, d :: cp a, e :: cp a, h :: cp a, l :: cp a, [hl] :: cp a, a :: cp b :: cp [hl] :: cp a, $12 :: cp $12
	inc b :: inc c :: inc d :: inc e :: inc h :: inc l :: inc [hl] :: inc a :: inc bc :: inc de :: inc hl :: inc sp
	dec b :: dec c :: dec d :: dec e :: dec h :: dec l :: dec [hl] :: dec a :: dec bc :: dec de :: dec hl :: dec sp
	ld b, b :: ld b, c :: ld b, d :: ld b, e :: ld b, h :: ld b, l :: ld b, [hl] :: ld b, a :: ld b, $34
	ld c, b :: ld c, c :: ld c, d :: ld c, e :: ld c, h :: ld c, l :: ld c, [hl] :: ld c, a :: ld c, $34
	ld d, b :: ld d, c :: ld d, d :: ld d, e :: ld d, h :: ld d, l :: ld d, [hl] :: ld d, a :: ld d, $34
	ld e, b :: ld e, c :: ld e, d :: ld e, e :: ld e, h :: ld e, l :: ld e, [hl] :: ld e, a :: ld e, $34
	ld h, b :: ld h, c :: ld h, d :: ld h, e :: ld h, h :: ld h, l :: ld h, [hl] :: ld h, a :: ld h, $34
	ld l, b :: ld l, c :: ld l, d :: ld l, e :: ld l, h :: ld l, l :: ld l, [hl] :: ld l, a :: ld l, $34
	ld [hl], b :: ld [hl], c :: ld [hl], d :: ld [hl], e :: ld [hl], h :: ld [hl], l :: ld [hl], a :: ld [hl], $34
	ld a, b :: ld a, c :: ld a, d :: ld a, e :: ld a, h :: ld a, l :: ld a, [hl] :: ld a, a :: ld a, $34
	add hl, bc :: add hl, de :: add hl, hl :: add hl, sp :: add sp, -5 :: add sp, 5
	ld bc, $1234 :: ld de, $1234 :: ld hl, $1234 :: ld sp, $1234 :: ld [$1234], sp :: ld sp, hl :: ld hl, sp + 3 :: ld hl, sp - 3
	ld a, [bc] :: ld a, [de] :: ld [bc], a :: ld [de], a :: ld a, [hl+] :: ld a, [hli] :: ldi a, [hl] :: ld a, [hl-] :: ld a, [hld] :: ldd a, [hl] :: ld [hl+], a :: ld [hld], a :: ldi [hl], a
	ld a, [$1234] :: ld [$1234], a :: ldh a, [$FF12] :: ldh [$FF12], a :: ldh a, [c] :: ldh [c], a :: ldh a, [$FF00 + c] :: ld a, [$FF00 + c] :: ld [$FF00 + c], a
	push bc :: push de :: push hl :: push af :: pop bc :: pop de :: pop hl :: pop af
	nop :: halt :: stop :: stop $12 :: di :: ei :: daa :: cpl :: cpl a :: scf :: ccf :: rlca :: rrca :: rla :: rra
	jp $1234 :: jp hl :: jp nz, $1234 :: jp z, $1234 :: jp nc, $1234 :: jp c, $1234 :: jp !nz, $1234 :: jp !!c, $1234
	call $1234 :: call nz, $1234 :: call z, $1234 :: call nc, $1234 :: call c, $1234 :: ret :: reti :: ret nz :: ret z :: ret nc :: ret c
	rst $00 :: rst $08 :: rst $10 :: rst $18 :: rst $20 :: rst $28 :: rst $30 :: rst $38
	rlc b :: rlc c :: rlc d :: rlc e :: rlc h :: rlc l :: rlc [hl] :: rlc a
	rrc b :: rrc c :: rrc d :: rrc e :: rrc h :: rrc l :: rrc [hl] :: rrc a
	rl b :: rl c :: rl d :: rl e :: rl h :: rl l :: rl [hl] :: rl a
	rr b :: rr c :: rr d :: rr e :: rr h :: rr l :: rr [hl] :: rr a
	sla b :: sla c :: sla d :: sla e :: sla h :: sla l :: sla [hl] :: sla a
	sra b :: sra c :: sra d :: sra e :: sra h :: sra l :: sra [hl] :: sra a
	swap b :: swap c :: swap d :: swap e :: swap h :: swap l :: swap [hl] :: swap a
	srl b :: srl c :: srl d :: srl e :: srl h :: srl l :: srl [hl] :: srl a
	bit 0, b :: bit 1, c :: bit 2, d :: bit 3, e :: bit 4, h :: bit 5, l :: bit 6, [hl] :: bit 7, a
	res 0, b :: res 1, c :: res 2, d :: res 3, e :: res 4, h :: res 5, l :: res 6, [hl] :: res 7, a
	set 0, b :: set 1, c :: set 2, d :: set 3, e :: set 4, h :: set 5, l :: set 6, [hl] :: set 7, a
here:
	jr here :: jr nz, here :: jr z, here :: jr nc, here :: jr c, here :: jr @ :: jr @ + 2
	jr later :: jr nz, later :: ldh a, [hVariable] :: ldh [hVariable], a :: rst vector :: bit index, b :: set index, [hl] :: ld a, [hVariable] :: ld hl, later :: call later :: jp nc, later :: add sp, later - here :: ld a, HIGH(later)
	ld a, HIGH(bc) :: ld b, LOW(hl) :: ld HIGH(de), a :: db SIZEOF(a), SIZEOF(hl), SIZEOF([hl])
later:
SECTION "h", HRAM[$FF90]
hVariable: db
SECTION "numbers", ROMX[$4005]
DEF vector EQU $18
DEF index EQU 5
	rst @ - $4005 + 8 :: bit @ & 7, a
