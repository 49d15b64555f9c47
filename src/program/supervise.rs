//! One run of a program as one event loop: its exit, its ports, cancelling and the deadline, and one verdict.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use bstr::ByteSlice;
use nix::sys::signal::Signal;

use super::argument::Index;
use super::child::{Tool, wait_for_exit};
use super::fifo::{Fifo, FifoDir};
use super::input::{Inputs, LOOK, Service};
use super::latch::Latch;
use super::output::{self, Content, ReadOutput};
use super::port;
use super::printed::{Printed, read_printed};
use super::sandbox::Confinement;
use super::watch::Watch;
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
    inputs: Inputs<'a>,
    outputs: Vec<OutputPort>,
    watch: Option<Watch>,
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

impl OutputPort {
    fn fifo(&self) -> Option<&Fifo> {
        match self {
            Self::Fifo(fifo, _) => Some(fifo),
            Self::Stdout => None,
        }
    }
}

impl<'a> Wiring<'a> {
    pub(super) fn new(program: &'a Program<'a>) -> io::Result<Self> {
        let mut dir = FifoDir::default();
        let mut names = program.port_file_names();
        let inputs = program.inputs.iter().zip(names.by_ref());
        let inputs = inputs.map(|(input, name)| Ok((dir.fifo(&name)?, &*input.bytes)));
        let inputs = Inputs::new(inputs.collect::<io::Result<Vec<_>>>()?);
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
        command.args(program.resolve(|port| match port {
            Index::Input(index) => inputs.fifo(index).path().as_os_str(),
            // (Nothing names standard output: it is no argument.)
            Index::Output(index) => outputs[index].fifo().map_or(OsStr::new("-"), |fifo| fifo.path().as_os_str()),
        }));
        command.envs(program.env.iter().map(|(name, value)| (name, value)));
        for name in &program.env_removed {
            command.env_remove(name);
        }
        let fifos = || outputs.iter().filter_map(OutputPort::fifo);
        let watched = fifos().next().is_some() && !program.opens_once;
        let watch = if watched { Watch::new(fifos()) } else { None };
        let input_names = inputs.fifos().zip(&program.inputs).map(|(fifo, input)| (fifo.path(), &input.name));
        let output_names = outputs.iter().zip(&program.outputs);
        let output_names = output_names.filter_map(|(port, output)| Some((port.fifo()?.path(), &output.name)));
        let names = input_names.chain(output_names).map(|(path, name)| (path.to_owned(), name.clone())).collect();
        Ok(Self { program, command, inputs, outputs, watch, names, exited: Latch::new()?, _dir: dir })
    }

    /// Runs it to its end.
    pub(super) fn run(self) -> Result<Finished, RunError> {
        let Self { program, command, inputs, outputs, watch, names, exited, _dir } = self;
        let fifo_outputs: Vec<_> = outputs.iter().map(|output| output.fifo().is_some()).collect();
        let ports = names.first().and_then(|(path, _)| path.parent());
        let confinement = program.sandbox.as_ref().map(|sandbox| Confinement::new(sandbox, ports));
        let confinement = confinement.transpose().map_err(RunError::Sandbox)?;
        let mut tool = Tool::spawn(command, program.stdin.is_some(), &program.limits, confinement)
            .map_err(|error| RunError::spawn(&program.path, error))?;
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
            let service = Service { inputs: &inputs, exited: &exited, trouble: &trouble };
            service.start(scope);
            let threads = Threads::start(scope, program, outputs, stdio, service);
            let waiter = port::spawn(scope, "exit", || {
                wait_for_exit(pid);
                drop(events.send(Event::Exited));
            });
            if threads.is_err() || waiter.is_err() {
                tool.signal(Signal::SIGKILL);
            }
            let ended = if waiter.is_ok() {
                let look = || service.look(scope);
                Supervisor { tool: &tool, deadline: program.deadline, ended: None, kill_at: None }.run(&inbox, look)
            } else {
                wait_for_exit(pid);
                None
            };
            exited.set();
            if ended.is_some() {
                // What it started is not waited for either.
                tool.signal(Signal::SIGKILL);
            }
            // The inputs last: a process that the tool left behind with an output open may still open one, and an
            // input that is released looks empty to it.
            let joined = threads.and_then(Threads::join);
            // Also after an error: a thread that is not let go is waited for at the scope's end.
            let released = inputs.release();
            (ended, waiter.and(released).and(joined))
        });
        let results = results.and_then(|results| results.given(watch.as_ref(), &fifo_outputs));

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
        let outputs = program.outputs.iter().zip(results.outputs).map(|(output, content)| match (output.by, content) {
            (OutputBy::Stdout, Content::Complete(bytes)) => {
                (output.name.clone(), Content::Complete(with_names(bytes, &names)))
            }
            (_, content) => (output.name.clone(), content),
        });
        let printed = |printed: Printed| Printed { bytes: with_names(printed.bytes, &names), ..printed };
        Ok(Finished {
            status,
            stop,
            outputs: outputs.collect(),
            stdout: printed(results.stdout),
            stderr: printed(results.stderr),
            limits: program.limits,
        })
    }
}

/// What a tool prints names a port as the caller does, not by the FIFO's path.
fn with_names(mut text: Vec<u8>, names: &[(PathBuf, String)]) -> Vec<u8> {
    for (path, name) in names {
        let path = path.as_os_str().as_bytes();
        if text.contains_str(path) {
            text = text.replace(path, name);
        }
    }
    text
}

/// Waits for the tool's exit, and ends it when it must be.
struct Supervisor<'a> {
    tool: &'a Tool,
    deadline: Option<Instant>,
    ended: Option<Ended>,
    /// When SIGTERM has had its time.
    kill_at: Option<Instant>,
}

impl Supervisor<'_> {
    /// The event loop. `look` is called now and then: see [`Service::look`].
    fn run(mut self, inbox: &Receiver<Event>, mut look: impl FnMut() -> Option<bool>) -> Option<Ended> {
        let [soon, seldom] = LOOK;
        let mut pause = soon;
        let mut look_at = Instant::now() + pause;
        loop {
            let alarm = if self.ended.is_none() { self.deadline } else { self.kill_at };
            let until = alarm.map_or(look_at, |alarm| alarm.min(look_at));
            match inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
                // (Our own sender lives as long as the inbox.)
                Ok(Event::Exited) | Err(RecvTimeoutError::Disconnected) => return self.ended,
                Ok(Event::Cancel(Urgency::Gently)) => self.end(Ended::Asked(Stop::Cancelled)),
                Ok(Event::Cancel(Urgency::Now)) => {
                    self.end(Ended::Asked(Stop::Cancelled));
                    self.tool.signal(Signal::SIGKILL);
                }
                Ok(Event::Trouble) => self.end(Ended::Trouble),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            if alarm.is_some_and(|alarm| alarm <= now) {
                if self.kill_at.take().is_some() {
                    self.tool.signal(Signal::SIGKILL);
                } else {
                    self.end(Ended::Asked(Stop::TimedOut));
                }
            }
            if look_at <= now {
                pause = if look() == Some(true) { soon } else { (pause * 2).min(seldom) };
                look_at = now + pause;
            }
        }
    }

    fn end(&mut self, why: Ended) {
        if self.ended.is_none() {
            self.ended = Some(why);
            self.kill_at = Some(Instant::now() + TERM_GRACE);
            self.tool.signal(Signal::SIGTERM);
            // A stopped process hears of SIGTERM only when it goes on.
            self.tool.signal(Signal::SIGCONT);
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

type Handle<'scope, T> = ScopedJoinHandle<'scope, io::Result<T>>;

/// The threads that give a result.
struct Threads<'scope> {
    stdin: Option<Handle<'scope, ()>>,
    outputs: Vec<Handle<'scope, ReadOutput>>,
    stdout: Option<Handle<'scope, Printed>>,
    stderr: Option<Handle<'scope, Printed>>,
}

/// What they gave.
struct Results<Output> {
    outputs: Vec<Output>,
    stdout: Printed,
    stderr: Printed,
}

impl<'scope> Threads<'scope> {
    fn start(
        scope: &'scope Scope<'scope, '_>,
        program: &'scope Program<'scope>,
        outputs: Vec<OutputPort>,
        mut stdio: Stdio,
        service: Service<'scope>,
    ) -> io::Result<Self> {
        let Service { exited, trouble, .. } = service;
        let limit = program.limits.output;
        let feed = stdio.stdin.zip(program.stdin.as_deref());
        let feed = feed.map(|(pipe, bytes)| port::spawn(scope, "stdin", || port::write_all(pipe, bytes, exited)));
        let outputs = outputs.into_iter().map(|output| {
            let stdout = if matches!(output, OutputPort::Stdout) { stdio.stdout.take() } else { None };
            port::spawn(scope, "output", move || {
                let read = match (output, stdout) {
                    (OutputPort::Fifo(fifo, reader), _) => output::read_fifo(&fifo, reader, limit, exited),
                    (OutputPort::Stdout, Some(pipe)) => output::read_pipe(pipe, limit, exited),
                    // It is taken already: standard output can be one output only.
                    (OutputPort::Stdout, None) => Ok(ReadOutput::unopened()),
                };
                // A reader that gave up: the tool would wait for it for ever.
                if !read.as_ref().is_ok_and(|read| read.content != Content::TooLarge) {
                    trouble();
                }
                read
            })
        });
        let outputs = outputs.collect::<io::Result<_>>()?;
        let printed = |pipe: Option<OwnedFd>| {
            pipe.map(|pipe| port::spawn(scope, "printed", move || read_printed(pipe, PRINTED_LIMIT, exited)))
                .transpose()
        };
        Ok(Self {
            stdin: feed.transpose()?,
            outputs,
            stdout: printed(stdio.stdout.map(Into::into))?,
            stderr: printed(stdio.stderr.map(Into::into))?,
        })
    }

    /// Waits for all of them, also after an error.
    fn join(self) -> io::Result<Results<ReadOutput>> {
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

impl Results<ReadOutput> {
    /// With what the watch knows of the outputs that are FIFOs.
    fn given(self, watch: Option<&Watch>, is_fifo: &[bool]) -> io::Result<Results<Content>> {
        let mut closes = watch.map_or(Ok(Vec::new()), Watch::closes)?.into_iter();
        let outputs = self.outputs.into_iter().zip(is_fifo).map(|(read, is_fifo)| {
            let closes = if *is_fifo { closes.next() } else { None };
            read.given(closes.unwrap_or(1))
        });
        Ok(Results { outputs: outputs.collect(), stdout: self.stdout, stderr: self.stderr })
    }
}

fn join<T>(handle: Handle<'_, T>) -> io::Result<T> {
    handle.join().unwrap_or_else(|_| Err(io::Error::other("a port's thread panicked")))
}
