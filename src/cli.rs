//! What can be typed. No file is looked at here; what it means is `plan`'s.

mod completions;
mod exec;
mod files;
mod hints;
mod options;
mod values;

use clap::{Args, Parser, Subcommand};

pub(crate) use completions::{Shell, answer};
pub(crate) use exec::Exec;
pub(crate) use hints::parse;
pub(crate) use options::{Bounds, Common, Dependencies, MessageFormat, Outputs, Shown, Tools, When};
pub(crate) use values::Named;

const ABOUT: &str = "Build Game Boy ROMs with RGBDS as if rgbasm and rgblink were one function";

const LONG_ABOUT: &str = "\
Build Game Boy ROMs with RGBDS as if rgbasm and rgblink were one function: source in; ROM, map and symbols out.

The tools run over named pipes: no object file, no temporary file, and no output file unless all went well.";

const BUILD_EXAMPLES: &str = "\
Examples:
  rgbpipe build game.asm -o game.gb
      One source, one ROM.
  rgbpipe build src/*.asm -o game.gb -m game.map -n game.sym --fix
      Many sources, several at once; ROM with a valid header, map and symbols.
  rgbpipe build game.asm --rom - --sym out.sym > game.gb
      The ROM to standard output, the symbols to a file.
  cat game.asm | rgbpipe build - | tar xf -
      Source from standard input; ROM, map and symbols as a tar to standard output.
  rgbpipe build src/*.asm -o game.gb -M game.d --MP
      The ROM, and a rule with all that it depends on, for 'include game.d' in a Makefile.

Exit status:
  0 done; 1 a tool reported errors or died; 2 usage; 3 cannot run (tool missing, cannot write, no FIFO here);
  124 timed out; 128+n ended by signal n.";

const CHECK_EXAMPLES: &str = "\
Examples:
  rgbpipe check src/*.asm -I include
      What the tools say of a program.
  :set makeprg=rgbpipe\\ check\\ --message-format\\ short\\ src/*.asm
      In vim, :make then lists it, and :cnext goes to the next place.
  rgbpipe check --message-format github src/*.asm
      In a workflow of GitHub Actions: annotations.

Exit status: as of rgbpipe build.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  echo 'source <(rgbpipe completions bash)' >> ~/.bashrc
  echo 'source <(rgbpipe completions zsh)' >> ~/.zshrc      (after compinit)
  echo 'rgbpipe completions fish | source' >> ~/.config/fish/config.fish
  echo 'rgbpipe completions powershell | Out-String | Invoke-Expression' >> $PROFILE
  echo 'eval (rgbpipe completions elvish | slurp)' >> ~/.config/elvish/rc.elv

The script asks rgbpipe itself, which has to be on PATH. It goes with this version of rgbpipe: have it made anew
after an update, as the lines above do.";

const ENVIRONMENT: &str = "\
Environment:
  RGBASM, RGBLINK, RGBFIX  the tools, one each; they outdo RGBDS
  RGBDS                    a prefix of all tools, such as tools/rgbds-1.0/
  SOURCE_DATE_EPOCH        the time of the tar's members, in seconds; 0 if unset
  TMPDIR                   where the named pipes are made
  NO_COLOR, FORCE_COLOR    as for RGBDS";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "rgbpipe", version, about = ABOUT, long_about = LONG_ABOUT, max_term_width = 100)]
#[command(arg_required_else_help = true, infer_long_args = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Assemble and link sources into a ROM, a map and a symbol file
    #[command(after_help = "See 'rgbpipe build --help' for examples.")]
    #[command(after_long_help = format!("{BUILD_EXAMPLES}\n\n{ENVIRONMENT}"))]
    Build(Box<Build>),
    /// Assemble and link sources, and write nothing: all the diagnostics, for editors and CI
    #[command(after_help = "See 'rgbpipe check --help' for examples.")]
    #[command(after_long_help = format!("{CHECK_EXAMPLES}\n\n{ENVIRONMENT}"))]
    Check(Box<Check>),
    /// Run any program that only takes files over named pipes: in a pipeline, all or nothing
    #[command(after_help = "See 'rgbpipe exec --help' for examples.")]
    #[command(after_long_help = exec::EXAMPLES)]
    Exec(Box<Exec>),
    /// Show the tools found, their versions, and how to get what is missing
    #[command(after_long_help = ENVIRONMENT)]
    Doctor(Doctor),
    /// Print a script that lets a shell complete rgbpipe's command line
    #[command(after_long_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell that is to read it
        shell: Shell,
    },
}

/// `rgbpipe build`.
#[derive(Args, Debug)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) outputs: Outputs,
    #[command(flatten)]
    pub(crate) dependencies: Dependencies,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `rgbpipe check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `rgbpipe doctor`.
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

    /// Every file that the commands' definition gives is checked in as it would be now.
    /// `RGBPIPE_BLESS=1 cargo test` writes them anew.
    #[test]
    fn man_pages_and_completions_are_fresh() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let fresh = tempfile::tempdir().unwrap();
        clap_mangen::generate_to(Cli::command(), fresh.path()).unwrap();
        let man: Vec<_> = std::fs::read_dir(fresh.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(man.len() >= 3, "no pages made: {man:?}");
        let mut files: Vec<_> =
            man.iter().map(|page| (root.join("man").join(page.file_name().unwrap()), page.clone())).collect();
        for shell in Shell::value_variants() {
            let name = match shell {
                Shell::Bash => "rgbpipe.bash",
                Shell::Elvish => "rgbpipe.elv",
                Shell::Fish => "rgbpipe.fish",
                Shell::Powershell => "rgbpipe.ps1",
                Shell::Zsh => "_rgbpipe",
            };
            let made = fresh.path().join(name);
            std::fs::write(&made, shell.script().unwrap()).unwrap();
            files.push((root.join("completions").join(name), made));
        }
        for (checked_in, made) in files {
            let made = std::fs::read_to_string(made).unwrap();
            if std::env::var_os("RGBPIPE_BLESS").is_some() {
                std::fs::create_dir_all(checked_in.parent().unwrap()).unwrap();
                std::fs::write(&checked_in, &made).unwrap();
            }
            let old = std::fs::read_to_string(&checked_in).unwrap_or_default();
            assert!(old == made, "{} is stale: RGBPIPE_BLESS=1 cargo test", checked_in.display());
        }
    }
}
