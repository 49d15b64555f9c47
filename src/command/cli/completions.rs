//! Completion for shells: a script for each, which asks rgbpipe itself what could come next.

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory, ValueEnum};
use clap_complete::env::{CompleteEnv, Shells};

use super::Cli;

/// The environment variable by which a script asks.
const VARIABLE: &str = "RGBPIPE_COMPLETE";

/// A shell that rgbpipe has a script for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// GNU Bash
    Bash,
    /// Elvish
    Elvish,
    /// Fish
    Fish,
    /// PowerShell
    Powershell,
    /// Zsh
    Zsh,
}

impl Shell {
    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Elvish => "elvish",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Zsh => "zsh",
        }
    }

    /// What a shell's start-up file is to read.
    pub(crate) fn script(self) -> std::io::Result<String> {
        let mut script = Vec::new();
        if let Some(completer) = Shells::builtins().completer(self.name()) {
            completer.write_registration(VARIABLE, "rgbpipe", "rgbpipe", "rgbpipe", &mut script)?;
        }
        let script = String::from_utf8_lossy(&script);
        Ok(match self {
            // What it completes are mostly files, and bash is to quote them.
            Self::Bash => script.replace("complete -o nospace", "complete -o filenames -o nospace"),
            // As a file in $fpath it is read at the first completion, which it then has to answer as well.
            Self::Zsh => format!("{script}[[ $funcstack[1] == _rgbpipe ]] && _clap_dynamic_completer_rgbpipe\n"),
            _ => script.into_owned(),
        })
    }
}

/// Answers a script, if it is one that asks: on standard output. Whether it was.
pub(crate) fn answer(argv: impl Iterator<Item = OsString>, cwd: Option<&Path>) -> clap::error::Result<bool> {
    CompleteEnv::with_factory(Cli::command).var(VARIABLE).try_complete(argv, cwd)
}
