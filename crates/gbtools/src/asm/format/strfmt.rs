//! STRFMT (rgbasm(5), "String expressions").

use bstr::ByteSlice;

use super::{Flaw, Spec};
use crate::asm::text_functions::TooLong;

/// An argument of STRFMT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    /// A number.
    Number(i32),
    /// A string.
    Text(&'a [u8]),
}

/// STRFMT: appends a format with each `%spec` replaced by its argument. `precision` applies to fixed-point numbers
/// whose format has none.
///
/// # Errors
/// [`TooLong`] if the result would have more than `most` bytes.
pub fn str_fmt(
    format: &[u8],
    arguments: &[Argument],
    precision: u8,
    result: &mut Vec<u8>,
    most: usize,
    report: &mut impl FnMut(Flaw),
) -> Result<(), TooLong> {
    let mut rest = format;
    let mut specs = 0;
    loop {
        let text = rest.find_byte(b'%').unwrap_or(rest.len());
        append(&rest[..text], result, most)?;
        let Some(after) = rest.get(text + 1..) else { break };
        rest = after;
        match rest.first() {
            Some(b'%') => {
                append(b"%", result, most)?;
                rest = &rest[1..];
                continue;
            }
            // A NUL here ends the format.
            None | Some(0) => {
                report(Flaw::PercentAtEnd);
                append(b"%", result, most)?;
                break;
            }
            Some(_) => {}
        }
        let (spec, len) = Spec::prefix(rest);
        let argument = arguments.get(specs);
        specs += 1;
        match (spec, argument) {
            (None, _) => {
                report(Flaw::Invalid(specs));
                append(b"%", result, most)?;
                append(&rest[..len], result, most)?;
            }
            (Some(_), None) => append(b"%", result, most)?,
            (Some(spec), Some(&Argument::Number(value))) => spec.number(value, precision, result, most, report)?,
            (Some(spec), Some(&Argument::Text(text))) => spec.text(text, result, most, report)?,
        }
        rest = &rest[len..];
    }
    if specs > arguments.len() {
        report(Flaw::MissingArguments { expected: specs, given: arguments.len() });
    } else if specs < arguments.len() {
        report(Flaw::SpareArguments(arguments.len() - specs));
    }
    Ok(())
}

fn append(text: &[u8], result: &mut Vec<u8>, most: usize) -> Result<(), TooLong> {
    if text.len() > most.saturating_sub(result.len()) {
        return Err(TooLong);
    }
    result.extend_from_slice(text);
    Ok(())
}
