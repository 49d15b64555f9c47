//! `rgbpipe exec`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::files;
use super::options::Bounds;
use super::values::{Named, NamedOutput, named, named_output};

pub(super) const EXAMPLES: &str = "\
Examples:
  cat tiles.png | rgbpipe exec --in png=- --out bpp=- -- rgbgfx -o {bpp} {png} > tiles.2bpp
      A program that only takes files, used in a pipeline.
  rgbpipe exec --in png=tiles.png --out tiles --out map --tar all.tar -- \\
    rgbgfx -u -o {tiles} -t {map} {png}
      Several outputs, as one tar.
  rgbpipe exec --in names=names.txt --out sorted=names.txt -- sort -o {sorted} {names}
      A file changed in place, all or nothing.
  rgbpipe exec --in old=- --in new=new.txt -- diff -u {old} {new}
      No output at all: everything that the program prints is passed on.
  rgbpipe exec --seekable --out all.zip=all.zip -- zip {all.zip} game.gb game.sym
      A program that seeks in its files.

Exit status:
  The program's own, or 128+n if it died of signal n. From rgbpipe itself:
  1      the program did not write an output, or used a pipe in a way that only a file allows
  2      usage error: the command line cannot work
  3      cannot run: the program is missing, an output cannot be written, or named pipes are not available
  124    timed out
  128+n  ended by signal n

Environment:
  SOURCE_DATE_EPOCH  the time stamp of the tar's members, in seconds; 0 if unset
  TMPDIR             where the named pipes are created, and the files of --seekable if there is no /dev/shm";

// `rgbpipe exec`.
#[derive(Args, Debug)]
pub(crate) struct Exec {
    /// The program to run, and its arguments; {NAME} in an argument becomes a pipe's path, {{ and }} braces
    ///
    /// Put it after --, so that its options are not mistaken for rgbpipe's. Its standard input is empty. What it prints is
    /// passed on after it exits, to standard output, or to standard error if an output or the tar goes to standard output.
    /// In text, each pipe's path is replaced by NAME. Standard output is limited by --max-output; of standard error, 16 MiB
    /// are passed on.
    #[arg(value_names = ["PROGRAM", "ARG"], num_args = 1.., required = true, last = true)]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(crate) command: Vec<OsString>,

    /// Replace {NAME} by the path of a named pipe that delivers the content of FILE; - is standard input
    ///
    /// FILE is read completely before PROGRAM starts. The pipe's path ends in NAME, for programs that look at a file's
    /// extension: --in tiles.png=-. NAME must not contain a slash or a brace. Each {NAME} is a separate pipe.
    #[arg(long = "in", value_name = "NAME=FILE", value_parser = named(), add = files::named())]
    pub(crate) inputs: Vec<Named>,
    /// Replace {NAME} by the path of a named pipe, and write what arrives in it to FILE; - is standard output
    ///
    /// FILE appears after PROGRAM has succeeded and all outputs are complete. It may also be an input. Without =FILE the
    /// output goes only into the tar.
    #[arg(long = "out", value_name = "NAME[=FILE]", value_parser = named_output(), add = files::named())]
    pub(crate) outputs: Vec<NamedOutput>,
    /// Write all outputs to FILE as one tar with members called NAME; - is standard output
    #[arg(long, value_name = "FILE", requires = "outputs", add = files::of_or_stdio(files::TARS))]
    pub(crate) tar: Option<PathBuf>,

    /// Use files instead of named pipes, for a program that seeks, reads back what it writes, or goes by a file's size
    ///
    /// Each {NAME} is then the path of a file in a private directory, in memory if the system has /dev/shm. The directory is
    /// removed after PROGRAM has exited. Zip archives, databases and linkers need this.
    #[arg(long)]
    pub(crate) seekable: bool,
    /// Show the command, with NAME or its file where the pipes are
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) bounds: Bounds,
    /// Let PROGRAM read only the working directory and --allow-read, and write only its pipes (Linux)
    ///
    /// It is an error if PROGRAM is a script or if the kernel cannot confine it (this needs Landlock, Linux 5.13). See
    /// SECURITY.md.
    #[arg(long, help_heading = "Running the tools")]
    pub(crate) sandbox: bool,
    /// Also let PROGRAM read the files in DIR; DIR may be a single file
    #[arg(long, value_name = "DIR", requires = "sandbox", value_hint = ValueHint::AnyPath)]
    #[arg(help_heading = "Running the tools")]
    pub(crate) allow_read: Vec<PathBuf>,
}
