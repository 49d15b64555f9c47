//! Parses the command line, and adds advice to errors.

use std::ffi::OsString;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::one_dash::{self, OneDash};
use super::{Cli, tips};

/// Parses the command line. An error comes with advice.
pub(crate) fn parse(argv: &[OsString]) -> Result<Cli, Error> {
    if let Some(OneDash { word, long, command }) = one_dash::find(argv) {
        let mut error = Error::new(ErrorKind::UnknownArgument).with_cmd(&command);
        error.insert(ContextKind::InvalidArg, ContextValue::String(word));
        let tips = if one_dash::has(&command, &long) { Vec::new() } else { tips::for_option(&argv[1], &long) };
        let two_dashes = || vec![format!("with two dashes it is an option: '{long}'")];
        return Err(advise(error, if tips.is_empty() { two_dashes() } else { tips }));
    }
    Cli::try_parse_from(argv).map_err(|mut error| {
        let words = |kind| match error.get(kind) {
            Some(ContextValue::String(words)) => words.as_str(),
            _ => "",
        };
        let tips = match error.kind() {
            ErrorKind::UnknownArgument => match words(ContextKind::InvalidArg) {
                program if argv[1] == "exec" && !program.starts_with('-') => tips::for_exec(argv, program),
                option => {
                    let tips = tips::for_option(&argv[1], option);
                    if tips.is_empty() { tips::similar(&argv[1], option) } else { tips }
                }
            },
            ErrorKind::MissingRequiredArgument if argv[1] == "completions" => tips::for_completions(),
            ErrorKind::InvalidSubcommand => tips::for_no_command(words(ContextKind::InvalidSubcommand)),
            _ => Vec::new(),
        };
        if error.kind() == ErrorKind::UnknownArgument {
            // Clap explains how to give a file of that name, but nobody means that.
            error.remove(ContextKind::Suggested);
        }
        if tips.is_empty() { error } else { advise(error, tips) }
    })
}

fn advise(mut error: Error, tips: Vec<String>) -> Error {
    let tips = tips.into_iter().map(Into::into).collect();
    // Replaces clap's own suggestions, which assume a typing error.
    if error.remove(ContextKind::SuggestedArg).is_some() {
        // The usage shows the suggested option.
        error.remove(ContextKind::Usage);
    }
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
        let smuggled = r"to build it, use 'rgbpipe build '$(x).asm' -o '$(x).gb' --fix'";
        assert_eq!(advice("$(x).asm"), [smuggled]);
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
    fn check_refuses_options_that_write() {
        assert_eq!(advice("check a.asm -o x.gb"), ["'rgbpipe check' writes nothing; 'rgbpipe build' has '-o'"]);
        assert_eq!(
            advice("check a.asm --dry-run"),
            ["'rgbpipe check' writes nothing; 'rgbpipe build' has '--dry-run'"]
        );
    }

    #[test]
    fn a_mistyped_word_has_a_similar_one() {
        assert_eq!(advice("build a.asm --romm x"), ["a similar argument exists: '--rom'"]);
        assert_eq!(advice("build a.asm --format short"), ["a similar argument exists: '--message-format'"]);
        assert_eq!(advice("exec --cpu 3 -- ls"), ["a similar argument exists: '--max-cpu'"]);
        assert_eq!(advice("build a.asm --fxi"), ["a similar argument exists: '--fix'"]);
        assert_eq!(advice("build a.asm --silent"), ["a similar argument exists: '--quiet'"]);
        assert_eq!(advice("build a.asm --werror"), Vec::<String>::new());
        assert_eq!(advice("build a.asm -F"), Vec::<String>::new());
        assert_eq!(advice("biuld a.asm"), ["a similar subcommand exists: 'build'"]);
        assert_eq!(advice("link a.o"), ["a similar subcommand exists: 'rgblink'"]);
        assert_eq!(advice("build a.asm --color sometimes"), Vec::<String>::new());
        assert_eq!(advice("doctor --rom x"), Vec::<String>::new());
    }
}
