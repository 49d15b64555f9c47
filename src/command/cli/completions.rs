//! Shell completion: one script per shell, which asks rgbpipe for candidates.

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory, ValueEnum};
use clap_complete::env::{CompleteEnv, Shells};

use super::Cli;

/// The environment variable that a script sets when it asks.
const VARIABLE: &str = "RGBPIPE_COMPLETE";

/// bash also splits words at `=`, `:` and `@` (`COMP_WORDBREAKS`) and replaces only the last piece, `$2`. clap's script does
/// not handle that (clap's issue 3920). So this function joins pieces that have no space between them, and removes from
/// the answers the part that bash keeps.
const BASH_WORDS: &str = r#"_rgbpipe() {
    local rest="$COMP_LINE" pieces=("${COMP_WORDS[@]}") cursor=$COMP_CWORD index piece blanks typed start=0 word=-1 kept=""
    local COMP_WORDS=() COMP_CWORD=0
    for index in "${!pieces[@]}"; do
        piece="${pieces[index]}"
        blanks="${rest%%"$piece"*}"
        if [[ $index -eq 0 || -z $piece || -n $blanks ]]; then
            word=$((word + 1))
            start=$((${#COMP_LINE} - ${#rest} + ${#blanks}))
        fi
        rest="${rest#"$blanks$piece"}"
        COMP_WORDS[word]+="$piece"
        if [[ $index -eq $cursor ]]; then
            COMP_CWORD=$word
            typed="${COMP_LINE:0:COMP_POINT}"
            typed="${typed:start}"
            if [[ -n $piece && $typed == *"$2" ]]; then
                kept="${typed%"$2"}"
                kept="${kept%[\"\']}"
            fi
        fi
    done
    _clap_complete_rgbpipe "$1" "$kept$2" "$3"
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
    # bash marks directories itself.
    COMPREPLY=("${COMPREPLY[@]%/}")
}
"#;

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

    /// The script for a shell's start-up file.
    pub(crate) fn script(self) -> std::io::Result<String> {
        let mut script = Vec::new();
        if let Some(completer) = Shells::builtins().completer(self.name()) {
            completer.write_registration(VARIABLE, "rgbpipe", "rgbpipe", "rgbpipe", &mut script)?;
        }
        let script = String::from_utf8_lossy(&script);
        Ok(match self {
            Self::Bash => {
                // Most candidates are files, so bash should quote them.
                let script = script.replace("complete -o nospace", "complete -o filenames -o nospace");
                script.replace("-F _clap_complete_rgbpipe ", "-F _rgbpipe ") + BASH_WORDS
            }
            // As a file in $fpath it is first read by the first completion, which it must then answer too.
            Self::Zsh => format!("{script}[[ $funcstack[1] == _rgbpipe ]] && _clap_dynamic_completer_rgbpipe\n"),
            _ => script.into_owned(),
        })
    }
}

/// Answers on standard output if a completion script asks. Returns whether one did.
pub(crate) fn answer(argv: impl Iterator<Item = OsString>, cwd: Option<&Path>) -> clap::error::Result<bool> {
    CompleteEnv::with_factory(Cli::command).var(VARIABLE).try_complete(argv, cwd)
}
