//! The options, in groups that commands share.
//!
//! (The groups have no doc comments: clap would take them for the description of the command.)

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use super::files;
use super::values::{duration, size};

// What every command takes that runs the steps of a build.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Assembly sources and object files, linked in this order; '-' is a source on standard input
    ///
    /// A file that ends in .o, .obj or .rel, or begins like an RGBDS object, is an object. @FILE, here or anywhere before
    /// a '--', stands for the words in FILE: separated by blanks or newlines, quoted as in a shell, with # for comments. A
    /// file whose name begins with @ is ./@NAME.
    #[arg(value_name = "INPUT", required = true, help_heading = None, add = files::inputs())]
    pub(crate) inputs: Vec<PathBuf>,

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

// Where the artifacts go.
#[derive(Args, Debug)]
#[command(next_help_heading = "Outputs")]
pub(crate) struct Outputs {
    /// Write the ROM to FILE; - is standard output
    #[arg(short = 'o', long, value_name = "FILE", add = files::of_or_stdio(files::ROMS))]
    pub(crate) rom: Option<PathBuf>,
    /// Write the map to FILE; - is standard output
    #[arg(short = 'm', long, value_name = "FILE", add = files::of_or_stdio(files::MAPS))]
    pub(crate) map: Option<PathBuf>,
    /// Write the symbols to FILE; - is standard output
    #[arg(short = 'n', long, value_name = "FILE", add = files::of_or_stdio(files::SYMBOLS))]
    pub(crate) sym: Option<PathBuf>,
    /// Write ROM, map and symbols to FILE as one tar [default: to standard output, without -o, -m, -n, --report and -M]
    #[arg(long, value_name = "FILE", add = files::of_or_stdio(files::TARS))]
    pub(crate) tar: Option<PathBuf>,
    /// Write a report to FILE, as JSON: each artifact's size and SHA-256, and how full each bank is; - is standard output
    #[arg(long, value_name = "FILE", add = files::of_or_stdio(files::REPORTS))]
    pub(crate) report: Option<PathBuf>,
    /// Call the tar's members NAME.gb, NAME.map and NAME.sym [default: after the first input; rom for standard input]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<OsString>,
    /// Keep the objects in DIR, as soon as all sources are assembled
    ///
    /// Each is called after its source: DIR/game.o, or DIR/game-2.o if there is another game.o. DIR is made if it is not
    /// there. They are kept if the link fails, too.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) save_temps: Option<PathBuf>,
    /// Print the commands that would do the same on files, and do nothing
    ///
    /// They can be pasted into a shell, or piped: rgbpipe build --dry-run game.asm -o game.gb | sh -e. The objects are
    /// files then, beside their sources or in the directory of --save-temps, and take the place of those that are there.
    /// What would go to standard output or into the tar is a file called as in the tar. A tool may be asked for its
    /// version, if the commands depend on it. Dependencies, reports, limits and the sandbox are rgbpipe's own, and have
    /// no command.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

// What a build tells make.
#[derive(Args, Debug)]
#[command(next_help_heading = "Dependencies")]
pub(crate) struct Dependencies {
    /// Write a make rule to FILE: the outputs depend on every file that the build reads; - is standard output
    #[arg(short = 'M', long, value_name = "FILE", add = files::of_or_stdio(files::RULES))]
    pub(crate) deps: Option<PathBuf>,
    /// Add to the rule of -M one without prerequisites for each file that is read, so that make goes on when one is gone
    #[arg(long = "MP", requires = "deps")]
    pub(crate) phony: bool,
    /// The rule of -M is for TARGET, as it is written, not for the outputs
    #[arg(long = "MT", value_name = "TARGET", requires = "deps")]
    pub(crate) targets: Vec<OsString>,
    /// The rule of -M is for FILE, escaped for make, not for the outputs
    #[arg(long = "MQ", value_name = "FILE", requires = "deps", value_hint = ValueHint::FilePath)]
    pub(crate) target_files: Vec<PathBuf>,
    /// With -M, let included files be missing, for make to make them: such a file is listed, and nothing is linked
    ///
    /// A source that includes it is read no further: the next build finds what comes after. The linker script, what it
    /// includes, the overlay and the logo may be missing, too; with --sandbox these may not.
    #[arg(long = "MG", requires = "deps")]
    pub(crate) missing: bool,
    /// Like --MG, but read the source on after a missing file, and list all (RGBDS 0.9.4)
    ///
    /// Not for a file that decides what is included after it.
    #[arg(long = "MC", requires = "deps")]
    pub(crate) all_missing: bool,
}

// What both tools take.
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

// What `rgbasm` takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgbasm")]
pub(crate) struct Assembler {
    /// Define a string symbol (its value is 1 if none is given)
    #[arg(short = 'D', long = "define", value_name = "NAME[=VALUE]")]
    pub(crate) defines: Vec<OsString>,
    /// Look for included files in DIR as well
    #[arg(short = 'I', long = "include", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) include_dirs: Vec<PathBuf>,
    /// Include FILE before each source (more than one: RGBDS 0.9.4)
    #[arg(short = 'P', long = "preinclude", value_name = "FILE", add = files::of(files::INCLUDES))]
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

// What `rgblink` takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgblink")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Linker {
    /// Place sections by this linker script
    #[arg(short = 'l', long = "linkerscript", value_name = "FILE", add = files::of(files::SCRIPTS))]
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
    #[arg(short = 'O', long, value_name = "FILE", add = files::of(files::ROMS))]
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

// Whether `rgbfix` runs.
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

// How the tools run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Running the tools")]
pub(crate) struct Running {
    /// Run up to N tools at once [default: as many as there are cores]
    ///
    /// In a recipe of GNU make that begins with '+', make's -j counts too: rgbpipe is a client of its jobserver.
    #[arg(short = 'j', long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) bounds: Bounds,
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

// How much a tool may use, and how long all may take.
#[derive(Args, Debug)]
#[command(next_help_heading = "Running the tools")]
pub(crate) struct Bounds {
    /// End everything after this time, such as 2, 2.5, 30s or 2m; 0 is never
    #[arg(long, value_name = "SECS", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// End everything when an output grows over SIZE, such as 4096, 64K or 1G; 0 is no limit [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_output: Option<u64>,
    /// Let each tool use no more memory than SIZE; 0 is no limit
    ///
    /// Counted is all that the tool maps, its libraries too (ulimit -v). rgblink needs some 55M for a small program.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_memory: Option<u64>,
    /// Let each tool use no more processor time than SECS, rounded up to whole seconds; 0 is no limit
    #[arg(long, value_name = "SECS", value_parser = duration)]
    pub(crate) max_cpu: Option<Duration>,
}

// Which tools run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Running the tools")]
pub(crate) struct Tools {
    /// Run the tools whose paths begin with PREFIX, such as tools/rgbds-1.0/
    #[arg(long, value_name = "PREFIX", value_hint = ValueHint::DirPath)]
    pub(crate) rgbds: Option<OsString>,
}

// What is shown on standard error.
#[derive(Args, Debug)]
#[command(next_help_heading = "Messages")]
pub(crate) struct Shown {
    /// Show how full each bank is
    #[arg(long)]
    pub(crate) usage: bool,
    /// Show each tool's command, as one would type it on files
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
    /// Show only what tools that fail print: no progress, no warnings of those that succeed
    #[arg(short = 'q', long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// How messages are told
    ///
    /// All of it goes to standard error. Each object of json has a reason: command (with -v), diagnostic (tool, source,
    /// severity, flag, text, backtrace, rendered), output (what else a tool printed), artifact (kind, path, member of a tar,
    /// size, sha256; when it is where it belongs), usage (the banks and their sections, with --usage), note and error (of
    /// rgbpipe itself), and at last build-finished (success, seconds and the exit status). What is not UTF-8 is replaced.
    /// The others leave out what another source's assembler has said of a file that both include. What a source prints keeps
    /// its place among the messages in human alone; elsewhere it comes first. A wrong option is told as plain text. All but
    /// human are without colour and bar.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) message_format: MessageFormat,
    /// Colour the tools' messages (format human)
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// Show the source line under each message that names one (format human)
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) snippets: When,
    /// Show how far a long build is (format human)
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: When,
}

/// For whom messages are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// As the tools print them
    Human,
    /// Each on one line that begins with file and line, as gcc does: for editors
    Short,
    /// One JSON object a line: diagnostics, other output, artifacts, how the build ended
    Json,
    /// Annotations of GitHub Actions
    Github,
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
