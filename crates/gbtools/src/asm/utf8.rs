//! Decodes characters in text that may be invalid UTF-8.

/// The state of decoding a character byte by byte. The default is the state before its first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The number of bytes still to come.
    missing: u8,
    /// The lowest and highest valid value of the next byte. Meaningless if none is to come.
    lowest: u8,
    highest: u8,
}

/// The effect of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The byte completes a character.
    Complete,
    /// More bytes must follow.
    Partial,
    /// The byte is invalid here. The next byte starts a character.
    Invalid,
}

impl State {
    /// Decodes the next byte.
    pub(crate) fn step(&mut self, byte: u8) -> Step {
        if self.missing > 0 {
            if !(self.lowest..=self.highest).contains(&byte) {
                *self = Self::default();
                return Step::Invalid;
            }
            *self = Self::expecting(self.missing - 1, 0x80, 0xBF);
            return if self.missing == 0 { Step::Complete } else { Step::Partial };
        }
        // The range of the second byte excludes overlong forms, surrogates, and characters above U+10FFFF.
        *self = match byte {
            0x00..=0x7F => return Step::Complete,
            0xC2..=0xDF => Self::expecting(1, 0x80, 0xBF),
            0xE0 => Self::expecting(2, 0xA0, 0xBF),
            0xED => Self::expecting(2, 0x80, 0x9F),
            0xE1..=0xEF => Self::expecting(2, 0x80, 0xBF),
            0xF0 => Self::expecting(3, 0x90, 0xBF),
            0xF1..=0xF3 => Self::expecting(3, 0x80, 0xBF),
            0xF4 => Self::expecting(3, 0x80, 0x8F),
            _ => return Step::Invalid,
        };
        Step::Partial
    }

    /// Whether a character is incomplete.
    pub(crate) fn is_partial(self) -> bool {
        self.missing > 0
    }

    fn expecting(missing: u8, lowest: u8, highest: u8) -> Self {
        Self { missing, lowest, highest }
    }
}

/// The length of the first character of a text that is not empty. If the text ends within the character, its length is
/// that of the text. None if the text does not start with a character.
pub(crate) fn first(text: &[u8]) -> Option<usize> {
    let mut state = State::default();
    for (at, &byte) in text.iter().enumerate() {
        match state.step(byte) {
            Step::Complete => return Some(at + 1),
            Step::Partial => {}
            Step::Invalid => return None,
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_read() {
        for character in (0..=0x0010_FFFF).filter_map(char::from_u32) {
            let mut bytes = [0; 5];
            let len = character.encode_utf8(&mut bytes).len();
            assert_eq!(first(&bytes), Some(len), "{character:?}");
        }
    }

    #[test]
    fn invalid_text_is_refused_as_by_std() {
        for first_two in 0..=u16::MAX {
            for rest in [[0x80, 0x80], [0xBF, 0xBF], [0x80, 0x41], [0xC2, 0x80]] {
                let text = [first_two.to_be_bytes(), rest].concat();
                let len = std::str::from_utf8(&text).map_or_else(|error| error.valid_up_to(), str::len);
                let complete = std::str::from_utf8(&text[..len]).unwrap().chars().next().map(char::len_utf8);
                let cut_off = std::str::from_utf8(&text).is_err_and(|error| error.error_len().is_none());
                let expected = complete.or(cut_off.then_some(text.len()));
                assert_eq!(first(&text), expected, "{text:02x?}");
            }
        }
    }
}
