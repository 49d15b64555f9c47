SECTION "Message", ROM0

; Prints the message at HL: its place, then its text.
PrintMessage::
	ld a, [hl+]
	ld e, a
	ld a, [hl+]
	ld d, a
	; DE: place, HL: text
	push de
	ld d, h
	ld e, l
	pop hl
	jp CopyText
