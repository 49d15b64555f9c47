//! Commands as text.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

use bstr::ByteSlice;

/// The command as you would type it, quoted for a shell where necessary. You can paste it, even if it contains odd
/// bytes.
pub(crate) fn command_line(argv: &[OsString]) -> Vec<u8> {
    let words = argv.iter().map(|word| match word.as_bytes() {
        word if is_plain(word) => word.to_owned(),
        word => [b"'", &word.replace("'", r"'\''")[..], b"'"].concat(),
    });
    let mut line = bstr::join(" ", words);
    line.push(b'\n');
    line
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
