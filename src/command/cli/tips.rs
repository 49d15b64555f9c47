//! Advice for an option that rgbpipe does not have but one of the tools does, or that is spelled as for a tool.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::{Arg, CommandFactory, ValueEnum};
use rgbpipe::Role;
use rgbpipe::toolchain::rgbds::{name, takes_value};

use super::Cli;
use super::completions::Shell;
use crate::show::command_line::command_line;

/// Options of the tools that have another name here.
const OTHERWISE: [(Role, &str, &str); 4] = [
    (Role::Assembler, "--dependfile", "--deps"),
    (Role::Assembler, "-i", "-I"),
    (Role::Assembler, "--pad-value", "--pad"),
    (Role::Linker, "-w", "--wramx"),
];

/// Options of other programs that have another name here.
const ELSEWHERE: [(&str, &str); 1] = [("silent", "quiet")];

/// Advice for something else where a command belongs.
pub(super) fn for_no_command(word: &str) -> Vec<String> {
    match word {
        "rgbgfx" | "gfx" => return vec!["rgbpipe has no rgbgfx; graphics need that of RGBDS".to_owned()],
        "version" => return vec!["use 'rgbpipe --version'".to_owned()],
        _ => {}
    }
    if let Some(role) = Role::ALL.into_iter().find(|role| name(*role).strip_prefix("rgb") == Some(word)) {
        return vec![format!("a similar subcommand exists: '{}'", name(role))];
    }
    let is_file = word == "-" || word.contains(['.', '/']);
    // Suggests the whole command. Without an output, the result would be a tar, which is refused on a terminal.
    let stem = Path::new(word).file_stem().filter(|_| word != "-").unwrap_or(OsStr::new("game"));
    let mut rom = stem.to_owned();
    rom.push(".gb");
    // A stranger may have chosen the name, and what is suggested is pasted into a shell.
    let words = ["rgbpipe", "build", word, "-o"].map(OsString::from).into_iter().chain([rom, "--fix".into()]);
    let command = line(&words.collect::<Vec<_>>());
    is_file.then(|| format!("to build it, use '{command}'")).into_iter().collect()
}

/// Advice for a program without `--` before it.
pub(super) fn for_exec(argv: &[OsString], program: &str) -> Vec<String> {
    let mut words = argv.to_vec();
    words[0] = "rgbpipe".into();
    if let Some(place) = words.iter().rposition(|word| word == program) {
        words.insert(place, "--".into());
    }
    vec![format!("put '--' before the program: {}", line(&words))]
}

fn line(words: &[OsString]) -> String {
    String::from_utf8_lossy(&command_line(words)).trim_end().to_owned()
}

/// Advice for a shell that is missing or unknown.
pub(super) fn for_completions() -> Vec<String> {
    let shells: Vec<_> = Shell::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
    let names: Vec<_> = shells.iter().map(clap::builder::PossibleValue::get_name).collect();
    vec![format!("the shells are {}", names.join(", "))]
}

/// Advice for this option of a command.
pub(super) fn for_option(command: &OsStr, option: &str) -> Vec<String> {
    if option == "-V" || option == "--version" {
        return vec!["use 'rgbpipe --version', or 'rgbpipe doctor' for the tools' versions".to_owned()];
    }
    if command == "check" && is_of_build(option) {
        return vec![format!("'rgbpipe check' writes nothing; 'rgbpipe build' has '{option}'")];
    }
    if command == option && is_of_build(option) {
        return vec![format!("'rgbpipe build' has '{option}'")];
    }
    if command == "exec" {
        let port = match option {
            "-o" | "--output" => "for an output, use '--out NAME=FILE'",
            "-i" | "--input" => "for an input, use '--in NAME=FILE'",
            _ => return Vec::new(),
        };
        return vec![port.to_owned()];
    }
    if command != "build" && command != "check" {
        return Vec::new();
    }
    if ["--out", "--outfile", "--output"].contains(&option) {
        return vec!["for the ROM, use '--rom' or '-o'; for objects, '--save-temps'".to_owned()];
    }
    let tip = |role: Role| {
        let otherwise = OTHERWISE.iter().find(|(its, long, _)| *its == role && *long == option);
        let flags = match role {
            Role::Assembler => "--asm-flags",
            Role::Linker => "--link-flags",
            Role::Fixer => "--fix-flags",
        };
        let say = match (otherwise, takes_value(role, option)) {
            (Some((_, _, ours)), _) => (*ours).to_owned(),
            (None, Some(true)) => format!("{flags} \"{option} VALUE\""),
            (None, Some(false)) => format!("{flags}={option}"),
            (None, None) => return None,
        };
        Some(format!("for {}'s '{option}', use '{say}'", name(role)))
    };
    Role::ALL.into_iter().filter_map(tip).collect()
}

/// Options of this command that have the word in their name, or the same letters, or the same meaning elsewhere.
pub(super) fn similar(command: &OsStr, option: &str) -> Vec<String> {
    let Some(word) = option.strip_prefix("--") else { return Vec::new() };
    let letters = |name: &str| {
        let mut letters: Vec<_> = name.chars().collect();
        letters.sort_unstable();
        letters
    };
    let is_similar = |long: &&str| {
        long.split('-').any(|part| part == word) || letters(long) == letters(word) || ELSEWHERE.contains(&(word, long))
    };
    let mut cli = Cli::command();
    cli.build();
    let options = cli.find_subcommand(command).into_iter().flat_map(clap::Command::get_arguments);
    let found = options.filter_map(Arg::get_long).filter(is_similar);
    found.map(|long| format!("a similar argument exists: '--{long}'")).collect()
}

/// Whether `rgbpipe build` has this option.
fn is_of_build(option: &str) -> bool {
    let mut command = Cli::command();
    command.build();
    let is_it = |arg: &Arg| {
        let short = arg.get_short().map(|short| format!("-{short}"));
        let long = arg.get_long().map(|long| format!("--{long}"));
        [short, long].into_iter().flatten().any(|name| name == option)
    };
    command.find_subcommand("build").is_some_and(|build| build.get_arguments().any(is_it))
}
