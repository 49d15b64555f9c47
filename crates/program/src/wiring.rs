//! One run of a program, from the FIFOs to the results: wiring, starting, waiting and joining.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

use nix::sys::signal::Signal;

use super::argument::{InPort, OutPort, Port};
use super::child::{Child, Kinds, Streams};
use super::exit::{Exit, wait_for_exit};
use super::fifo::{Fifo, FifoDir};
use super::finished::with_names;
use super::input::{Inputs, Service};
use super::news::{Event, News};
use super::output::{self, Content, WithRuns};
use super::port;
use super::printed::{Printed, Printing};
use super::sandbox::Confinement;
use super::supervise::{Ended, Supervised, Supervisor};
use super::system::{Launch, Watch};
use super::threads;
use super::{Finished, OutputBy, Program, RunError};

/// A program with its FIFOs created and the outputs' readers open, ready to start.
#[derive(Debug)]
pub(super) struct Wiring<'a> {
    program: &'a Program<'a>,
    command: Launch<'a>,
    inputs: Inputs<'a>,
    outputs: Vec<Reading>,
    watch: Option<Watch>,
    /// Each FIFO's path, and the name of its port.
    names: Vec<(PathBuf, String)>,
    news: Arc<News>,
    /// Dropped after the ports: it removes the FIFOs.
    _dir: FifoDir,
}

/// An output, not yet read.
#[derive(Debug)]
enum Reading {
    Fifo(Fifo, File),
    Stdout,
}

impl Reading {
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
        let inputs = Inputs::new(inputs.collect::<io::Result<Vec<_>>>()?, program.opens_once);
        let outputs = program
            .outputs
            .iter()
            .zip(names)
            .map(|(output, name)| match output.by {
                OutputBy::Stdout => Ok(Reading::Stdout),
                OutputBy::Fifo => {
                    let fifo = dir.fifo(&name)?;
                    let reader = fifo.open_reader()?;
                    Ok(Reading::Fifo(fifo, reader))
                }
            })
            .collect::<io::Result<Vec<_>>>()?;

        let arguments = program.resolve(|port| match port {
            Port::In(InPort(index)) => inputs.fifo(index).path().as_os_str(),
            // Standard output has no argument, so nothing names it.
            Port::Out(OutPort(index)) => outputs[index].fifo().map_or(OsStr::new("-"), |fifo| fifo.path().as_os_str()),
        });
        let command = Launch {
            program: program.path.as_os_str(),
            arguments: arguments.collect(),
            env: &program.env,
            env_removed: &program.env_removed,
        };
        let fifos = || outputs.iter().filter_map(Reading::fifo);
        let watched = fifos().next().is_some() && !program.opens_once;
        let watch = if watched { Watch::new(fifos()) } else { None };
        let input_names = inputs.fifos().zip(&program.inputs).map(|(fifo, input)| (fifo.path(), &input.name));
        let output_names = outputs.iter().zip(&program.outputs);
        let output_names = output_names.filter_map(|(port, output)| Some((port.fifo()?.path(), &output.name)));
        let names = input_names.chain(output_names).map(|(path, name)| (path.to_owned(), name.clone())).collect();
        Ok(Self { program, command, inputs, outputs, watch, names, news: Arc::new(News::new()?), _dir: dir })
    }

    /// Runs it to its end.
    pub(super) fn run(self) -> Result<Finished, RunError> {
        // (What is named first is dropped last.)
        let Self { _dir, program, command, inputs, outputs, watch, names, news } = self;
        let fifo_outputs: Vec<_> = outputs.iter().map(|output| output.fifo().is_some()).collect();
        let ports = names.first().and_then(|(path, _)| path.parent());
        let confinement = program.sandbox.as_ref().map(|sandbox| Confinement::new(sandbox, ports));
        let confinement = confinement.transpose().map_err(RunError::Sandbox)?;
        let one_stream = program.one_stream && fifo_outputs.iter().all(|is_fifo| *is_fifo);
        let kinds = Kinds { feed: program.stdin.is_some(), one_stream };
        let (tool, mut streams) = Child::spawn(command, kinds, &program.limits, confinement)
            .map_err(|error| RunError::Spawn(program.path.clone(), error))?;
        let exited = match Exit::of(tool.pid()) {
            Ok(exited) => exited,
            Err(error) => {
                tool.signal(Signal::SIGKILL);
                return Err(RunError::Ports(tool.reap().err().unwrap_or(error)));
            }
        };
        let told = Arc::clone(&news);
        let _subscription = program.until.cancel.subscribe(move |urgency| told.tell(Event::Cancel(urgency)));
        let trouble = || news.tell(Event::Trouble);

        let results = thread::scope(|scope| {
            // From here on the tool runs: whatever fails, it is ended and every thread let go.
            let service = Service { inputs: &inputs, exited: &exited, trouble: &trouble };
            service.start(scope);
            let supervise = || {
                let threads = Threads::start(scope, program, outputs, &mut streams, service)?;
                let printing = [Printing::new(streams.stdout)?, Printing::new(streams.stderr)?];
                let supervisor = Supervisor {
                    tool: &tool,
                    deadline: program.until.deadline,
                    news: &news,
                    exited: &exited,
                    printing,
                };
                Ok((threads, supervisor.run(|| service.look(scope))?))
            };
            let supervised = supervise();
            if supervised.is_err() {
                tool.signal(Signal::SIGKILL);
            }
            let gone = wait_for_exit(&exited);
            // The inputs last: a process that the tool left behind with an output open may still open one, and an
            // input that is released looks empty to it.
            let results = supervised.and_then(|(threads, supervised)| Ok((supervised, threads.join()?)));
            // Also after an error: a thread that is not let go is waited for at the scope's end.
            inputs.release().and(gone).and(results)
        });
        let results =
            results.and_then(|(supervised, read)| Ok((supervised, given(read, watch.as_ref(), &fifo_outputs)?)));

        let complete = |content: &Content| matches!(content, Content::Complete(_));
        if !results.as_ref().is_ok_and(|(_, contents)| contents.iter().all(complete)) {
            // Processes that it left behind have nothing more to give.
            tool.signal(Signal::SIGKILL);
        }
        let status = tool.reap().map_err(RunError::Ports)?;
        let (Supervised { ended, stdout, stderr }, contents) = results.map_err(RunError::Ports)?;
        let stop = match ended {
            Some(Ended::Asked(stop)) => Some(stop),
            Some(Ended::Trouble) | None => None,
        };
        let outputs = program.outputs.iter().zip(contents).map(|(output, content)| (output.name.clone(), content));
        let printed = |printed: Printed| Printed { bytes: with_names(printed.bytes, &names), ..printed };
        let (stdout, stderr) = (printed(stdout), printed(stderr));
        Ok(Finished { status, stop, outputs: outputs.collect(), stdout, stderr, limits: program.limits, names })
    }
}

type PortThread<'scope, T> = ScopedJoinHandle<'scope, io::Result<T>>;

/// The threads that return a result.
struct Threads<'scope> {
    stdin: Option<PortThread<'scope, ()>>,
    outputs: Vec<PortThread<'scope, WithRuns>>,
}

impl<'scope> Threads<'scope> {
    fn start(
        scope: &'scope Scope<'scope, '_>,
        program: &'scope Program<'scope>,
        outputs: Vec<Reading>,
        streams: &mut Streams,
        service: Service<'scope>,
    ) -> io::Result<Self> {
        let Service { exited, trouble, .. } = service;
        let limit = program.limits.output;
        let feed = streams.stdin.take().zip(program.stdin.as_deref());
        let feed = feed.map(|(pipe, bytes)| threads::spawn(scope, "stdin", || port::write_all(pipe, bytes, exited)));
        let outputs = outputs.into_iter().map(|output| {
            let stdout = if matches!(output, Reading::Stdout) { streams.stdout.take() } else { None };
            threads::spawn(scope, "output", move || {
                let (read, fifo) = match (output, stdout) {
                    (Reading::Fifo(fifo, reader), _) => (output::read_fifo(&fifo, reader, limit, exited), Some(fifo)),
                    (Reading::Stdout, Some(pipe)) => (output::read_pipe(pipe, limit, exited), None),
                    // It has been taken already: standard output can only be one output.
                    (Reading::Stdout, None) => (Ok((Content::Unopened, None)), None),
                };
                // The reader gave up, so the tool would wait for it forever.
                if !read.as_ref().is_ok_and(|(content, _)| *content != Content::TooLarge) {
                    trouble();
                    // If the FIFO were removed, the tool's next open would create a file on disk.
                    wait_for_exit(exited)?;
                }
                drop(fifo);
                read
            })
        });
        let outputs = outputs.collect::<io::Result<_>>()?;
        Ok(Self { stdin: feed.transpose()?, outputs })
    }

    /// Waits for all of them, also after an error.
    fn join(self) -> io::Result<Vec<WithRuns>> {
        let stdin = self.stdin.map(join).transpose();
        let outputs: Vec<_> = self.outputs.into_iter().map(join).collect();
        stdin?;
        outputs.into_iter().collect()
    }
}

/// What the outputs hold, with what the watch knows of those that are FIFOs.
fn given(read: Vec<WithRuns>, watch: Option<&Watch>, is_fifo: &[bool]) -> io::Result<Vec<Content>> {
    let mut closes = watch.map_or(Ok(Vec::new()), Watch::closes)?.into_iter();
    let outputs = read
        .into_iter()
        .zip(is_fifo)
        .map(|(read, is_fifo)| output::checked(read, if *is_fifo { closes.next() } else { None }));
    Ok(outputs.collect())
}

fn join<T>(handle: PortThread<'_, T>) -> io::Result<T> {
    handle.join().unwrap_or_else(|_| Err(io::Error::other("a port's thread panicked")))
}
