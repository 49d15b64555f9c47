//! What can be typed. No file is looked at here; what it means is `plan`'s.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

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

Exit status:
  0 done; 1 a tool reported errors or died; 2 usage; 3 cannot run (tool missing, cannot write, no FIFO here);
  124 timed out; 128+n ended by signal n.";

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
    /// Show the tools found, their versions, and how to get what is missing
    #[command(after_long_help = ENVIRONMENT)]
    Doctor(Doctor),
}

/// `rgbpipe build`.
#[derive(Args, Debug)]
pub(crate) struct Build {
    /// Assembly sources and object files, linked in this order; '-' is a source on standard input
    ///
    /// A file that ends in .o, .obj or .rel, or begins like an RGBDS object, is an object.
    #[arg(value_name = "INPUT", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) outputs: Outputs,
    #[command(flatten)]
    pub(crate) both: Both,
    #[command(flatten)]
    pub(crate) assembler: Assembler,
    #[command(flatten)]
    pub(crate) linker: Linker,
    #[command(flatten)]
    pub(crate) fixer: Fixer,
    #[command(flatten)]
    pub(crate) running: Running,
    #[command(flatten)]
    pub(crate) tools: Tools,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Where the artifacts go.
#[derive(Args, Debug)]
#[command(next_help_heading = "Outputs")]
pub(crate) struct Outputs {
    /// Write the ROM to FILE; - is standard output
    #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) rom: Option<PathBuf>,
    /// Write the map to FILE; - is standard output
    #[arg(short = 'm', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) map: Option<PathBuf>,
    /// Write the symbols to FILE; - is standard output
    #[arg(short = 'n', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) sym: Option<PathBuf>,
    /// Write ROM, map and symbols to FILE as one tar [default: to standard output, if no output is named]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) tar: Option<PathBuf>,
    /// Call the tar's members NAME.gb, NAME.map and NAME.sym [default: after the first source]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<OsString>,
}

/// What both tools take.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgbasm and rgblink")]
pub(crate) struct Both {
    /// Turn a warning on or off, such as all, error, no-obsolete
    #[arg(short = 'W', long = "warning", value_name = "WARNING")]
    pub(crate) warnings: Vec<String>,
    /// Fill unused bytes with VALUE
    #[arg(short = 'p', long = "pad", value_name = "VALUE")]
    pub(crate) pad: Option<String>,
}

/// What `rgbasm` takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgbasm")]
pub(crate) struct Assembler {
    /// Define a string symbol (its value is 1 if none is given)
    #[arg(short = 'D', long = "define", value_name = "NAME[=VALUE]")]
    pub(crate) defines: Vec<OsString>,
    /// Look for included files in DIR as well
    #[arg(short = 'I', long = "include", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) include_dirs: Vec<PathBuf>,
    /// Include FILE before each source
    #[arg(short = 'P', long = "preinclude", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) preincludes: Vec<PathBuf>,
    /// Export all labels
    #[arg(short = 'E', long)]
    pub(crate) export_all: bool,
    /// Precision of fixed-point numbers
    #[arg(short = 'Q', long = "q-precision", value_name = "PRECISION")]
    pub(crate) precision: Option<String>,
    /// Any other flags for rgbasm, split as a shell would
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub(crate) asm_flags: Vec<String>,
}

/// What `rgblink` takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgblink")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Linker {
    /// Place sections by this linker script
    #[arg(short = 'l', long = "linkerscript", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) script: Option<PathBuf>,
    /// One ROM bank of 32 KiB
    #[arg(short = 't', long)]
    pub(crate) tiny: bool,
    /// For the first Game Boy: one VRAM bank, one WRAM bank
    #[arg(short = 'd', long)]
    pub(crate) dmg: bool,
    /// Do not pad the end of the ROM
    #[arg(short = 'x', long)]
    pub(crate) nopad: bool,
    /// Lay the sections over this ROM
    #[arg(short = 'O', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) overlay: Option<PathBuf>,
    /// Scramble banks, such as romx=7,wramx=3
    #[arg(short = 'S', long, value_name = "SPEC")]
    pub(crate) scramble: Option<String>,
    /// One WRAM bank of 8 KiB (rgblink's -w)
    #[arg(long)]
    pub(crate) wramx: bool,
    /// Any other flags for rgblink, split as a shell would
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub(crate) link_flags: Vec<String>,
}

/// Whether `rgbfix` runs.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgbfix")]
pub(crate) struct Fixer {
    /// Run rgbfix -v -p 0xFF on the ROM: valid header and checksums, padded
    #[arg(long)]
    pub(crate) fix: bool,
    /// Run rgbfix with these flags instead, split as a shell would
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub(crate) fix_flags: Option<String>,
}

/// How the tools run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Running the tools")]
pub(crate) struct Running {
    /// Run up to N tools at once [default: as many as there are cores]
    #[arg(short = 'j', long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// End the build after this time, such as 2, 2.5, 30s or 2m; 0 is never
    #[arg(long, value_name = "SECS", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// End the build when an object or a result grows over SIZE, such as 4096, 64K or 1G; 0 is no limit [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_output: Option<u64>,
    /// Let each tool use no more memory than SIZE; 0 is no limit
    ///
    /// Counted is all that the tool maps, its libraries too (ulimit -v). rgblink needs some 50M for a small program.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_memory: Option<u64>,
    /// Let each tool use no more processor time than SECS, rounded up to whole seconds; 0 is no limit
    #[arg(long, value_name = "SECS", value_parser = duration)]
    pub(crate) max_cpu: Option<Duration>,
    /// Let the tools read only the working directory and what is named here, and write nothing (Linux)
    ///
    /// They may read the files in the working directory, in the directories of the sources, of the linker script, of
    /// files given by -P, and in those given by -I; and the objects and the overlay. A symbolic link to elsewhere leads
    /// nowhere. Where the kernel cannot confine them (Landlock, Linux 5.13) it is an error. See SECURITY.md.
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// Let the tools read the files in DIR, or the file DIR, as well
    #[arg(long, value_name = "DIR", requires = "sandbox", value_hint = ValueHint::AnyPath)]
    pub(crate) allow_read: Vec<PathBuf>,
}

/// Which tools run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Running the tools")]
pub(crate) struct Tools {
    /// Run the tools whose paths begin with PREFIX, such as tools/rgbds-1.0/
    #[arg(long, value_name = "PREFIX", value_hint = ValueHint::DirPath)]
    pub(crate) rgbds: Option<OsString>,
}

/// What is shown on standard error.
#[derive(Args, Debug)]
#[command(next_help_heading = "Messages")]
pub(crate) struct Shown {
    /// Show each tool's command, as one would type it on files
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
    /// Show errors only: no progress, no warnings
    #[arg(short = 'q', long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Colour the tools' messages
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
}

/// When to do what depends on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// If standard error is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `rgbpipe doctor`.
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) tools: Tools,
}

/// Seconds, or a number with a unit.
fn duration(text: &str) -> Result<Duration, String> {
    use fundu::TimeUnit::{Hour, MilliSecond, Minute, Second};
    let parser = fundu::DurationParser::with_time_units(&[MilliSecond, Second, Minute, Hour]);
    let duration = parser.parse(text).map_err(|error| error.to_string())?;
    duration.try_into().map_err(|_| "a time cannot be negative".to_owned())
}

/// Bytes, or a number with a unit of 1024.
fn size(text: &str) -> Result<u64, String> {
    parse_size::Config::new().with_binary().parse_size(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::path::Path;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_are_seconds_or_have_a_unit() {
        for (text, millis) in
            [("2", 2000), ("2.5", 2500), ("30s", 30_000), ("2m", 120_000), ("1h", 3_600_000), ("0", 0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "-1", "soon", "2x", "1e999999"] {
            assert!(duration(text).is_err() || text == "1e999999", "{text}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit_of_1024() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("64K", 64 << 10),
            ("64k", 64 << 10),
            ("256M", 256 << 20),
            ("1G", 1 << 30),
            ("1GiB", 1 << 30),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "-1", "much", "2x", "M", "99999999999G"] {
            assert!(size(text).is_err(), "{text}");
        }
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
        for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh, clap_complete::Shell::Fish] {
            let made = clap_complete::generate_to(shell, &mut Cli::command(), "rgbpipe", fresh.path()).unwrap();
            files.push((root.join("completions").join(made.file_name().unwrap()), made));
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
