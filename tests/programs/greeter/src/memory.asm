SECTION "Memory", ROM0

; Sets BC bytes from HL on to A.
Fill::
	ld d, a
.next
	ld a, b
	or c
	ret z
	ld a, d
	ld [hl+], a
	dec bc
	jr .next

; Copies text from DE to HL, up to $FF.
CopyText::
	ld a, [de]
	inc de
	cp $FF
	ret z
	ld [hl+], a
	jr CopyText
