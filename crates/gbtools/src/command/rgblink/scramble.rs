//! `-S`: the number of banks over which sections are spread.

use bstr::{BStr, ByteSlice};

use super::{Console, End};
use crate::command::number::number;
use crate::link::Scramble;

/// Reads a list such as `romx=64, wramx, sram=4`.
pub(super) fn set(scramble: &mut Scramble, spec: &[u8], console: &mut Console<'_, '_>) -> Result<(), End> {
    let mut rest = spec.trim_start_with(is_blank);
    while !rest.is_empty() {
        let (item, after) = rest.split_once_str(",").unwrap_or((rest, b""));
        one(scramble, item, console)?;
        rest = after.trim_start_with(is_blank);
    }
    Ok(())
}

fn is_blank(letter: char) -> bool {
    letter == ' ' || letter == '\t'
}

fn one(scramble: &mut Scramble, item: &[u8], console: &mut Console<'_, '_>) -> Result<(), End> {
    let (name, size) = match item.split_once_str("=") {
        Some((name, size)) => (word(name)?, Some(word(size)?)),
        None => (word(item)?, None),
    };
    let (banks, most, all) = match name.to_ascii_lowercase().as_slice() {
        b"romx" => (&mut scramble.romx, 65535, None),
        b"sram" => (&mut scramble.sram, 256, None),
        b"wramx" => (&mut scramble.wramx, 7, Some(7)),
        b"" => return Err(wrong("Empty region name")),
        _ => return Err(wrong(&format!("Unknown region name \"{name}\""))),
    };
    let size = match (size, all) {
        (None, Some(all)) => all,
        (None, None) => return Err(wrong(&format!("No size for region \"{name}\""))),
        (Some(size), _) if size.is_empty() => return Err(wrong("Empty region size")),
        (Some(size), _) => number(size).ok_or_else(|| wrong(&format!("Invalid region size \"{size}\"")))?,
    };
    let size = u16::try_from(size).ok().filter(|&size| size <= most);
    let size = size.ok_or_else(|| wrong(&format!("The size of region \"{name}\" must be between 0 and {most}")))?;
    if banks.replace(size).is_some_and(|old| old != 0 && old != size) {
        console.warning("overriding", format!("Overriding the size of region \"{name}\" in option '-S'"));
    }
    Ok(())
}

/// The single word of a text. It may be empty.
fn word(text: &[u8]) -> Result<&BStr, End> {
    let text = text.trim_with(is_blank).as_bstr();
    match text.find_byteset(" \t") {
        Some(at) => Err(wrong(&format!("Unexpected \"{}\"", text[at..].trim_with(is_blank).as_bstr()))),
        None => Ok(text),
    }
}

fn wrong(text: &str) -> End {
    End::fatal("invalid-scramble", format!("{text} in option '-S'"))
}
