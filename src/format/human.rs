//! The tools' own text, untouched.

use rgbpipe::Messages;

use super::Format;
use crate::console::whole;

#[derive(Debug)]
pub(super) struct Human;

impl Format for Human {
    fn messages(&self, messages: &Messages) -> Vec<u8> {
        let mut text = Vec::new();
        // Standard output is for artifacts: what a source PRINTs goes along with the warnings.
        for printed in [&messages.stdout, &messages.stderr] {
            text.extend(whole(printed, &messages.step));
        }
        text
    }

    fn note(&self, words: &str) -> Vec<u8> {
        format!("rgbpipe: {words}\n").into_bytes()
    }

    fn failure(&self, words: &str) -> Vec<u8> {
        self.note(words)
    }
}
