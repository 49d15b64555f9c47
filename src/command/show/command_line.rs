//! Commands as text.

use std::ffi::OsString;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;

use crate::show::harmless::is_obeyed;

/// The command as you would type it, quoted for a shell where necessary. You can paste it, even if it contains odd
/// bytes. It is harmless to a terminal and to a log, and still means the same.
pub(crate) fn command_line(argv: &[OsString]) -> Vec<u8> {
    let words = argv.iter().map(|word| match word.as_bytes() {
        word if is_plain(word) => word.to_owned(),
        word => quoted(word),
    });
    let mut line = bstr::join(" ", words);
    line.push(b'\n');
    line
}

/// Within single quotes. A control character is the output of printf(1), because dash and fish have no `$'\e'`.
fn quoted(word: &[u8]) -> Vec<u8> {
    let mut quoted = b"'".to_vec();
    for chunk in word.utf8_chunks() {
        for character in chunk.valid().chars() {
            let bytes = character.encode_utf8(&mut [0; 4]).as_bytes().to_owned();
            if is_obeyed(character) { print(&mut quoted, &bytes) } else { put(&mut quoted, &bytes) }
        }
        for byte in chunk.invalid() {
            // In other encodings than UTF-8, these are control characters too.
            if matches!(byte, 0x80..=0x9F) { print(&mut quoted, &[*byte]) } else { put(&mut quoted, &[*byte]) }
        }
    }
    quoted.push(b'\'');
    quoted
}

/// Appends a character within single quotes.
fn put(quoted: &mut Vec<u8>, character: &[u8]) {
    match character {
        b"'" => quoted.extend_from_slice(br"'\''"),
        // It is special between single quotes in fish.
        b"\\" => quoted.extend_from_slice(br"'\\'"),
        // A CI system would obey `##[` anywhere, and `::` at the beginning of a line.
        b"#" | b":" if quoted.ends_with(character) => quoted.extend([b"''", character].concat()),
        _ => quoted.extend_from_slice(character),
    }
}

/// Appends bytes that printf(1) prints. They are not split or expanded, and so need no double quotes, in which fish 3.6 makes
/// mistakes.
fn print(quoted: &mut Vec<u8>, bytes: &[u8]) {
    let mut escapes = String::new();
    for byte in bytes {
        let _ = write!(escapes, "\\{byte:03o}");
    }
    quoted.extend(format!("'$(printf '{escapes}')'").into_bytes());
}

/// More words than anyone wants to read again.
const MANY: usize = 16;

/// The command line of this process, with an output and `--fix`.
pub(crate) fn typed_with_output(rom: &str) -> String {
    let mut words: Vec<_> = std::env::args_os().collect();
    if words.len() > MANY {
        words.splice(2.., ["...".into()]);
    }
    let is_fixed = words.iter().any(|word| word.as_bytes().starts_with(b"--fix"));
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let more = ["-o", rom, "--fix"].into_iter().filter(|word| !is_fixed || *word != "--fix");
    words.splice(end..end, more.map(OsString::from));
    words[0] = "rgbpipe".into();
    String::from_utf8_lossy(&command_line(&words)).trim_end().to_owned()
}

/// Whether every shell leaves a word unchanged. `{1,2}` is two words in bash, and `=ls` is a path in zsh.
fn is_plain(word: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"%+,-./:=@_".contains(byte);
    !word.is_empty() && !word.starts_with(b"=") && word.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use bstr::ByteSlice;

    use super::*;

    #[test]
    fn words_are_quoted_where_necessary_and_harmless() {
        let line = |word: &[u8]| command_line(&["a".into(), OsStr::from_bytes(word).to_owned()]);
        for (word, quoted) in [
            (&b"src/a.asm"[..], &b"src/a.asm"[..]),
            (b"", b"''"),
            (b"it's", br"'it'\''s'"),
            (b"a\n\tb", b"'a\n\tb'"),
            (br"a\b", br"'a'\\'b'"),
            (b"\x1b]0;x\x07", br"''$(printf '\033')']0;x'$(printf '\007')''"),
            ("\u{9b}2J".as_bytes(), br"''$(printf '\302\233')'2J'"),
            (b"\x9b\xe9", b"''$(printf '\\233')'\xe9'"),
            (b"\n::x ##[y]", b"'\n:'':x #''#[y]'"),
        ] {
            assert_eq!(line(word).as_bstr(), [b"a ", quoted, b"\n"].concat().as_bstr());
        }
    }
}
