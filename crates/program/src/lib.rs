//! A file-based program, called as a function: bytes in, bytes out.
//!
//! Many tools only work with files: they take an input's path, and write to an output's path. A [`Program`] gives such
//! a tool the paths of named pipes (FIFOs, POSIX `mkfifo`), and serves all of them at the same time, so that the tool
//! may open, read and write them in any order:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use program::Program;
//!
//! let mut sort = Program::new("sort");
//! let (names, sorted) = (sort.add_input("names", b"Tetris\nKirby\nMetroid\n"), sort.add_output("sorted"));
//! let mut finished = sort.arg("-o").arg_of([sorted]).arg_of([names]).run()?;
//! finished.verdict()?;
//! assert_eq!(finished.take(sorted), Some(b"Kirby\nMetroid\nTetris\n".to_vec()));
//! # Ok(())
//! # }
//! ```
//!
//! Only the FIFOs are created, in a private directory that is removed with the run. No shell is involved.
//!
//! Plan, wiring and running are three types: [`Program`] says what is wanted; `Wiring` has the ports; the event loop of
//! `supervise` owns the running tool. Its exit, its ports, what it prints and what ends it early come in through one
//! poll, and there is one verdict at the end. Nothing waits anywhere else, so nothing that a tool does to its files
//! can hold up a run for longer than its deadline.
//!
//! # The standard is what a regular file would have given
//!
//! - An **input** gives its whole content to each open of its path.
//! - An **output** holds what a file would hold. On Linux it is one from its second open on, if the file system has leases
//!   (`fcntl(2)`). Otherwise it holds what the last open wrote, or all of them if they append; outside of Linux, opens in
//!   quick succession are joined. Its end is the tool's exit, not a close.
//! - What a pipe cannot do is an error, [`Failure::NeedsFile`]; [`Program::seekable`] makes the ports files.
//! - If the tool removed an output or put another file in its place, what is at its path at the end counts.
//! - A tool need not read an input, or all of it.
//! - A process that the tool leaves behind with an output open gets half a second, then it is killed:
//!   [`Content::HeldOpen`].

#[cfg(not(unix))]
compile_error!("this crate needs the FIFOs of a POSIX system");

mod argument;
mod cancel;
mod child;
mod circle;
mod dir;
mod environment;
mod error;
mod exit;
mod fifo;
mod finished;
mod input;
mod limits;
mod news;
mod output;
mod own_stream;
mod pace;
mod port;
mod printed;
mod proc;
mod regular_file;
mod sandbox;
mod supervise;
mod system;
mod until;
mod wiring;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use argument::Argument;
pub use argument::{InPort, OutPort, Part, Port};
pub use cancel::{Cancel, Subscription, Urgency};
pub use dir::{fifo_directory, remove_left_behind};
pub use error::{Failure, Need, RunError, UNKNOWN_STATUS};
pub use finished::Finished;
pub use limits::{Limit, Limits};
pub use output::Content;
pub use own_stream::is_own_stream;
pub use printed::Printed;
pub use regular_file::RegularFile;
pub use sandbox::{Place, Sandbox, SandboxError, Support, is_within};
pub use until::{Stop, Until};
use wiring::Unwired;

/// One run of a tool, as it is wanted: the plan.
#[derive(Debug)]
pub struct Program<'a> {
    path: PathBuf,
    arguments: Vec<Argument>,
    inputs: Vec<NamedInput<'a>>,
    outputs: Vec<NamedOutput>,
    stdin: Option<Cow<'a, [u8]>>,
    env: Vec<(OsString, OsString)>,
    env_removed: Vec<OsString>,
    until: Until,
    limits: Limits,
    seekable: bool,
    one_stream: bool,
    reads_no_output: bool,
    sandbox: Option<Sandbox>,
}

#[derive(Debug)]
struct NamedInput<'a> {
    /// Used in messages, and part of the path.
    name: String,
    /// Used in the plain command. A file name need not be text.
    typed: OsString,
    bytes: Cow<'a, [u8]>,
}

#[derive(Debug)]
struct NamedOutput {
    name: String,
    typed: OsString,
    by: OutputBy,
}

impl NamedOutput {
    fn new(typed: OsString, by: OutputBy) -> Self {
        Self { name: typed.to_string_lossy().into_owned(), typed, by }
    }
}

/// How the tool delivers an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OutputBy {
    Path,
    Stdout,
}

impl<'a> Program<'a> {
    /// A run of the tool at `path`, or of that name on `PATH`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            arguments: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            stdin: None,
            env: Vec::new(),
            env_removed: Vec::new(),
            until: Until::never(),
            limits: Limits::default(),
            seekable: false,
            one_stream: false,
            reads_no_output: false,
            sandbox: None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(self, argument: impl Into<OsString>) -> Self {
        self.arg_of([Part::Text(argument.into())])
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// Adds the path of an input that holds `bytes` as an argument. `name` is for messages; the path ends with it.
    #[must_use]
    pub fn input(mut self, name: impl Into<OsString>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let port = self.add_input(name, bytes);
        self.arg_of([port])
    }

    /// Adds the path of an output as an argument. `name` finds its content in [`Finished`]; the path ends with it.
    #[must_use]
    pub fn output(mut self, name: impl Into<OsString>) -> Self {
        let port = self.add_output(name);
        self.arg_of([port])
    }

    /// Adds an [`input`](Self::input) without an argument, for [`arg_of`](Self::arg_of). If a tool reads the same
    /// bytes through two arguments, add two inputs: a pipe cannot be opened twice before it is read.
    pub fn add_input(&mut self, name: impl Into<OsString>, bytes: impl Into<Cow<'a, [u8]>>) -> InPort {
        let typed = name.into();
        self.inputs.push(NamedInput { name: typed.to_string_lossy().into_owned(), typed, bytes: bytes.into() });
        InPort(self.inputs.len() - 1)
    }

    /// Adds an [`output`](Self::output) without an argument, for [`arg_of`](Self::arg_of).
    pub fn add_output(&mut self, name: impl Into<OsString>) -> OutPort {
        self.outputs.push(NamedOutput::new(name.into(), OutputBy::Path));
        OutPort(self.outputs.len() - 1)
    }

    /// Adds one argument that consists of text and the paths of ports, each any number of times.
    ///
    /// ```
    /// use program::{Part, Program};
    ///
    /// let mut dd = Program::new("dd");
    /// let (from, to) = (dd.add_input("from", b"bytes"), dd.add_output("to"));
    /// let dd = dd.arg_of(["if=".into(), Part::Path(from.into())]).arg_of(["of=".into(), Part::Path(to.into())]);
    /// assert_eq!(dd.run()?.take(to), Some(b"bytes".to_vec()));
    /// # Ok::<(), program::RunError>(())
    /// ```
    ///
    /// # Panics
    /// If a port is from another program and has a number that this one does not have.
    #[must_use]
    pub fn arg_of(mut self, parts: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        let parts: Vec<_> = parts.into_iter().map(Into::into).collect();
        for part in &parts {
            let own = match part {
                Part::Path(Port::In(InPort(index))) => *index < self.inputs.len(),
                Part::Path(Port::Out(OutPort(index))) => *index < self.outputs.len(),
                Part::Text(_) => true,
            };
            assert!(own, "a port of another program");
        }
        self.arguments.push(Argument(parts));
        self
    }

    /// Captures the tool's standard output as an output called `name`, instead of as printed text. This works once. No
    /// argument stands for it.
    pub fn add_output_on_stdout(&mut self, name: impl Into<OsString>) -> OutPort {
        self.outputs.push(NamedOutput::new(name.into(), OutputBy::Stdout));
        OutPort(self.outputs.len() - 1)
    }

    /// The same, without the port: see [`Finished::outputs`].
    #[must_use]
    pub fn output_on_stdout(mut self, name: impl Into<OsString>) -> Self {
        self.add_output_on_stdout(name);
        self
    }

    /// Gives the tool `bytes` as standard input, which is otherwise empty (`/dev/null`).
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Sets an environment variable for the tool. The others are inherited.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Takes an environment variable away from the tool, whatever [`env`](Self::env) sets it to.
    #[must_use]
    pub fn env_remove(mut self, name: impl Into<OsString>) -> Self {
        self.env_removed.push(name.into());
        self
    }

    /// Ends the run then: `SIGTERM` to the tool's process group, and `SIGKILL` a second later, or at once when it is
    /// cancelled a second time. Without this it may take as long as it likes.
    #[must_use]
    pub fn until(mut self, until: &Until) -> Self {
        self.until = until.clone();
        self
    }

    /// Stops the run if an output exceeds this many bytes. By default there is no limit.
    #[must_use]
    pub fn output_limit(mut self, bytes: u64) -> Self {
        self.limits.output = bytes;
        self
    }

    /// Limits what the tool may use; the [`output_limit`](Self::output_limit) is one of these limits. With a limit on
    /// memory or time, the tool leaves no core file.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes all ports files instead of pipes, for a tool that seeks in them, reads back what it has written, changes an
    /// input, or goes by a file's size. They are in a private directory, in memory if the system has `/dev/shm`, and
    /// removed with the run.
    #[must_use]
    pub fn seekable(mut self) -> Self {
        self.seekable = true;
        self
    }

    /// Makes the tool print on one stream, as `2>&1` does: [`Finished::stderr`] then has all that it prints, in order,
    /// and [`Finished::stdout`] is empty. It has no effect if standard output is an output.
    #[must_use]
    pub fn one_stream(mut self) -> Self {
        self.one_stream = true;
        self
    }

    /// The tool has no reason to read what it writes or prints. If it does so all the same, such as a compiler whose source
    /// includes `/dev/stdout`, it waits for an end that comes only with its own. The run ends with [`Need::OwnOutput`] then,
    /// if `/proc` shows that. Without this, a tool may do so, because one of its processes may write for another.
    #[must_use]
    pub fn reads_no_output(mut self) -> Self {
        self.reads_no_output = true;
        self
    }

    /// Confines the tool permanently from its start. It then leaves no core file.
    ///
    /// It inherits only those descriptors that [`Sandbox::read`] names as `/dev/fd/N` or `/proc/self/fd/N`.
    #[must_use]
    pub fn sandbox(mut self, sandbox: Option<Sandbox>) -> Self {
        self.sandbox = sandbox;
        self
    }

    /// Runs the tool to its end, on this thread. A plan can be run again, even by several threads at once.
    ///
    /// This process must not reap children that it did not start: if it ignores `SIGCHLD`, or waits for any child
    /// (`waitpid(-1)`), a tool's status is lost. It must also not die of `SIGPIPE` (by default no Rust program does),
    /// because a tool need not read its input.
    ///
    /// A tool's failure is not an error here but a fact in [`Finished`]; see [`Finished::verdict`].
    ///
    /// # Errors
    /// The tool cannot be started or confined, a port cannot be made, or reading or writing one fails.
    pub fn run(&self) -> Result<Finished, RunError> {
        match wiring::Wiring::new(self) {
            Ok(wiring) => wiring.run(),
            Err(Unwired::Failed(error)) => Err(RunError::Ports(error)),
            Err(Unwired::Stopped(stop)) => {
                let outputs = self.outputs.iter().map(|output| output.name.clone());
                Ok(Finished::before_its_start(stop, outputs, self.limits))
            }
        }
    }

    /// File names for the ports of the inputs and then the outputs: distinct, and plain enough for any tool's
    /// messages. They end like the ports' names, because many tools look at a file's extension.
    fn port_file_names(&self) -> impl Iterator<Item = OsString> {
        let inputs = self.inputs.iter().map(|input| &input.name);
        let outputs = self.outputs.iter().map(|output| &output.name);
        inputs.chain(outputs).enumerate().map(|(index, name)| {
            let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' });
            let plain: String = plain.collect();
            format!("{index}-{}", &plain[plain.len().saturating_sub(64)..]).into()
        })
    }

    /// The arguments, with the path of each port.
    fn resolve<'p>(&'p self, path: impl Fn(Port) -> &'p OsStr) -> impl Iterator<Item = OsString> {
        self.arguments.iter().map(move |argument| argument.resolve(&path))
    }

    /// The command line with each port's name instead of its path: what you would type to run the tool on files of
    /// these names.
    pub fn plain_command(&self) -> Vec<OsString> {
        let arguments = self.resolve(|port| match port {
            Port::In(InPort(index)) => &self.inputs[index].typed,
            Port::Out(OutPort(index)) => &self.outputs[index].typed,
        });
        std::iter::once(self.path.clone().into()).chain(arguments).collect()
    }
}
