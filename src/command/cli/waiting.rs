//! Finds out whether a word on the command line is the value of the option before it.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

use clap::{Arg, CommandFactory};

use super::Cli;

/// Follows the words of a command line as they become known. The definition of the options is created only when it is
/// needed.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// The command's options that take a value.
    options: Option<Vec<Arg>>,
    /// How many words have been examined.
    seen: usize,
    /// Whether the last of them is an option whose value is the next word.
    pending: bool,
}

impl Waiting {
    /// Whether the next word is an option's value. Between two calls, words are only added.
    pub(super) fn after(&mut self, words: &[OsString]) -> bool {
        // The first two words are the program's name and the command. rgbpipe itself has no options with a value.
        let [_, command, ..] = words else { return false };
        let options = self.options.get_or_insert_with(|| with_values(command));
        for word in &words[self.seen.max(2)..] {
            self.pending = !self.pending && waits(options, word.as_bytes());
        }
        self.seen = words.len();
        self.pending
    }
}

fn with_values(command: &OsString) -> Vec<Arg> {
    let mut cli = Cli::command();
    cli.build();
    let command = command.to_str().and_then(|name| cli.find_subcommand(name));
    let options = command.into_iter().flat_map(clap::Command::get_opts);
    options.filter(|option| option.get_action().takes_values()).cloned().collect()
}

/// Whether this word is an option whose value is still missing.
fn waits(options: &[Arg], word: &[u8]) -> bool {
    if let Some(long) = word.strip_prefix(b"--") {
        // A long name may be abbreviated.
        return !long.is_empty()
            && options.iter().filter_map(Arg::get_long).any(|name| name.as_bytes().starts_with(long));
    }
    let is_option = |letter: &u8| options.iter().filter_map(Arg::get_short).any(|name| name == char::from(*letter));
    // If a word has several letters, the first that takes a value takes the rest of the word.
    let letters = word.strip_prefix(b"-").unwrap_or_default();
    letters.iter().position(is_option).is_some_and(|place| place + 1 == letters.len())
}
