//! Syntax of other assemblers, with RGBDS's equivalent.

/// A hint for a statement of another assembler, from its full text and the part read before the error.
pub(super) fn statement(all: &[u8], read: &[u8]) -> Option<&'static str> {
    const POINTERS: [&[u8]; 8] = [b"(HL)", b"(BC)", b"(DE)", b"(SP)", b"(HL+)", b"(HL-)", b"(HLI)", b"(HLD)"];
    let has = |text: &[u8]| all.windows(text.len()).any(|part| part == text);
    if POINTERS.into_iter().any(has) || read == b"LD(" {
        return Some("a memory operand needs brackets, such as [HL]");
    }
    if has(b"[HL]+") || has(b"[HL]-") {
        return Some("the sign goes inside the brackets: [HL+]");
    }
    match read {
        b"ENDM" => Some("there is no MACRO before it; macros cannot be nested"),
        b"ENDR" => Some("there is no REPT or FOR before it"),
        b"EQU" | b"EQUS" => Some("a constant has no colon: write DEF name EQU ..."),
        _ => None,
    }
}

/// A hint for a directive or instruction of another assembler.
pub(super) fn word(name: &[u8]) -> Option<&'static str> {
    Some(match name.to_ascii_uppercase().as_slice() {
        b"ENDIF" => "IF ends with ENDC",
        b"ELSEIF" | b"ELSIF" => "write ELIF",
        b"ENDMACRO" => "MACRO ends with ENDM",
        b"ENDREPT" | b"ENDREP" | b"ENDFOR" => "REPT and FOR end with ENDR",
        b"ORG" => "write SECTION \"name\", ROM0[address]",
        b"DEFB" | b"DCB" | b"BYTE" => "write DB",
        b"DEFW" | b"DCW" | b"WORD" => "write DW",
        b"DEFS" | b"SPACE" => "write DS",
        b"MOV" => "write LD",
        b"LDHL" => "write LD HL, SP + e8",
        b"EX" | b"EXX" | b"DJNZ" | b"LDIR" | b"LDDR" | b"OTIR" | b"IN" | b"OUT" => {
            "the SM83 does not have this instruction of the Z80"
        }
        _ => return None,
    })
}

/// A hint for a function of another assembler.
pub(super) fn function(name: &[u8]) -> Option<&'static str> {
    Some(match name.to_ascii_uppercase().as_slice() {
        b"DEFINED" | b"ISDEF" | b"IFDEF" => "write DEF(name)",
        b"HI" | b"MSB" => "write HIGH(...)",
        b"LO" | b"LSB" => "write LOW(...)",
        b"SIZE" => "write SIZEOF(...)",
        b"START" => "write STARTOF(...)",
        _ => return None,
    })
}
