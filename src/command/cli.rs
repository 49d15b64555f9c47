//! The command line as typed. No file is read here; `plan` decides what it means.

mod completions;
mod exec;
mod files;
mod help;
mod hints;
#[cfg(test)]
mod manual;
mod one_dash;
mod options;
pub(crate) mod response;
mod tips;
mod values;
mod waiting;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, Args, Parser, Subcommand, ValueHint};

pub(crate) use completions::{Shell, answer};
pub(crate) use exec::Exec;
pub(crate) use hints::parse;
pub(crate) use options::{
    Bounds, Common, DependencyOptions, FixerOptions, MessageFormat, Outputs, Shown, Toolchain, Tools, When,
};
pub(crate) use values::Named;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "rgbpipe", version, about = help::ABOUT, long_about = help::LONG_ABOUT, max_term_width = 100)]
#[command(arg_required_else_help = true, infer_long_args = true)]
#[command(after_long_help = help::sections(&[help::EXIT_STATUS, help::ENVIRONMENT]))]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Action,
}

/// The commands. Deferred, so that only the options of the command typed are created.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Action {
    /// Assemble and link sources into a ROM, a map and a symbol file
    #[command(long_about = help::BUILD, after_help = "See 'rgbpipe build --help' for all options and examples.")]
    #[command(after_long_help = help::sections(&[help::BUILD_EXAMPLES, help::EXIT_STATUS, help::ENVIRONMENT]))]
    Build(Box<Build>),
    /// Assemble and link sources but write nothing: only diagnostics, for editors and CI
    #[command(after_help = "See 'rgbpipe check --help' for all options and examples.")]
    #[command(after_long_help = help::sections(&[help::CHECK_EXAMPLES, help::EXIT_STATUS, help::ENVIRONMENT]))]
    Check(Box<Check>),
    /// Run any program that only takes files, in a pipeline, over named pipes
    #[command(after_help = "See 'rgbpipe exec --help' for examples.")]
    #[command(after_long_help = exec::EXAMPLES)]
    Exec(Box<Exec>),
    /// Show the tools found, their versions, and how to get what is missing
    #[command(after_long_help = help::DOCTOR)]
    Doctor(Doctor),
    /// Link DIR/rgbasm, rgblink and rgbfix to the built-in tools, so that a Makefile can use them
    #[command(after_long_help = help::TOOLS)]
    Tools {
        /// The directory to create the links in
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Run the built-in assembler with the command line of rgbasm(1)
    #[command(disable_help_flag = true)]
    Rgbasm {
        /// As for rgbasm
        #[arg(value_name = "ARG", trailing_var_arg = true, allow_hyphen_values = true)]
        #[arg(value_hint = ValueHint::AnyPath)]
        arguments: Vec<OsString>,
    },
    /// Run the built-in linker with the command line of rgblink(1)
    #[command(disable_help_flag = true)]
    Rgblink {
        /// As for rgblink
        #[arg(value_name = "ARG", trailing_var_arg = true, allow_hyphen_values = true)]
        #[arg(value_hint = ValueHint::AnyPath)]
        arguments: Vec<OsString>,
    },
    /// Run the built-in header fixer with the command line of rgbfix(1)
    #[command(disable_help_flag = true)]
    Rgbfix {
        /// As for rgbfix
        #[arg(value_name = "ARG", trailing_var_arg = true, allow_hyphen_values = true)]
        #[arg(value_hint = ValueHint::AnyPath)]
        arguments: Vec<OsString>,
    },
    /// Print the script that teaches a shell to complete rgbpipe's command line
    #[command(long_about = help::COMPLETIONS, after_long_help = help::COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell to print it for
        shell: Shell,
    },
}

/// The options of `build` and `check` that `-h` shows; `--help` shows all.
const BRIEF: [&str; 22] = [
    "rom",
    "map",
    "sym",
    "tar",
    "dry-run",
    "deps",
    "warning",
    "define",
    "include",
    "export-all",
    "asm-flags",
    "linkerscript",
    "link-flags",
    "fix",
    "fix-flags",
    "jobs",
    "timeout",
    "toolchain",
    "rgbds",
    "usage",
    "verbose",
    "message-format",
];

fn briefly(arg: Arg) -> Arg {
    let is_brief = arg.is_positional() || arg.get_long().is_some_and(|long| BRIEF.contains(&long));
    arg.hide_short_help(!is_brief)
}

// `rgbpipe build`. Here and below a doc comment would become the command's description.
#[derive(Args, Debug)]
#[command(mut_args(briefly))]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) outputs: Outputs,
    #[command(flatten)]
    pub(crate) dependencies: DependencyOptions,
    #[command(flatten)]
    pub(crate) common: Common,
}

// `rgbpipe check`.
#[derive(Args, Debug)]
#[command(mut_args(briefly))]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) common: Common,
}

// `rgbpipe doctor`.
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) tools: Tools,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, ValueEnum};
    use std::path::Path;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    /// Every file generated from the commands' definition is checked in and up to date.
    /// `RGBPIPE_BLESS=1 cargo test` rewrites them.
    #[test]
    fn man_pages_and_completions_are_fresh() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let man = manual::pages(Cli::command()).into_iter().map(|(name, page)| (root.join("man").join(name), page));
        let scripts = Shell::value_variants().iter().map(|shell| {
            let name = match shell {
                Shell::Bash => "rgbpipe.bash",
                Shell::Elvish => "rgbpipe.elv",
                Shell::Fish => "rgbpipe.fish",
                Shell::Powershell => "rgbpipe.ps1",
                Shell::Zsh => "_rgbpipe",
            };
            (root.join("completions").join(name), shell.script().unwrap())
        });
        for (checked_in, made) in man.chain(scripts) {
            if std::env::var_os("RGBPIPE_BLESS").is_some() {
                std::fs::create_dir_all(checked_in.parent().unwrap()).unwrap();
                std::fs::write(&checked_in, &made).unwrap();
            }
            let old = std::fs::read_to_string(&checked_in).unwrap_or_default();
            assert!(old == made, "{} is stale: RGBPIPE_BLESS=1 cargo test", checked_in.display());
        }
    }
}
