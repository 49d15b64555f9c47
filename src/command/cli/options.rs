//! The options, in groups that commands share.
//!
//! The groups have no doc comments, because clap would use them as the description of the command.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use super::files;
use super::values::{duration, jobs, size};

// The options of every command that runs the steps of a build.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Assembly sources and object files, linked in this order; '-' is a source on standard input
    ///
    /// A file is an object if its name ends in .o, .obj or .rel, or if it starts like an RGBDS object. Anywhere before '--',
    /// @FILE is replaced by the words in FILE, except as an option's value. The words are separated by spaces or newlines
    /// and quoted as in a shell; # starts a comment. For a file whose name starts with @, write ./@NAME.
    #[arg(value_name = "INPUT", required = true, help_heading = None, add = files::inputs())]
    pub(crate) inputs: Vec<PathBuf>,

    // The files whose words were among these, which no output may replace.
    #[arg(skip)]
    pub(crate) response_files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) both: Both,
    #[command(flatten)]
    pub(crate) assembler: AssemblerOptions,
    #[command(flatten)]
    pub(crate) linker: LinkerOptions,
    #[command(flatten)]
    pub(crate) fixer: FixerOptions,
    #[command(flatten)]
    pub(crate) running: RunOptions,
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
    /// Write ROM, map and symbols to FILE as one tar [default: to standard output, if no output is named]
    #[arg(long, value_name = "FILE", add = files::of_or_stdio(files::TARS))]
    pub(crate) tar: Option<PathBuf>,
    /// Write a JSON report to FILE: each artifact's size and SHA-256, and how full each bank is; - is standard output
    #[arg(long, value_name = "FILE", add = files::of_or_stdio(files::REPORTS))]
    pub(crate) report: Option<PathBuf>,
    /// Name the tar's members NAME.gb, NAME.map and NAME.sym [default: from the first input; rom for standard input]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<OsString>,
    /// Save the objects in DIR once all sources are assembled
    ///
    /// Each is named after its source: DIR/game.o, or DIR/game-2.o if there is another game.o. DIR is created if needed. The
    /// objects are saved even if the link fails.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) save_temps: Option<PathBuf>,
    /// Print the commands that would do the same with files, and run nothing
    ///
    /// You can paste them into a shell, or pipe them: rgbpipe build --dry-run game.asm -o game.gb | sh -e. They write the
    /// objects to files, next to the sources or in the directory of --save-temps, and overwrite existing ones. What
    /// would go to standard output or into the tar becomes a file with the tar member's name. If the commands depend on a
    /// tool's version, that tool is run with --version. Dependencies, reports, limits and the sandbox are features
    /// of rgbpipe and have no command.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

// The rule for make.
#[derive(Args, Debug)]
#[command(next_help_heading = "Dependencies")]
pub(crate) struct DependencyOptions {
    /// Write a make rule to FILE, by which the outputs depend on every file that the build reads; - is standard output
    #[arg(short = 'M', long, value_name = "FILE", add = files::of_or_stdio(files::RULES))]
    pub(crate) deps: Option<PathBuf>,
    /// With -M, also write an empty rule for each file read, so that make continues if one is deleted
    #[arg(long = "MP", requires = "deps")]
    pub(crate) phony: bool,
    /// Use TARGET, exactly as written, as the target of the rule instead of the outputs
    #[arg(long = "MT", value_name = "TARGET", requires = "deps")]
    pub(crate) targets: Vec<OsString>,
    /// Use FILE, escaped for make, as the target of the rule instead of the outputs
    #[arg(long = "MQ", value_name = "FILE", requires = "deps", value_hint = ValueHint::FilePath)]
    pub(crate) target_files: Vec<PathBuf>,
    /// With -M, list missing included files instead of failing, so that make can build them; nothing is then linked
    ///
    /// Reading a source stops at its first missing file; the next build finds what follows. The linker script, the files
    /// it includes, the overlay and the logo may be missing too, except with --sandbox. Each missing file gets an empty
    /// rule. If make runs rgbpipe, and all of them already had one in the old FILE, make cannot build them, and it is an
    /// error.
    #[arg(long = "MG", requires = "deps")]
    pub(crate) missing: bool,
    /// Like --MG, but continue after a missing file and list them all (RGBDS 0.9.4)
    ///
    /// If errors follow a missing file, it is like --MG.
    #[arg(long = "MC", requires = "deps")]
    pub(crate) all_missing: bool,
}

// For both tools.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgbasm and rgblink")]
pub(crate) struct Both {
    /// Turn a warning on or off, for example all, error, no-obsolete
    #[arg(short = 'W', long = "warning", value_name = "WARNING")]
    pub(crate) warnings: Vec<String>,
    /// Fill unused bytes with VALUE
    #[arg(short = 'p', long = "pad", value_name = "VALUE")]
    pub(crate) pad: Option<String>,
}

// For `rgbasm`.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgbasm")]
pub(crate) struct AssemblerOptions {
    /// Define a string symbol; its value is 1 if none is given
    #[arg(short = 'D', long = "define", value_name = "NAME[=VALUE]")]
    pub(crate) defines: Vec<OsString>,
    /// Also look for included files in DIR
    #[arg(short = 'I', long = "include", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) include_dirs: Vec<PathBuf>,
    /// Include FILE before each source (more than one: RGBDS 0.9.4)
    #[arg(short = 'P', long = "preinclude", value_name = "FILE", add = files::of(files::INCLUDES))]
    pub(crate) preincludes: Vec<PathBuf>,
    /// Export all labels
    #[arg(short = 'E', long)]
    pub(crate) export_all: bool,
    /// Set the precision of fixed-point numbers
    #[arg(short = 'Q', long = "q-precision", value_name = "PRECISION")]
    pub(crate) precision: Option<String>,
    /// Any other flags for rgbasm, split as by a shell
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub(crate) asm_flags: Vec<String>,
}

// For `rgblink`.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgblink")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct LinkerOptions {
    /// Place sections according to this linker script
    #[arg(short = 'l', long = "linkerscript", value_name = "FILE", add = files::of(files::SCRIPTS))]
    pub(crate) script: Option<PathBuf>,
    /// Use one ROM bank of 32 KiB
    #[arg(short = 't', long)]
    pub(crate) tiny: bool,
    /// Target the original Game Boy: one VRAM bank, one WRAM bank
    #[arg(short = 'd', long)]
    pub(crate) dmg: bool,
    /// Do not pad the end of the ROM
    #[arg(short = 'x', long)]
    pub(crate) nopad: bool,
    /// Place the sections over this ROM
    #[arg(short = 'O', long, value_name = "FILE", add = files::of(files::ROMS))]
    pub(crate) overlay: Option<PathBuf>,
    /// Scramble banks, for example romx=7,wramx=3
    #[arg(short = 'S', long, value_name = "SPEC")]
    pub(crate) scramble: Option<String>,
    /// Use one WRAM bank of 8 KiB (rgblink's -w)
    #[arg(long)]
    pub(crate) wramx: bool,
    /// Any other flags for rgblink, split as by a shell
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub(crate) link_flags: Vec<String>,
}

// Whether `rgbfix` runs.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of rgbfix")]
pub(crate) struct FixerOptions {
    /// Run rgbfix -v -p 0xFF on the ROM: a valid header, checksums and padding
    #[arg(long)]
    pub(crate) fix: bool,
    /// Run rgbfix with these flags, split as by a shell; with --fix, after its own
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub(crate) fix_flags: Option<String>,
}

// How the tools run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Running the tools")]
pub(crate) struct RunOptions {
    /// Run up to N tools at once [default: the number of cores]
    ///
    /// In a GNU make recipe that starts with '+', make's -j also applies: rgbpipe is a client of its jobserver.
    #[arg(short = 'j', long, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) bounds: Bounds,
    /// Let the tools read only the project and --allow-read, and write nothing (Linux)
    ///
    /// The project is: the working directory; the directories of the sources, of the linker script and of -P files; the -I
    /// directories; and the objects and the overlay themselves. Symbolic links that lead outside do not work. It is an
    /// error if the kernel cannot confine the tools (this needs Landlock, Linux 5.13). The built-in toolchain needs only
    /// /proc. See SECURITY.md.
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// Also let the tools read the files in DIR; DIR may be a single file
    #[arg(long, value_name = "DIR", requires = "sandbox", value_hint = ValueHint::AnyPath)]
    pub(crate) allow_read: Vec<PathBuf>,
}

// How much a tool may use, and how long everything may take.
#[derive(Args, Debug)]
#[command(next_help_heading = "Running the tools")]
pub(crate) struct Bounds {
    /// Stop after this time, for example 2, 2.5, 30s or 2m; 0 means never
    #[arg(long, value_name = "SECS", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Stop if an output exceeds SIZE, for example 4096, 64K or 1G; 0 means no limit [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_output: Option<u64>,
    /// Limit the memory of each tool to SIZE; 0 means no limit
    ///
    /// This counts everything that the tool maps, including its libraries (ulimit -v). RGBDS's rgblink needs about 55M for a
    /// small program. The built-in toolchain counts the text, files and results of each step instead.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_memory: Option<u64>,
    /// Limit the processor time of each tool to SECS, rounded up to whole seconds; 0 means no limit
    ///
    /// The built-in toolchain has no such limit and refuses it: use --timeout.
    #[arg(long, value_name = "SECS", value_parser = duration)]
    pub(crate) max_cpu: Option<Duration>,
}

// Which tools run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Running the tools")]
pub(crate) struct Tools {
    /// Choose who assembles and links: RGBDS, or the toolchain built into rgbpipe [default: auto]
    #[arg(long, value_name = "TOOLCHAIN")]
    pub(crate) toolchain: Option<Toolchain>,
    /// Run the tools whose paths begin with PREFIX, such as tools/rgbds-1.0/
    #[arg(long, value_name = "PREFIX", value_hint = ValueHint::DirPath)]
    pub(crate) rgbds: Option<OsString>,
}

/// Who assembles and links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Toolchain {
    /// RGBDS if an option or the environment names it or it is on PATH; otherwise the built-in toolchain
    Auto,
    /// RGBDS
    Rgbds,
    /// The toolchain built into rgbpipe, which is compatible with RGBDS 1.0.4
    Builtin,
}

// Output on standard error.
#[derive(Args, Debug)]
#[command(next_help_heading = "Messages")]
pub(crate) struct Shown {
    /// Show how full each bank is
    #[arg(long)]
    pub(crate) usage: bool,
    /// Show each tool's command as you would type it for files
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
    /// Show only what failing tools print: no progress, and no warnings from tools that succeed
    #[arg(short = 'q', long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Choose the format of messages
    ///
    /// Messages go to standard error. Each json object has a reason: command (with -v); diagnostic (tool, source, severity,
    /// code, flag, text, backtrace, range, also, expanding, rendered); output (anything else a tool printed); artifact
    /// (kind, path, member of a tar, size, sha256; written once it is in place); usage (the banks and their sections, with --usage); note and error (from
    /// rgbpipe itself); and finally build-finished (success, seconds, the exit status and the toolchain). Invalid UTF-8 is replaced. The
    /// other formats report a problem in a file that several sources include only once. Only human keeps what a source
    /// prints in its place among the messages; the others put it first. A usage error is always plain text. Only human has
    /// colour and a progress bar.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) message_format: MessageFormat,
    /// Colour the tools' messages (format human)
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// Show the source line below each message that names one (format human)
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) snippets: When,
    /// Show the progress of a long build (format human)
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: When,
}

/// The format of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// As the tools print them
    Human,
    /// One line per message, starting with file and line as in gcc: for editors
    Short,
    /// One JSON object per line: diagnostics, other output, artifacts, and how the build ended
    Json,
    /// GitHub Actions annotations
    Github,
}

/// When to use a feature that is meant for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// If standard error is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
