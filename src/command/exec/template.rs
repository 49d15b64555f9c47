//! `{NAME}` in an argument, which becomes the path of a pipe.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// A piece of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fragment {
    /// Text, passed on unchanged.
    Text(OsString),
    /// The path of the input or output of this name.
    Name(String),
}

/// A brace that is never closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unclosed;

/// Splits an argument into pieces. `{{` and `}}` are literal braces, and so is a closing brace alone.
pub(crate) fn pieces(argument: &OsStr) -> Result<Vec<Fragment>, Unclosed> {
    let mut pieces = Vec::new();
    let mut text = Vec::new();
    let mut rest = argument.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'{' {
            text.push(byte);
            rest = if byte == b'}' { rest.strip_prefix(b"}").unwrap_or(rest) } else { rest };
        } else if let Some(after) = rest.strip_prefix(b"{") {
            text.push(b'{');
            rest = after;
        } else {
            let end = rest.iter().position(|byte| *byte == b'}').ok_or(Unclosed)?;
            if !text.is_empty() {
                pieces.push(Fragment::Text(OsString::from_vec(std::mem::take(&mut text))));
            }
            // A name is always UTF-8.
            pieces.push(Fragment::Name(String::from_utf8_lossy(&rest[..end]).into_owned()));
            rest = &rest[end + 1..];
        }
    }
    if !text.is_empty() || pieces.is_empty() {
        pieces.push(Fragment::Text(OsString::from_vec(text)));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Fragment {
        Fragment::Text(text.into())
    }

    fn name(name: &str) -> Fragment {
        Fragment::Name(name.into())
    }

    #[test]
    fn names_are_found_in_arguments() {
        for (argument, expected) in [
            ("", vec![text("")]),
            ("plain", vec![text("plain")]),
            ("{in}", vec![name("in")]),
            ("--out={bpp},x", vec![text("--out="), name("bpp"), text(",x")]),
            ("{a}{b}{a}", vec![name("a"), name("b"), name("a")]),
            ("{{print}", vec![text("{print}")]),
            ("{{print}}", vec![text("{print}")]),
            ("{{if(x){{y}}}}", vec![text("{if(x){y}}")]),
            ("{{{in}}", vec![text("{"), name("in"), text("}")]),
            ("{{{in}}}", vec![text("{"), name("in"), text("}")]),
            ("}{{}", vec![text("}{}")]),
            ("}}}", vec![text("}}")]),
            ("{}", vec![name("")]),
            ("{a{b}", vec![name("a{b")]),
        ] {
            assert_eq!(pieces(argument.as_ref()), Ok(expected), "{argument}");
        }
        for argument in ["{", "{in", "{{{", "{a}{"] {
            assert_eq!(pieces(argument.as_ref()), Err(Unclosed), "{argument}");
        }
    }

    #[test]
    fn invalid_utf_8_is_kept() {
        let argument = OsString::from_vec(b"\xff{in}\xfe".to_vec());
        let around = |byte| Fragment::Text(OsString::from_vec(vec![byte]));
        assert_eq!(pieces(&argument), Ok(vec![around(0xFF), name("in"), around(0xFE)]));
    }
}
