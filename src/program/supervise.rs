//! One run of a program as one event loop: its exit, its ports, cancelling and the deadline, and one verdict.

use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use bstr::ByteSlice;
use nix::sys::signal::Signal;

use super::child::{Tool, wait_for_exit};
use super::fifo::{Fifo, FifoDir};
use super::latch::Latch;
use super::port::{self, Content, InputPort, Printed};
use super::{Finished, OutputBy, PRINTED_LIMIT, Program, RunError, Stop};
use crate::cancel::Urgency;

/// From SIGTERM to SIGKILL.
const TERM_GRACE: Duration = Duration::from_secs(1);

/// What the event loop hears of.
#[derive(Debug)]
enum Event {
    Exited,
    Cancel(Urgency),
    /// A port cannot go on: the tool would wait for it for ever.
    Trouble,
}

/// Why the event loop ended the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Asked(Stop),
    /// The port knows why.
    Trouble,
}

/// A program with its FIFOs made and the outputs' readers open: ready to start.
#[derive(Debug)]
pub(super) struct Wiring<'a> {
    program: &'a Program<'a>,
    command: Command,
    inputs: Vec<InputPort<'a>>,
    outputs: Vec<OutputPort>,
    /// Each FIFO's path, and the name of its port.
    names: Vec<(PathBuf, String)>,
    exited: Latch,
    /// Dropped after the ports: it removes the FIFOs.
    _dir: FifoDir,
}

/// An output, not yet read.
#[derive(Debug)]
enum OutputPort {
    Fifo(Fifo, File),
    Stdout,
}

impl<'a> Wiring<'a> {
    pub(super) fn new(program: &'a Program<'a>) -> io::Result<Self> {
        let mut dir = FifoDir::default();
        let mut names = program.port_file_names();
        let inputs = program
            .inputs
            .iter()
            .zip(names.by_ref())
            .map(|(input, name)| Ok(InputPort::new(dir.fifo(&name)?, &input.bytes)))
            .collect::<io::Result<Vec<_>>>()?;
        let outputs = program
            .outputs
            .iter()
            .zip(names)
            .map(|(output, name)| match output.by {
                OutputBy::Stdout => Ok(OutputPort::Stdout),
                OutputBy::Fifo => {
                    let fifo = dir.fifo(&name)?;
                    let reader = fifo.open_reader()?;
                    Ok(OutputPort::Fifo(fifo, reader))
                }
            })
            .collect::<io::Result<Vec<_>>>()?;

        let mut command = Command::new(&program.path);
        command.args(program.resolve(
            |index| inputs[index].fifo.path().as_os_str(),
            |index| match &outputs[index] {
                OutputPort::Fifo(fifo, _) => fifo.path().as_os_str(),
                OutputPort::Stdout => "-".as_ref(),
            },
        ));
        command.envs(program.env.iter().map(|(name, value)| (name, value)));
        for name in &program.env_removed {
            command.env_remove(name);
        }
        let input_names = inputs.iter().zip(&program.inputs).map(|(port, input)| (port.fifo.path(), &input.name));
        let output_names = outputs.iter().zip(&program.outputs).filter_map(|(port, output)| match port {
            OutputPort::Fifo(fifo, _) => Some((fifo.path(), &output.name)),
            OutputPort::Stdout => None,
        });
        let names = input_names.chain(output_names).map(|(path, name)| (path.to_owned(), name.clone())).collect();
        Ok(Self { program, command, inputs, outputs, names, exited: Latch::new()?, _dir: dir })
    }

    /// Runs it to its end.
    pub(super) fn run(self) -> Result<Finished, RunError> {
        let Self { program, command, inputs, outputs, names, exited, _dir } = self;
        let mut tool =
            Tool::spawn(command, program.stdin.is_some()).map_err(|error| RunError::spawn(&program.path, error))?;
        let (events, inbox) = mpsc::channel();
        let _subscription = program.cancel.as_ref().map(|cancel| {
            let events = events.clone();
            cancel.subscribe(move |urgency| drop(events.send(Event::Cancel(urgency))))
        });
        let trouble = || drop(events.send(Event::Trouble));
        let stdio = Stdio::of(&mut tool);

        let pid = tool.pid();
        let (ended, results) = thread::scope(|scope| {
            // From here on the tool runs: whatever fails, it is ended and every thread let go.
            let ports = Ports { program, inputs: &inputs, exited: &exited, trouble: &trouble };
            let threads = ports.start(scope, outputs, stdio);
            let waiter = port::spawn(scope, "exit", || {
                wait_for_exit(pid);
                drop(events.send(Event::Exited));
            });
            if threads.is_err() || waiter.is_err() {
                tool.signal(Signal::SIGKILL);
            }
            let ended = if waiter.is_ok() {
                supervise(&tool, program.deadline, &inbox)
            } else {
                wait_for_exit(pid);
                None
            };
            exited.set();
            if ended.is_some() {
                // What it started is not waited for either.
                tool.signal(Signal::SIGKILL);
            }
            // Every one, also after an error: a thread that is not let go is waited for at the scope's end.
            let released = inputs.iter().map(InputPort::release).fold(Ok(()), Result::and);
            (ended, waiter.and(released).and(threads.and_then(Threads::join)))
        });

        let complete = |content: &Content| matches!(content, Content::Complete(_));
        if !results.as_ref().is_ok_and(|results| results.outputs.iter().all(complete)) {
            // Whatever it left behind has no more to give.
            tool.signal(Signal::SIGKILL);
        }
        let status = tool.reap().map_err(RunError::Ports)?;
        let results = results.map_err(RunError::Ports)?;
        let stop = match ended {
            Some(Ended::Asked(stop)) => Some(stop),
            Some(Ended::Trouble) | None => None,
        };
        let output_names = program.outputs.iter().map(|output| output.name.clone());
        Ok(Finished {
            status,
            stop,
            stdout: with_names(results.stdout, &names),
            stderr: with_names(results.stderr, &names),
            outputs: output_names.zip(results.outputs).collect(),
        })
    }
}

/// What a tool prints names a port as the caller does, not by the FIFO's path.
fn with_names(mut printed: Printed, names: &[(PathBuf, String)]) -> Printed {
    for (path, name) in names {
        let path = path.as_os_str().as_bytes();
        if printed.bytes.contains_str(path) {
            printed.bytes = printed.bytes.replace(path, name);
        }
    }
    printed
}

/// Waits for the tool's exit, and ends it when it must be.
fn supervise(tool: &Tool, deadline: Option<Instant>, inbox: &Receiver<Event>) -> Option<Ended> {
    let mut ended = None;
    let mut kill_at: Option<Instant> = None;
    loop {
        let alarm = if ended.is_none() { deadline } else { kill_at };
        let event = match alarm {
            Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
            None => inbox.recv().map_err(RecvTimeoutError::from),
        };
        let why = match event {
            // (Our own sender lives as long as the inbox.)
            Ok(Event::Exited) | Err(RecvTimeoutError::Disconnected) => return ended,
            Ok(Event::Cancel(Urgency::Gently)) => Ended::Asked(Stop::Cancelled),
            Ok(Event::Trouble) => Ended::Trouble,
            Ok(Event::Cancel(Urgency::Now)) => {
                tool.signal(Signal::SIGKILL);
                Ended::Asked(Stop::Cancelled)
            }
            Err(RecvTimeoutError::Timeout) if kill_at.take().is_some() => {
                tool.signal(Signal::SIGKILL);
                continue;
            }
            Err(RecvTimeoutError::Timeout) => Ended::Asked(Stop::TimedOut),
        };
        if ended.is_none() {
            ended = Some(why);
            kill_at = Some(Instant::now() + TERM_GRACE);
            tool.signal(Signal::SIGTERM);
            // A stopped process hears of SIGTERM only when it goes on.
            tool.signal(Signal::SIGCONT);
        }
    }
}

/// The tool's standard streams, our ends.
struct Stdio {
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
}

impl Stdio {
    fn of(tool: &mut Tool) -> Self {
        let child = tool.child();
        Self { stdin: child.stdin.take(), stdout: child.stdout.take(), stderr: child.stderr.take() }
    }
}

/// What every port's thread needs.
struct Ports<'scope> {
    program: &'scope Program<'scope>,
    inputs: &'scope [InputPort<'scope>],
    exited: &'scope Latch,
    trouble: &'scope (dyn Fn() + Sync),
}

type Handle<'scope, T> = ScopedJoinHandle<'scope, io::Result<T>>;

/// The threads that give a result.
struct Threads<'scope> {
    stdin: Option<Handle<'scope, ()>>,
    outputs: Vec<Handle<'scope, Content>>,
    stdout: Option<Handle<'scope, Printed>>,
    stderr: Option<Handle<'scope, Printed>>,
}

/// What they gave.
struct Results {
    outputs: Vec<Content>,
    stdout: Printed,
    stderr: Printed,
}

impl<'scope> Ports<'scope> {
    fn start(
        self,
        scope: &'scope Scope<'scope, '_>,
        outputs: Vec<OutputPort>,
        mut stdio: Stdio,
    ) -> io::Result<Threads<'scope>> {
        let Self { program, inputs, exited, trouble } = self;
        for input in inputs {
            input.start(scope, exited, trouble)?;
        }
        let feed = stdio.stdin.zip(program.stdin.as_deref());
        let feed = feed.map(|(pipe, bytes)| port::spawn(scope, "stdin", || port::write_all(pipe, bytes, exited)));
        let outputs = outputs.into_iter().map(|output| {
            let stdout = if matches!(output, OutputPort::Stdout) { stdio.stdout.take() } else { None };
            port::spawn(scope, "output", move || {
                let content = match (output, stdout) {
                    (OutputPort::Fifo(fifo, reader), _) => port::read_fifo(&fifo, reader, program.output_limit, exited),
                    (OutputPort::Stdout, Some(pipe)) => port::read_pipe(pipe, program.output_limit, exited),
                    (OutputPort::Stdout, None) => Ok(Content::Unopened),
                };
                if !matches!(content, Ok(Content::Complete(_) | Content::Unopened | Content::HeldOpen)) {
                    trouble();
                }
                content
            })
        });
        let outputs = outputs.collect::<io::Result<_>>()?;
        let printed = |pipe: Option<std::os::fd::OwnedFd>| {
            pipe.map(|pipe| port::spawn(scope, "printed", move || port::read_printed(pipe, PRINTED_LIMIT, exited)))
                .transpose()
        };
        Ok(Threads {
            stdin: feed.transpose()?,
            outputs,
            stdout: printed(stdio.stdout.map(Into::into))?,
            stderr: printed(stdio.stderr.map(Into::into))?,
        })
    }
}

impl Threads<'_> {
    /// Waits for all of them, also after an error.
    fn join(self) -> io::Result<Results> {
        let stdin = self.stdin.map(join).transpose();
        let outputs: Vec<_> = self.outputs.into_iter().map(join).collect();
        let stdout = self.stdout.map(join).transpose();
        let stderr = self.stderr.map(join).transpose();
        stdin?;
        Ok(Results {
            outputs: outputs.into_iter().collect::<io::Result<_>>()?,
            stdout: stdout?.unwrap_or_default(),
            stderr: stderr?.unwrap_or_default(),
        })
    }
}

fn join<T>(handle: Handle<'_, T>) -> io::Result<T> {
    handle.join().unwrap_or_else(|_| Err(io::Error::other("a port's thread panicked")))
}
