//! Advice for an option that rgbpipe does not have but one of the tools does, or that is spelled as for a tool.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, CommandFactory, Parser, ValueEnum};
use rgbpipe::Role;
use rgbpipe::toolchain::rgbds::{name, takes_value};

use super::Cli;
use super::completions::Shell;
use super::one_dash::{self, OneDash};
use crate::show::command_line::command_line;

/// Options of the tools that have another name here.
const OTHERWISE: [(Role, &str, &str); 3] = [
    (Role::Assembler, "--dependfile", "--deps"),
    (Role::Assembler, "--pad-value", "--pad"),
    (Role::Linker, "-w", "--wramx"),
];

/// Parses the command line. An error comes with advice.
pub(crate) fn parse(argv: &[OsString]) -> Result<Cli, Error> {
    if let Some(OneDash { word, long, command }) = one_dash::find(argv) {
        let mut error = Error::new(ErrorKind::UnknownArgument).with_cmd(&command);
        error.insert(ContextKind::InvalidArg, ContextValue::String(word));
        let tips = if one_dash::has(&command, &long) { Vec::new() } else { tips(&argv[1], &long) };
        let two_dashes = || vec![format!("with two dashes it is an option: '{long}'")];
        return Err(advise(error, if tips.is_empty() { two_dashes() } else { tips }));
    }
    Cli::try_parse_from(argv).map_err(|error| {
        let words = |kind| match error.get(kind) {
            Some(ContextValue::String(words)) => words.as_str(),
            _ => "",
        };
        let tips = match error.kind() {
            ErrorKind::UnknownArgument => match words(ContextKind::InvalidArg) {
                program if argv[1] == "exec" && !program.starts_with('-') => tips_for_exec(argv, program),
                option => tips(&argv[1], option),
            },
            ErrorKind::MissingRequiredArgument if argv[1] == "completions" => tips_for_completions(),
            ErrorKind::InvalidSubcommand => tips_for_no_command(words(ContextKind::InvalidSubcommand)),
            _ => Vec::new(),
        };
        if tips.is_empty() { error } else { advise(error, tips) }
    })
}

/// Advice for a file name where a command belongs.
fn tips_for_no_command(word: &str) -> Vec<String> {
    let is_file = word == "-" || word.contains(['.', '/']);
    // Suggests the whole command. Without an output, the result would be a tar, which is refused on a terminal.
    let stem = Path::new(word).file_stem().filter(|_| word != "-").unwrap_or(OsStr::new("game"));
    let command = format!("rgbpipe build {word} -o {}.gb --fix", stem.display());
    is_file.then(|| format!("to build it, use '{command}'")).into_iter().collect()
}

/// Advice for a program that is not told from rgbpipe's own words.
fn tips_for_exec(argv: &[OsString], program: &str) -> Vec<String> {
    let mut words = argv.to_vec();
    words[0] = "rgbpipe".into();
    if let Some(place) = words.iter().rposition(|word| word == program) {
        words.insert(place, "--".into());
    }
    let line = String::from_utf8_lossy(&command_line(&words)).trim_end().to_owned();
    vec![format!("put '--' before the program: {line}")]
}

fn tips_for_completions() -> Vec<String> {
    let shells: Vec<_> = Shell::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
    let names: Vec<_> = shells.iter().map(clap::builder::PossibleValue::get_name).collect();
    vec![format!("the shells are {}", names.join(", "))]
}

/// Advice for this option of a command.
pub(super) fn tips(command: &OsStr, option: &str) -> Vec<String> {
    if option == "-V" || option == "--version" {
        return vec!["use 'rgbpipe --version', or 'rgbpipe doctor' for the tools' versions".to_owned()];
    }
    if command == "check" && is_of_build(option) {
        return vec![format!("'rgbpipe check' writes nothing; 'rgbpipe build' has '{option}'")];
    }
    if command == option && is_of_build(option) {
        return vec![format!("'rgbpipe build' has '{option}'")];
    }
    if command != "build" && command != "check" {
        return Vec::new();
    }
    if option == "--output" {
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

fn advise(mut error: Error, tips: Vec<String>) -> Error {
    let tips = tips.into_iter().map(Into::into).collect();
    // Replaces clap's own suggestions, which assume a typing error.
    error.remove(ContextKind::SuggestedArg);
    error.remove(ContextKind::SuggestedSubcommand);
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The advice on a command line, a tip each.
    fn advice(line: &str) -> Vec<String> {
        let argv: Vec<_> = format!("rgbpipe {line}").split(' ').map(OsString::from).collect();
        let error = parse(&argv).expect_err(line);
        let text = error.render().to_string();
        assert_eq!(error.exit_code(), 2, "{text}");
        text.lines().filter_map(|line| line.strip_prefix("  tip: ")).map(str::to_owned).collect()
    }

    #[test]
    fn a_tools_own_option_has_its_place() {
        assert_eq!(advice("build a.asm -X 5"), ["for rgbasm's '-X', use '--asm-flags \"-X VALUE\"'"]);
        assert_eq!(advice("check a.asm -Eg5"), ["for rgbasm's '-g', use '--asm-flags \"-g VALUE\"'"]);
        assert_eq!(advice("build a.asm --validate"), ["for rgbfix's '--validate', use '--fix-flags=--validate'"]);
        let of_w = [
            "for rgbasm's '-w', use '--asm-flags=-w'",
            "for rgblink's '-w', use '--wramx'",
            "for rgbfix's '-w', use '--fix-flags=-w'",
        ];
        assert_eq!(advice("build a.asm -w"), of_w);
        let of_output = ["for the ROM, use '--rom' or '-o'; for objects, '--save-temps'"];
        assert_eq!(advice("build a.asm --output=x"), of_output);
        assert_eq!(advice("build a.asm -output x"), of_output);
        for option in ["-V", "--version"] {
            let tip = "use 'rgbpipe --version', or 'rgbpipe doctor' for the tools' versions";
            assert_eq!(advice(&format!("build a.asm {option}")), [tip]);
        }
    }

    #[test]
    fn without_a_command_it_is_a_build() {
        assert_eq!(advice("a.asm -o a.gb"), ["to build it, use 'rgbpipe build a.asm -o a.gb --fix'"]);
        assert_eq!(advice("a.b.asm"), ["to build it, use 'rgbpipe build a.b.asm -o a.b.gb --fix'"]);
        assert_eq!(advice("src/a"), ["to build it, use 'rgbpipe build src/a -o a.gb --fix'"]);
        assert_eq!(advice("-"), ["to build it, use 'rgbpipe build - -o game.gb --fix'"]);
        assert_eq!(advice("-o a.gb a.asm"), ["'rgbpipe build' has '-o'"]);
        assert_eq!(advice("nonsense"), Vec::<String>::new());
    }

    #[test]
    fn one_dash_of_a_long_option_is_not_a_short_one_with_a_value() {
        for option in
            ["MC", "MG", "MP", "MQ", "MT", "rom", "define", "dmg", "max-memory", "sandbox", "message-format=short"]
        {
            let long = option.split('=').next().unwrap();
            let tip = format!("with two dashes it is an option: '--{long}'");
            assert_eq!(advice(&format!("build -M game.d -{option} x a.asm")), [tip]);
        }
        assert_eq!(advice("exec -timeout 5 -- cat"), ["with two dashes it is an option: '--timeout'"]);
        assert_eq!(advice("build a.asm -validate"), ["for rgbfix's '--validate', use '--fix-flags=--validate'"]);
        for line in [
            "build a.asm --asm-flags -MP",
            "build -MTx a.asm",
            "build -- -MP",
            "build -M P a.asm",
            "exec -- cc -MP -output",
            "build a.asm -Iinclude -Wall -tdx -ogame",
            "build a.asm --asm-flags -define",
        ] {
            let argv: Vec<_> = format!("rgbpipe {line}").split(' ').map(OsString::from).collect();
            assert!(parse(&argv).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_program_comes_after_two_dashes() {
        let line = |line| vec![format!("put '--' before the program: {line}")];
        assert_eq!(advice("exec cat s.txt"), line("rgbpipe exec -- cat s.txt"));
        assert_eq!(advice("exec --in a=b cat {a}"), line("rgbpipe exec --in a=b -- cat '{a}'"));
    }

    #[test]
    fn completions_are_for_a_shell() {
        assert_eq!(advice("completions"), ["the shells are bash, elvish, fish, powershell, zsh"]);
    }

    #[test]
    fn what_writes_is_not_for_check() {
        assert_eq!(advice("check a.asm -o x.gb"), ["'rgbpipe check' writes nothing; 'rgbpipe build' has '-o'"]);
        assert_eq!(
            advice("check a.asm --dry-run"),
            ["'rgbpipe check' writes nothing; 'rgbpipe build' has '--dry-run'"]
        );
    }

    #[test]
    fn a_mistyped_word_has_a_similar_one() {
        assert_eq!(advice("build a.asm --romm x"), ["a similar argument exists: '--rom'"]);
        assert_eq!(advice("biuld a.asm"), ["a similar subcommand exists: 'build'"]);
        assert_eq!(advice("build a.asm --color sometimes"), Vec::<String>::new());
        assert_eq!(advice("doctor --rom x"), Vec::<String>::new());
    }
}
