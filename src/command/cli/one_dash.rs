//! Long options with a single dash. They would mean a short option with a value: `-output x` would write a ROM called `utput`.

use std::ffi::OsString;

use clap::{Command, CommandFactory};

use super::waiting::Waiting;
use super::{Cli, tips};

/// Long options that have a single dash in rgbasm(1), as in gcc. Here they would mean `-M` with a file called `P`, `T`, ...
const OF_RGBASM: [&str; 5] = ["MC", "MG", "MP", "MQ", "MT"];

/// A long option with a single dash.
pub(super) struct OneDash {
    pub(super) word: String,
    /// The option with two dashes, and without a value.
    pub(super) long: String,
    /// The command before it.
    pub(super) command: Command,
}

/// The first long option with a single dash, if the command or one of RGBDS's tools has it with two.
pub(super) fn find(argv: &[OsString]) -> Option<OneDash> {
    let typed = argv.get(1)?;
    let words = argv.iter().take_while(|word| *word != "--").enumerate().skip(2);
    let mut suspects =
        words.filter_map(|(place, word)| Some((place, word.to_str()?, name(word.to_str()?)?))).peekable();
    // The definition of the options takes a moment.
    suspects.peek()?;
    let mut cli = Cli::command();
    cli.build();
    let command = cli.find_subcommand(typed)?;
    let is_long = |long: &str| has(command, long) || !tips::for_option(typed, long).is_empty();
    let mut waiting = Waiting::default();
    suspects.find_map(|(place, word, name)| {
        let long = format!("--{name}");
        (is_long(&long) && !waiting.after(&argv[..place])).then(|| OneDash {
            word: word.to_owned(),
            long,
            command: command.clone(),
        })
    })
}

/// Whether the command has this long option.
pub(super) fn has(command: &Command, long: &str) -> bool {
    command.get_arguments().filter_map(clap::Arg::get_long).any(|name| long.strip_prefix("--") == Some(name))
}

/// The name after a single dash, if it could be a long option's.
fn name(word: &str) -> Option<&str> {
    let name = word.strip_prefix('-')?.split('=').next()?;
    let is_long = name.len() > 2 && name.starts_with(|c: char| c.is_ascii_lowercase());
    let is_name = is_long && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    (is_name || OF_RGBASM.contains(&name)).then_some(name)
}
