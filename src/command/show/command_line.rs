//! A command as text.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

use bstr::ByteSlice;

/// A command as one would type it: quoted for a shell where it has to be, so that it can be pasted, whatever bytes are
/// in its words.
pub(crate) fn command_line(argv: &[OsString]) -> Vec<u8> {
    let words = argv.iter().map(|word| match word.as_bytes() {
        word if is_plain(word) => word.to_owned(),
        word => [b"'", &word.replace("'", r"'\''")[..], b"'"].concat(),
    });
    let mut line = bstr::join(" ", words);
    line.push(b'\n');
    line
}

/// Whether a word is itself in every shell: `{1,2}` is two words to bash, and `=ls` a path to zsh.
fn is_plain(word: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"%+,-./:=@_".contains(byte);
    !word.is_empty() && !word.starts_with(b"=") && word.iter().all(is_plain)
}
