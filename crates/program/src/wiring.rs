//! One run of a program, from the ports to the results: wiring, starting, supervising.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;

use nix::sys::signal::Signal;

use super::argument::{InPort, OutPort, Port};
use super::child::{Child, Kinds, Streams};
use super::circle::Circle;
use super::dir::PortDir;
use super::exit::Exit;
use super::fifo::Fifo;
use super::finished::with_names;
use super::input::Inputs;
use super::news::News;
use super::output::{self, Outputs};
use super::port::{Feed, of_port};
use super::printed::{Printed, Printing};
use super::sandbox::Confinement;
use super::supervise::{Supervised, Supervisor};
use super::system::{Launch, OnTime};
use super::{Finished, OutputBy, Program, RunError, Stop};

/// A program with its ports created, ready to start.
#[derive(Debug)]
pub(super) struct Wiring<'a> {
    program: &'a Program<'a>,
    command: Launch<'a>,
    inputs: Inputs<'a>,
    outputs: Outputs<'a>,
    /// Each port's path and name.
    names: Vec<(PathBuf, String)>,
    news: Arc<News>,
    /// Dropped after the ports: it removes them.
    dir: PortDir,
}

/// Why a run ends before its start.
#[derive(Debug)]
pub(super) enum Unwired {
    Failed(io::Error),
    Stopped(Stop),
}

impl From<io::Error> for Unwired {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl<'a> Wiring<'a> {
    pub(super) fn new(program: &'a Program<'a>) -> Result<Self, Unwired> {
        // There may be thousands of ports.
        let on_time = || program.until.over().map_or(Ok(()), |stop| Err(Unwired::Stopped(stop)));
        let mut dir = if program.seekable { PortDir::of_files() } else { PortDir::of_fifos() };
        let mut file_names = program.port_file_names();
        let (mut paths, mut fifos) = (Vec::new(), Vec::new());
        for (input, file_name) in program.inputs.iter().zip(file_names.by_ref()) {
            on_time()?;
            let path = dir.port(&file_name)?;
            if program.seekable {
                write_file(&path, &input.bytes).map_err(of_port(&input.name))?;
            } else {
                let fifo = Fifo::make(path.clone()).map_err(of_port(&input.name))?;
                fifos.push((&*input.name, fifo, &*input.bytes));
            }
            paths.push(path);
        }
        let inputs = Inputs::new(fifos);
        let mut outputs = Outputs::new(program.limits.output)?;
        for (output, file_name) in program.outputs.iter().zip(file_names) {
            on_time()?;
            match output.by {
                OutputBy::Stdout => outputs.add(&output.name, output::Port::Stdout),
                OutputBy::Path if program.seekable => {
                    outputs.add(&output.name, output::Port::File(dir.port(&file_name)?));
                }
                OutputBy::Path => {
                    let path = dir.port(&file_name)?;
                    let made = Fifo::make(path).and_then(|fifo| outputs.add_fifo(&output.name, fifo));
                    made.map_err(of_port(&output.name))?;
                }
            }
        }

        let path = |port| match port {
            Port::In(InPort(index)) => paths[index].as_os_str(),
            Port::Out(OutPort(index)) => match outputs.port(index) {
                output::Port::Fifo(fifo, _) => fifo.path().as_os_str(),
                output::Port::File(path) => path.as_os_str(),
                // It has no argument, so nothing names it.
                output::Port::Stdout => OsStr::new("-"),
            },
        };
        let command = Launch {
            program: program.path.as_os_str(),
            arguments: program.resolve(path).collect(),
            env: &program.env,
            env_removed: &program.env_removed,
        };
        let output_names = program.outputs.iter().enumerate().filter(|(_, output)| output.by == OutputBy::Path);
        let output_names =
            output_names.map(|(index, output)| (path(Port::Out(OutPort(index))).into(), output.name.clone()));
        let output_names: Vec<_> = output_names.collect();
        let input_names = program.inputs.iter().map(|input| input.name.clone());
        let names = paths.into_iter().zip(input_names).chain(output_names).collect();
        Ok(Self { program, command, inputs, outputs, names, news: Arc::new(News::new()?), dir })
    }

    /// Runs it to its end.
    pub(super) fn run(self) -> Result<Finished, RunError> {
        // Bindings are dropped in reverse order, so `dir` is dropped last.
        let Self { dir, program, command, mut inputs, mut outputs, names, news } = self;
        let confinement =
            program.sandbox.as_ref().map(|sandbox| Confinement::new(sandbox, dir.path(), program.seekable));
        let confinement = confinement.transpose().map_err(RunError::Sandbox)?;
        let kinds = Kinds { feed: program.stdin.is_some(), one_stream: program.one_stream && !outputs.has_stdout() };
        let (tool, streams) = Child::spawn(command, kinds, &program.limits, confinement)
            .map_err(|error| RunError::Spawn(program.path.clone(), error))?;
        let told = Arc::clone(&news);
        let _subscription = program.until.cancel.subscribe(move |urgency| told.tell(urgency));
        // The tool runs from here on. If anything fails, it is stopped.
        let results = supervise(program, &tool, streams, &news, &mut inputs, &mut outputs).and_then(|supervised| {
            inputs.release();
            let contents = outputs.finish(&program.until)?;
            Ok((supervised, contents))
        });
        // Processes that it left behind have nothing more to give, even if it succeeded.
        tool.signal(Signal::SIGKILL);
        let status = tool.reap().map_err(RunError::Ports)?;
        let (Supervised { stop, misuse, stdout, stderr }, (contents, late)) = results.map_err(RunError::Ports)?;
        let stop = stop.or(late);
        let status = match status {
            Some(status) => status,
            // It was ended, and how does not matter.
            None if stop.is_some() || misuse.is_some() => ExitStatus::from_raw(Signal::SIGKILL as i32),
            None => return Err(RunError::UnknownStatus(program.path.clone())),
        };
        let outputs = program.outputs.iter().zip(contents).map(|(output, content)| (output.name.clone(), content));
        let printed = |printed: Printed| Printed { bytes: with_names(printed.bytes, &names), ..printed };
        let (stdout, stderr) = (printed(stdout), printed(stderr));
        let limits = program.limits;
        Ok(Finished { status, stop, outputs: outputs.collect(), stdout, stderr, limits, misuse, names })
    }
}

fn supervise<'a>(
    program: &'a Program<'a>,
    tool: &Child,
    streams: Streams,
    news: &News,
    inputs: &mut Inputs<'a>,
    outputs: &mut Outputs<'a>,
) -> io::Result<Supervised> {
    let exited = Exit::of(tool.pid())?;
    let Streams { stdin, mut stdout, stderr } = streams;
    if outputs.has_stdout() {
        outputs.begin(stdout.take())?;
    }
    let stdin = stdin.zip(program.stdin.as_deref()).map(|(pipe, bytes)| Feed::new(pipe, bytes)).transpose()?;
    let printing = [Printing::new(stdout)?, Printing::new(stderr)?];
    // After the start of the tool, which would inherit it.
    let _on_time = OnTime::new();
    inputs.begin();
    let deadline = program.until.deadline;
    let circle = program.reads_no_output.then(Circle::new);
    Supervisor { tool, deadline, news, exited: &exited, inputs, outputs, stdin, printing, circle }.run()
}

/// Makes a file that only this user can read.
fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)
}
