//! `rgbpipe exec`: any file-based program, over named pipes or on files in memory.

mod plan;
pub(crate) mod template;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use bstr::ByteSlice;
use rgbpipe::program::{Content, Finished, Part, Program};
use rgbpipe::{Stop, Until};

use self::plan::ExecPlan;
use self::template::Fragment;
use crate::cli;
use crate::ending::Ending;
use crate::outputs::artifact::{Artifact, Member};
use crate::outputs::kind::Kind;
use crate::outputs::sink::Sink;
use crate::outputs::write::write;
use crate::process::interrupt::interruptible;
use crate::process::signals;
use crate::process::standard_streams::{is_stdin, read_stdin};
use crate::show::command_line::command_line;
use crate::show::printed;
use crate::show::stderr;

/// Texts that programs print if they get a pipe but need a file: those of the C library, Python, gzip and xz, binutils,
/// of programs for zip archives, and of those that do not wait in an open.
const DISLIKE_OF_PIPES: [&str; 9] = [
    "llegal seek",
    "not seekable",
    "regular file",
    "ordinary file",
    "not a zip file",
    "End-of-central-directory",
    "Resource temporarily unavailable",
    // The system's words when somebody truncates or maps a pipe.
    "Invalid argument",
    "No such device",
];

pub(crate) fn run(args: cli::Exec) -> Result<(), Ending> {
    let plan = ExecPlan::new(args)?;
    signals::cancellable(|cancel| {
        let until = Until { cancel: cancel.clone(), deadline: plan.deadline };
        carry_out(plan, &until)
    })
}

fn carry_out(plan: ExecPlan, until: &Until) -> Result<(), Ending> {
    stderr::ends_with(until);
    let mut inputs = BTreeMap::new();
    let files: Vec<_> = plan.inputs.iter().map(|input| input.file.clone()).collect();
    // One thread for all of them: a thread for each takes longer than the reading.
    let contents =
        interruptible(until, move || files.iter().map(|file| read(file)).collect::<anyhow::Result<Vec<_>>>())?;
    inputs.extend(plan.inputs.iter().map(|input| &input.name).zip(contents));
    if let Some(argv) = &plan.shown {
        stderr::print(&command_line(argv));
    }
    let mut program = program(&plan, &inputs).until(until);
    // The program's output is passed on completely if nothing else goes to standard output. The two are never mixed.
    let passes_stdout = !plan.sinks.iter().any(|(_, sink)| sink.is_stdout());
    let stdout = passes_stdout.then(|| program.add_output_on_stdout("standard output"));
    let mut finished = program.run().map_err(anyhow::Error::from)?;
    let verdict = finished.verdict();

    let mut text = printed::whole(&finished.stdout, &plan.program.display());
    text.extend(printed::whole(&finished.stderr, &plan.program.display()));
    if !stderr::pass(&text) {
        return Err(until.over().unwrap_or(Stop::TimedOut).into());
    }

    let mut outputs = Vec::new();
    let printed = stdout.and_then(|stdout| finished.take(stdout));
    if let Some(bytes) = printed
        && finished.stop.is_none()
        && !bytes.is_empty()
    {
        let is_text = bytes.to_str().is_ok_and(|text| !text.contains('\0'));
        let bytes = if is_text { finished.with_port_names(bytes) } else { bytes };
        // Even if the program failed: diff(1) has much to print then.
        outputs.push((Sink::at(Path::new("-"))?, Artifact::Bytes(Arc::new(bytes))));
    }
    match verdict {
        Ok(()) => {
            outputs.extend(written(plan.sinks, finished, plan.mtime));
            write(outputs, until)
        }
        Err(verdict) => {
            write(outputs, until)?;
            let has_pipes = !plan.seekable && (!plan.inputs.is_empty() || !plan.outputs.is_empty());
            let dislikes_pipes =
                has_pipes && DISLIKE_OF_PIPES.iter().any(|words| finished.stderr.bytes.contains_str(words));
            Err(Ending::Program { program: plan.program, verdict, has_pipes, dislikes_pipes })
        }
    }
}

/// The program, with the ports in its arguments.
fn program<'a>(plan: &ExecPlan, inputs: &'a BTreeMap<&String, Vec<u8>>) -> Program<'a> {
    let mut program = Program::new(&plan.program).limits(plan.limits).sandbox(plan.sandbox.clone());
    if plan.seekable {
        program = program.seekable();
    }
    let mut files = BTreeMap::new();
    let outputs: BTreeMap<_, _> = plan.outputs.iter().map(|name| (name, program.add_output(name))).collect();
    for argument in &plan.arguments {
        let parts = argument.iter().map(|piece| match piece {
            Fragment::Text(text) => Part::Text(text.clone()),
            Fragment::Name(name) => match inputs.get(name) {
                Some(bytes) if plan.seekable => {
                    (*files.entry(name).or_insert_with(|| program.add_input(name, bytes))).into()
                }
                // Each use of the name gets its own pipe, because a program may have several of them open at once.
                Some(bytes) => program.add_input(name, bytes).into(),
                None => outputs[name].into(),
            },
        });
        let parts: Vec<_> = parts.collect();
        program = program.arg_of(parts);
    }
    program
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    if is_stdin(path) {
        read_stdin()
    } else {
        fs::read(path).with_context(|| format!("cannot read {}", path.display()))
    }
}

/// Pairs each destination with its content.
fn written(sinks: Vec<(Kind, Sink)>, finished: Finished, mtime: u64) -> Vec<(Sink, Artifact)> {
    let members = finished.outputs.into_iter().filter_map(|(name, content)| match content {
        Content::Complete(bytes) => Some(Member { kind: Kind::Output(name.clone()), name, bytes: Arc::new(bytes) }),
        _ => None,
    });
    let members: Vec<_> = members.collect();
    let by_name: HashMap<_, _> = members.iter().map(|member| (&member.name, &member.bytes)).collect();
    let artifact = |kind| match kind {
        Kind::Output(wanted) => by_name.get(&wanted).map(|bytes| Artifact::Bytes(Arc::clone(bytes))),
        Kind::Tar => Some(Artifact::Tar { members: members.clone(), mtime }),
        _ => None,
    };
    sinks.into_iter().filter_map(|(kind, sink)| Some((sink, artifact(kind)?))).collect()
}
