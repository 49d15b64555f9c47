//! Syntax of older releases of RGBDS: the release that dropped it, and its replacement (rgbasm-old(5)).

use std::fmt;

use bstr::ByteSlice;

use super::hint::Hint;

/// Syntax that a release dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// The dropped syntax.
    what: &'static str,
    release: &'static str,
    /// The advice for a replacement.
    now: &'static str,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RGBDS {} dropped {}; {}", self.release, self.what, self.now)
    }
}

impl From<Dropped> for Hint {
    fn from(dropped: Dropped) -> Self {
        Self { text: format!(" ({dropped})"), dropped: true }
    }
}

const fn dropped(what: &'static str, release: &'static str, now: &'static str) -> Dropped {
    Dropped { what, release, now }
}

pub(crate) const LOW_BYTE: Dropped =
    dropped("LDH with only the low byte", "1.0.0", "write the whole address, such as $FF05");
pub(crate) const LONG_STRING: Dropped =
    dropped("strings of several characters as numbers", "1.0.0", "write 'X' << 8 | 'Y', or use CHARVAL");
pub(crate) const UNDERSCORES: Dropped =
    dropped("several underscores in a row", "1.0.0", "write one between two digits");
pub(crate) const COMMA_ESCAPE: Dropped = dropped("`\\,`", "0.7.0", "write the comma alone, in quotes or parentheses");
pub(crate) const NEGATIVE_DS: Dropped = dropped("DS with a negative number", "0.3.2", "use UNION");

/// Dropped directives and instructions.
pub(super) fn directive(name: &[u8]) -> Option<Dropped> {
    Some(match name.to_ascii_uppercase().as_slice() {
        b"PRINTT" => dropped("PRINTT", "0.6.0", "write PRINT"),
        b"PRINTI" => dropped("PRINTI", "0.6.0", "write PRINT \"{d:x}\""),
        b"PRINTV" => dropped("PRINTV", "0.6.0", "write PRINT"),
        b"PRINTF" => dropped("PRINTF", "0.6.0", "write PRINT \"{f:x}\""),
        b"IMPORT" => dropped("IMPORT", "0.4.0", "leave it out; the linker finds exported symbols"),
        b"XREF" => dropped("XREF", "0.4.0", "leave it out; the linker finds exported symbols"),
        b"GLOBAL" => dropped("GLOBAL", "0.5.0", "write EXPORT"),
        b"XDEF" => dropped("XDEF", "0.5.0", "write EXPORT"),
        b"LDIO" => dropped("LDIO", "1.0.0", "write LDH"),
        _ => return None,
    })
}

/// Dropped symbols.
pub(crate) fn symbol(name: &[u8]) -> Option<Dropped> {
    Some(match name {
        b"_PI" => dropped("_PI", "0.6.0", "write 3.141592653"),
        b"__FILE__" => dropped("__FILE__", "0.7.0", "WARN and FAIL print the file"),
        b"__LINE__" => dropped("__LINE__", "0.7.0", "WARN and FAIL print the line"),
        _ => return None,
    })
}

/// Dropped letters of OPT, with or without `!` before them.
pub(crate) fn option(option: &[u8]) -> Option<Dropped> {
    Some(match option.trim_start_with(|letter| letter == '!').first()? {
        b'z' => dropped("OPT z", "0.5.0", "write OPT p"),
        b'h' | b'H' => dropped("OPT h", "0.8.0", "leave it out, and write NOP after HALT where one is needed"),
        b'l' | b'L' => dropped("OPT l", "0.8.0", "leave it out, and write LDH instead of LD"),
        _ => return None,
    })
}

/// Recognizes a statement of an older release, from its full text and the part read before the error.
pub(super) fn statement(all: &[u8], read: &[u8]) -> Option<Dropped> {
    let whole = match all {
        b"JP [HL]" | b"JP[HL]" | b"JP(HL)" => dropped("JP [HL]", "0.4.0", "write JP HL"),
        b"LDI A,HL" => dropped("LDI A, HL", "0.4.0", "write LDI A, [HL]"),
        b"LDD A,HL" => dropped("LDD A, HL", "0.4.0", "write LDD A, [HL]"),
        b"LD[C],A" => dropped("LD [C], A", "1.0.0", "write LDH [C], A"),
        b"LD A,[C]" => dropped("LD A, [C]", "1.0.0", "write LDH A, [C]"),
        b"ADD BC" | b"ADD DE" | b"ADD HL" | b"ADD SP" => dropped("ADD of a pair alone", "0.5.0", "write ADD HL, BC"),
        _ if all.starts_with(b"LD HL,[SP") => dropped("LD HL, [SP + e8]", "0.4.0", "write LD HL, SP + e8"),
        _ => return at_a_word(read),
    };
    Some(whole)
}

/// Recognizes a statement of an older release, from the part read before the error.
fn at_a_word(read: &[u8]) -> Option<Dropped> {
    Some(match read {
        b"*" => dropped("comments that begin with `*`", "0.5.0", "write `;`"),
        // After a label.
        b"MACRO" => dropped("`name: MACRO`", "0.7.0", "write MACRO name"),
        b":" => dropped("a space between two colons", "0.7.0", "write `::`"),
        _ if read.starts_with(b"DEF ") && read.ends_with(b" SET") => dropped("SET", "0.6.0", "write `=`"),
        _ if read.starts_with(b"SECTION") || read.starts_with(b"PUSHS") => match read.rsplit_once_str(",")?.1 {
            b"HOME" => dropped("HOME", "0.4.0", "write ROM0"),
            b"CODE" | b"DATA" => dropped("CODE and DATA", "0.4.0", "write ROMX"),
            b"BSS" => dropped("BSS", "0.4.0", "write WRAM0"),
            _ => return None,
        },
        _ => return None,
    })
}

/// Recognizes a definition of an older release that now looks like a macro call.
pub(super) fn definition(name: &[u8], argument: &[u8]) -> Option<Hint> {
    let name = name.as_bstr();
    let end = argument.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(argument.len());
    let dropped = |release, what, text| {
        Some(Hint { text: format!(" (RGBDS {release} dropped {what}; did you mean \"{text}\"?)"), dropped: true })
    };
    if argument.starts_with(b"=") && !argument.starts_with(b"==") {
        return dropped("0.8.0", "definitions without DEF", format!("DEF {name} = ..."));
    }
    if argument.starts_with(b":") {
        let colons = if argument.starts_with(b"::") { "::" } else { ":" };
        return dropped("0.9.0", "a space before the colon", format!("{name}{colons}"));
    }
    match argument[..end].to_ascii_uppercase().as_slice() {
        keyword @ (b"EQU" | b"EQUS" | b"RB" | b"RW" | b"RL") => {
            let text = format!("DEF {name} {} ...", keyword.as_bstr());
            dropped("0.8.0", "definitions without DEF", text)
        }
        b"SET" => dropped("0.6.0", "SET", format!("DEF {name} = ...")),
        b"MACRO" => dropped("0.7.0", "this form", format!("MACRO {name}")),
        _ => None,
    }
}

/// Recognizes a label of an older release that now looks like a macro call at the start of a line.
pub(super) fn label(name: &[u8], argument: Option<&[u8]>) -> Option<Hint> {
    if argument.is_some() {
        return None;
    }
    let text = format!(" (RGBDS 0.5.0 dropped labels without a colon; did you mean \"{}:\"?)", name.as_bstr());
    Some(Hint { text, dropped: false })
}
