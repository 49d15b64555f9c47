//! IF, ELIF, ELSE and ENDC in text that is skipped.

use crate::programs::difference;

/// What comes before, so that the rest is skipped.
const OPEN: [&str; 4] = ["IF 0", "IF 1\nELIF 1", "IF 1\nELSE", "REPT 2\nIF 0"];

const WORDS: [&str; 4] = ["IF 1", "ELIF 1", "ELSE", "ENDC"];

/// How many of the words are tried in a row.
const LINES: u32 = 4;

#[test]
fn conditions_in_skipped_text_agree_in_every_order() {
    for open in OPEN {
        for number in 0..WORDS.len().pow(LINES) {
            let mut source = format!("{open}\nIF 1\n");
            for line in 0..LINES {
                source.push_str(WORDS[number / WORDS.len().pow(line) % WORDS.len()]);
                source.push('\n');
            }
            source.push_str("ENDC\nPRINTLN 1\n");
            let difference = difference(&source);
            assert_eq!(difference, None, "{source}\n{}", difference.as_deref().unwrap_or_default());
        }
    }
}
