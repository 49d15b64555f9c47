//! Text that others have chosen, made harmless: a source, a file's name and a tool can contain any bytes.

use std::borrow::Cow;
use std::fmt::Write;

use bstr::ByteSlice;

/// Replaces the characters that a terminal would obey, except newlines and tabs, and colours if `keeps_colours`.
pub(crate) fn for_terminal(text: &[u8], keeps_colours: bool) -> Cow<'_, [u8]> {
    let is_plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | 0x20..=0x7E | 0xA0..);
    if text.iter().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        let mut colour_ends = 0;
        for (index, character) in valid.char_indices() {
            let rest = &valid[index..];
            if keeps_colours && character == '\x1b' {
                colour_ends = index + length_of_colour(rest);
            }
            let stays = !is_obeyed(character) || index < colour_ends || rest.starts_with("\r\n");
            let character = if stays { character } else { picture(character) };
            shown.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        // In other encodings than UTF-8, these are control characters too.
        shown.extend(chunk.invalid().iter().map(|byte| if matches!(byte, 0x80..=0x9F) { b'?' } else { *byte }));
    }
    Cow::Owned(shown)
}

/// Whether a terminal obeys a character, other than a newline and a tab.
pub(crate) fn is_obeyed(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

/// The same text without colours. Other escapes stay, for [`for_terminal`] to show.
pub(crate) fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('\x1b');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let escape = ["\x1b", part].concat();
        plain.push_str(&escape[length_of_colour(&escape)..]);
    }
    plain
}

/// The length of `ESC [ NUMBERS m` at the beginning of a text, or 0.
fn length_of_colour(text: &str) -> usize {
    let end = text.strip_prefix("\x1b[").and_then(|rest| rest.find(|c: char| !c.is_ascii_digit() && c != ';'));
    end.map(|end| "\x1b[".len() + end).filter(|end| text[*end..].starts_with('m')).map_or(0, |end| end + 1)
}

/// The symbol for a control character, such as `␛`.
fn picture(control: char) -> char {
    match u32::from(control) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7F => '\u{2421}',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// The beginnings of commands that CI systems obey anywhere in a line of a log: the old ones of GitHub, those of Azure
/// Pipelines, and those of `TeamCity`.
const COMMANDS: [&str; 3] = ["##[", "##vso[", "##teamcity["];

/// Inserts a space into what a CI system would obey as a command. On GitHub that is a line that begins with `::` and the
/// command's name, which has no colon: ` ::: FILE`, as in snippets, is none.
pub(crate) fn for_logs(text: Vec<u8>) -> Vec<u8> {
    if !text.contains_str("::") && !text.contains_str("##") {
        return text;
    }
    let mut shown = Vec::with_capacity(text.len());
    for line in text.lines_with_terminator() {
        let begin = line.len() - line.trim_start_with(char::is_whitespace).len();
        let is_command = |rest: &[u8]| COMMANDS.iter().any(|command| rest.starts_with(command.as_bytes()));
        for (index, byte) in line.iter().enumerate() {
            shown.push(*byte);
            let rest = &line[index..];
            let is_on_github = index == begin && rest.starts_with(b"::") && !rest.starts_with(b":::");
            if is_on_github || is_command(rest) {
                shown.push(b' ');
            }
        }
    }
    shown
}

/// JSON with escapes for the control characters that need none there, and for what a CI system would obey.
pub(crate) fn in_json(json: String) -> String {
    let is_harmless = |c: char| c == '\n' || !c.is_control();
    if json.chars().all(is_harmless) && !json.contains("##") {
        return json;
    }
    let mut escaped = String::with_capacity(json.len());
    let mut before = ' ';
    for character in json.chars() {
        if is_harmless(character) && (before, character) != ('#', '#') {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        }
        before = character;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(text: &[u8], keeps_colours: bool) -> String {
        for_terminal(text, keeps_colours).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_terminal_gets_nothing_to_obey() {
        for text in ["a\tb\nc\r\nd", "é \u{2028}", ""] {
            assert_eq!(terminal(text.as_bytes(), false), text);
        }
        assert_eq!(terminal(b"\x1b]0;x\x07\r\x08\x7f\0", true), "␛]0;x␇␍␈␡␀");
        assert_eq!(terminal("\u{9b}2J\u{85}".as_bytes(), true), "\u{FFFD}2J\u{FFFD}");
        assert_eq!(for_terminal(b"\x9b2J\xe9", true).as_bstr(), b"?2J\xe9".as_bstr());
    }

    #[test]
    fn only_colours_are_kept_and_only_if_asked_for() {
        let red = "\x1b[1;31mred\x1b[m\x1b[0m";
        assert_eq!(terminal(red.as_bytes(), true), red);
        assert_eq!(terminal(red.as_bytes(), false), red.replace('\x1b', "␛"));
        assert_eq!(terminal(b"\x1b[2J\x1b[1\x1b[?25l\x1b[31", true), "␛[2J␛[1␛[?25l␛[31");
    }

    #[test]
    fn colours_can_be_removed() {
        assert_eq!(without_colours("a\x1b[1;31mb\x1b[0m\x1b[mc\x1b[2J\x1b]0;x\x1b"), "abc\x1b[2J\x1b]0;x\x1b");
    }

    #[test]
    fn json_means_the_same() {
        assert_eq!(in_json("\"##[a\u{7f}\u{9b}\"\n".to_owned()), "\"#\\u0023[a\\u007f\\u009b\"\n");
        assert_eq!(in_json("{\"é\": 1}".to_owned()), "{\"é\": 1}");
    }

    #[test]
    fn a_log_gets_no_command() {
        let log = |text: &str| String::from_utf8(for_logs(text.into())).unwrap();
        for text in ["a::b\nc ::d\n", "# ##", "##", "::", " ::: a.asm"] {
            assert_eq!(log(text).replace(": :", "::"), text);
        }
        assert_eq!(log("::error::x\n  ::add-mask::y\n\u{A0}::z"), ": :error::x\n  : :add-mask::y\n\u{A0}: :z");
        assert_eq!(log("x ##[error]a ##vso[b] ##teamcity[c]"), "x # #[error]a # #vso[b] # #teamcity[c]");
        assert_eq!(log("###[error]"), "## #[error]");
        assert_eq!(log(" ::: ::error::x"), " ::: ::error::x", "its command is `: `");
    }
}
