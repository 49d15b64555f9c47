//! Parses the values of options.

use bstr::{BString, ByteSlice};

use super::End;
use crate::command::number::number;
use crate::report::{Diagnostic, Severity};

/// The digits of `-b` and `-g`, which replace the usual ones. The inner error is about the first digit that cannot be
/// used.
pub(super) fn digits<const COUNT: usize>(
    option: &str,
    digits: &mut [u8; COUNT],
    usual: &[u8; COUNT],
    value: &[u8],
) -> Result<Result<(), Box<Diagnostic>>, End> {
    let chosen = <[u8; COUNT]>::try_from(value).map_err(|_| {
        End::fatal(
            "invalid-digits",
            format!("Option '{option}' needs exactly {COUNT} characters, not \"{}\"", value.as_bstr()),
        )
    })?;
    for (place, digit) in chosen.iter().enumerate() {
        let shown = [*digit].escape_bytes().to_string();
        let problem = if !digit.is_ascii_alphanumeric() && !matches!(digit, b'.' | b'#' | b'@') {
            "is not a valid digit"
        } else if usual.contains(digit) && *digit != usual[place] {
            "is another of the usual digits"
        } else if chosen[..place].contains(digit) {
            "is there twice"
        } else {
            continue;
        };
        let text = format!("Option '{option}': '{shown}' {problem}");
        return Ok(Err(Diagnostic::new(Severity::Error, "invalid-digits", text).into()));
    }
    *digits = chosen;
    Ok(Ok(()))
}

/// The value of `-Q`, with or without the dot of the Q notation.
pub(super) fn precision(value: &[u8]) -> Result<u8, End> {
    let bits = number(value.strip_prefix(b".").unwrap_or(value)).ok_or_else(|| End::invalid("-Q"))?;
    let range = || End::fatal("out-of-range", "Argument for option '-Q' must be between 1 and 31");
    u8::try_from(bits).ok().filter(|bits| (1..=31).contains(bits)).ok_or_else(range)
}

/// The value of an option that takes any number. None if it is too large.
pub(super) fn unbounded(option: &str, value: &[u8]) -> Result<Option<u64>, End> {
    let number = number(value).ok_or_else(|| End::invalid(option))?;
    Ok(Some(number).filter(|&number| number < u64::MAX))
}

/// A folder with a slash at its end, ready to be put before a path.
pub(super) fn include_folder(mut folder: BString) -> BString {
    if !folder.is_empty() && !folder.ends_with(b"/") {
        folder.push(b'/');
    }
    folder
}
