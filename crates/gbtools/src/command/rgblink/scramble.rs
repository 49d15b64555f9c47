//! `-S`: regions, each with a number of banks.

use bstr::{BStr, BString, ByteSlice};

use crate::command::console::End;
use crate::link::Scramble;

/// Applies a spec such as `romx=3,wramx`. A trailing comma is allowed, and blanks are.
pub(super) fn set(scramble: &mut Scramble, spec: &BString) -> Result<(), End> {
    let parts: Vec<&[u8]> = spec.split_str(",").map(<[u8]>::trim_ascii).collect();
    for (index, part) in parts.iter().enumerate() {
        if part.is_empty() && index > 0 && index + 1 == parts.len() {
            continue;
        }
        let (name, banks) = match part.split_once_str("=") {
            Some((name, banks)) => (name.trim_ascii(), Some(banks.trim_ascii().as_bstr())),
            None => (*part, None),
        };
        set_region(scramble, name.as_bstr(), banks)?;
    }
    Ok(())
}

fn set_region(scramble: &mut Scramble, name: &BStr, banks: Option<&BStr>) -> Result<(), End> {
    let wrong = |text: String| End::fatal("scramble", format!("{text} in the spec for option '-S'"));
    let (region, most, usual) = match name.to_ascii_lowercase().as_slice() {
        b"romx" => (&mut scramble.romx, 65535, None),
        b"sram" => (&mut scramble.sram, 255, None),
        b"wramx" => (&mut scramble.wramx, 7, Some(7)),
        b"" => return Err(wrong("Missing region name".to_owned())),
        _ => return Err(wrong(format!("Unknown region name \"{name}\""))),
    };
    let count = match banks {
        None => usual.ok_or_else(|| wrong(format!("Missing number of banks for {name}")))?,
        Some(banks) => {
            let digits = banks.to_str().ok().filter(|banks| banks.bytes().all(|byte| byte.is_ascii_digit()));
            let count = digits.and_then(|digits| digits.parse().ok());
            count.ok_or_else(|| wrong(format!("Invalid number of banks \"{banks}\"")))?
        }
    };
    if count > most {
        return Err(wrong(format!("There are no more than {most} banks of {name}, but {count}")));
    }
    *region = u16::try_from(count).ok();
    Ok(())
}
