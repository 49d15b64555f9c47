//! A tool that does what its script says, and logs each step. In the tests it stands in for `rgbasm`, `rgblink`,
//! `rgbfix` or any other program.
//!
//! The script is in the variable `FAKE_TOOL`, so that the arguments can be those of the tool it stands in for. Without
//! that variable it succeeds and does nothing, as `cargo test` runs it. Steps are separated by `;` or newlines. PORT is
//! the number of an argument, the option before it (`-o`), `last`, or `dir`, the directory of the first; after a dot
//! comes what to append to the path (`1.old`). H is a name for an open file; `stdin`, `stdout`
//! and `stderr` are open.
//!
//! ```text
//! r H PORT, w H PORT      open for reading, or as a fresh file (O_WRONLY|O_CREAT|O_TRUNC)
//! a H PORT                open for appending (O_WRONLY|O_CREAT|O_APPEND)
//! read H N|all [CHUNK]    read so many bytes, or to the end; CHUNK bytes at a time
//! write H LEN SEED [CHUNK]  write `bytes::pattern`
//! text H TEXT...          write text
//! copy H TO [CHUNK]       read to the end, and write it
//! forever H               write until something ends it
//! close H                 the log tells what was read since it was opened
//! exit N, raise SIGNAL, ignore SIGNAL, pause MILLISECONDS
//! gate PATH               wait until a FIFO of the test's was opened by it and closed again
//! linger SECONDS [setsid]  leave a process that has all open files, and go on
//! leave [setsid]          leave a process that does the rest of the script, and end well
//! delegate                have the rest done by a child, and end as it ended
//! fork                    go on as two
//! orphaned                wait until the process that this one was forked from is gone
//! traced                  leave a process in a session of its own that traces this one
//! unlink PORT, replace PORT TEXT   remove the file, or rename a regular file onto it
//! chmod PORT MODE, rename PORT PORT, link PORT PORT, exchange PORT PORT
//! put PORT file|symlink|socket|directory   rename one onto it
//! try STEP                go on if it fails; the log tells how
//! freeze, thaw            stop every thread of the parent, have it go on (after a fork: the same process)
//! ```
//!
//! The log is the file that `FAKE_TOOL_LOG` names. It has `> STEP` before and `< STEP` after each step, `pid N` for
//! each process, and `arg TEXT` for each argument.

mod bytes;
mod paths;

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::process::exit;
use std::time::Duration;
use std::{env, thread};

use nix::sys::signal::{SigHandler, Signal, kill, raise, signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, getpid, getppid, setsid};

use bytes::{Digest, pattern};

const CHUNK: usize = 64 * 1024;

fn main() {
    // With this, a test recognizes a build of this very source.
    if env::args().nth(1).as_deref() == Some("--source") {
        print!("{}{}{}", include_str!("main.rs"), include_str!("bytes.rs"), include_str!("paths.rs"));
        return;
    }
    let Ok(script) = env::var("FAKE_TOOL") else { return };
    // As in a tool that is not written in Rust: the standard library ignores the first signal, and uses the second to
    // check the stack.
    for which in [Signal::SIGPIPE, Signal::SIGSEGV] {
        handle(which, SigHandler::SigDfl);
    }
    let mut tool = Tool::new();
    if let Err(error) = tool.play(&script) {
        tool.log(&format!("! {error}"));
        eprintln!("fake tool: {error}");
        exit(99);
    }
}

struct Tool {
    args: Vec<String>,
    log: Option<File>,
    open: HashMap<String, Open>,
    /// The process that forked this one.
    parent: Pid,
    frozen: Option<Pid>,
}

struct Open {
    file: File,
    read: Vec<u8>,
}

impl Tool {
    fn new() -> Self {
        let log = env::var_os("FAKE_TOOL_LOG")
            .map(|path| OpenOptions::new().append(true).create(true).open(path).expect("the log opens"));
        let mut tool =
            Self { args: env::args().skip(1).collect(), log, open: HashMap::new(), parent: getppid(), frozen: None };
        tool.log(&format!("pid {}", getpid()));
        for arg in tool.args.clone() {
            tool.log(&format!("arg {arg}"));
        }
        tool
    }

    fn log(&mut self, line: &str) {
        if let Some(log) = &mut self.log {
            // A single write, so that lines of two processes do not mix.
            log.write_all(format!("{line}\n").as_bytes()).expect("the log is written");
        }
    }

    fn play(&mut self, script: &str) -> io::Result<()> {
        for step in script.split([';', '\n']).map(str::trim).filter(|step| !step.is_empty()) {
            self.log(&format!("> {step}"));
            let words: Vec<_> = step.split_whitespace().collect();
            let told = self.step(&words)?;
            self.log(&format!("< {step}{told}"));
        }
        Ok(())
    }

    /// The result is logged after the step.
    fn step(&mut self, words: &[&str]) -> io::Result<String> {
        match *words {
            ["r", name, port] => {
                let file = File::open(self.port(port))?;
                self.open.insert(name.to_owned(), Open { file, read: Vec::new() });
            }
            ["w", name, port] => {
                let file = File::create(self.port(port))?;
                self.open.insert(name.to_owned(), Open { file, read: Vec::new() });
            }
            ["a", name, port] => {
                let file = OpenOptions::new().append(true).create(true).open(self.port(port))?;
                self.open.insert(name.to_owned(), Open { file, read: Vec::new() });
            }
            ["try", ref step @ ..] => match self.step(step) {
                Ok(told) => return Ok(told),
                Err(error) => return Ok(format!(": {error}")),
            },
            ["read", name, amount, ref chunk @ ..] => {
                let amount = if amount == "all" { usize::MAX } else { number(amount) };
                self.read(name, amount, chunk_size(chunk))?;
            }
            ["write", name, len, seed, ref chunk @ ..] => {
                self.write(name, &pattern(number(seed) as u64, number(len)), chunk_size(chunk))?;
            }
            ["text", name, ref text @ ..] => self.write(name, (text.join(" ") + "\n").as_bytes(), CHUNK)?,
            ["copy", from, to, ref chunk @ ..] => {
                self.read(from, usize::MAX, chunk_size(chunk))?;
                let read = self.opened(from)?.read.clone();
                self.write(to, &read, chunk_size(chunk))?;
            }
            ["forever", name] => loop {
                self.write(name, &pattern(0, CHUNK), CHUNK)?;
            },
            ["close", "stdin"] => nix::unistd::close(0)?,
            ["close", name] => {
                let open = self.open.remove(name).ok_or(ErrorKind::NotFound)?;
                drop(open.file);
                return Ok(format!(": {}", Digest::of(&open.read)));
            }
            ["exit", status] => exit(status.parse().expect("a status")),
            ["raise", name] => raise(signal_called(name))?,
            ["ignore", name] => handle(signal_called(name), SigHandler::SigIgn),
            ["pause", milliseconds] => thread::sleep(Duration::from_millis(number(milliseconds) as u64)),
            ["gate", path] => drop(File::open(path)?.read(&mut [0])?),
            ["linger", seconds, ref session @ ..] => {
                if self.fork(session)?.is_none() {
                    thread::sleep(Duration::from_secs(number(seconds) as u64));
                    exit(0);
                }
            }
            ["leave", ref session @ ..] => {
                if self.fork(session)?.is_some() {
                    exit(0);
                }
            }
            ["fork"] => drop(self.fork(&[])?),
            ["delegate"] => {
                if let Some(child) = self.fork(&[])? {
                    match waitpid(child, None)? {
                        WaitStatus::Exited(_, status) => exit(status),
                        WaitStatus::Signaled(_, signal, _) => raise(signal)?,
                        other => panic!("{other:?}"),
                    }
                }
            }
            ["traced"] => {
                if self.fork(&["setsid"])?.is_none() {
                    nix::sys::ptrace::seize(self.parent, nix::sys::ptrace::Options::empty())?;
                    thread::sleep(Duration::from_secs(5));
                    exit(0);
                }
                while fs::read_to_string("/proc/self/status")?.contains("TracerPid:\t0\n") {
                    thread::sleep(Duration::from_millis(1));
                }
            }
            ["orphaned"] => {
                while getppid() == self.parent {
                    thread::sleep(Duration::from_millis(1));
                }
            }
            ["unlink", port] => fs::remove_file(self.port(port))?,
            ["replace", port, ref text @ ..] => {
                let path = self.port(port);
                let new = path.with_extension("new");
                fs::write(&new, text.join(" ") + "\n")?;
                fs::rename(new, path)?;
            }
            ["chmod", port, mode] => paths::chmod(&self.port(port), mode)?,
            ["rename", from, to] => fs::rename(self.port(from), self.port(to))?,
            ["link", from, to] => fs::hard_link(self.port(from), self.port(to))?,
            ["exchange", one, other] => paths::exchange(&self.port(one), &self.port(other))?,
            ["put", port, kind] => paths::put(&self.port(port), kind)?,
            ["freeze"] => {
                self.frozen = Some(self.parent);
                freeze(self.parent)?;
            }
            ["thaw"] => kill(self.frozen.expect("something is frozen"), Signal::SIGCONT)?,
            _ => panic!("no such step: {words:?}"),
        }
        Ok(String::new())
    }

    fn port(&self, word: &str) -> PathBuf {
        if let Some((port, ending)) = word.split_once('.') {
            return paths::beside(&self.port(port), ending);
        }
        if word == "dir" {
            return self.port("1").parent().expect("a directory").to_owned();
        }
        let arg = if word == "last" {
            self.args.last()
        } else if word.starts_with('-') {
            self.args.iter().skip_while(|arg| *arg != word).nth(1)
        } else {
            self.args.get(number(word) - 1)
        };
        arg.unwrap_or_else(|| panic!("no argument {word}")).into()
    }

    fn opened(&mut self, name: &str) -> io::Result<&mut Open> {
        Ok(self.open.get_mut(name).ok_or(ErrorKind::NotFound)?)
    }

    fn read(&mut self, name: &str, amount: usize, chunk: usize) -> io::Result<()> {
        if name == "stdin" && !self.open.contains_key(name) {
            let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
            self.open.insert(name.to_owned(), Open { file, read: Vec::new() });
        }
        let Open { file, read } = self.opened(name)?;
        let end = read.len().saturating_add(amount);
        let mut buffer = vec![0; chunk];
        while read.len() < end {
            let room = buffer.len().min(end - read.len());
            match file.read(&mut buffer[..room])? {
                0 => break,
                count => read.extend_from_slice(&buffer[..count]),
            }
        }
        Ok(())
    }

    fn write(&mut self, name: &str, bytes: &[u8], chunk: usize) -> io::Result<()> {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let to: BorrowedFd<'_> = match name {
            "stdout" => stdout.as_fd(),
            "stderr" => stderr.as_fd(),
            name => self.opened(name)?.file.as_fd(),
        };
        for mut chunk in bytes.chunks(chunk) {
            while !chunk.is_empty() {
                chunk = &chunk[nix::unistd::write(to, chunk)?..];
            }
        }
        Ok(())
    }

    /// Returns the child's pid in the parent, and nothing in the child.
    #[expect(unsafe_code, reason = "there is no other way to leave a process that has all open files")]
    fn fork(&mut self, session: &[&str]) -> io::Result<Option<Pid>> {
        let parent = getpid();
        // SAFETY: this process has one thread, so its child may do everything that it may do itself.
        if let ForkResult::Parent { child } = unsafe { fork() }? {
            self.log(&format!("pid {child}"));
            return Ok(Some(child));
        }
        if session == ["setsid"] {
            setsid()?;
        }
        self.parent = parent;
        Ok(None)
    }
}

fn number(word: &str) -> usize {
    word.parse().unwrap_or_else(|_| panic!("{word} is not a number"))
}

fn chunk_size(words: &[&str]) -> usize {
    words.first().map_or(CHUNK, |word| number(word))
}

fn signal_called(name: &str) -> Signal {
    name.parse().unwrap_or_else(|_| panic!("no signal {name}"))
}

#[expect(unsafe_code, reason = "signal(2)")]
fn handle(which: Signal, handler: SigHandler) {
    // SAFETY: the handlers are the kernel's own. No code of this process runs in one.
    unsafe { signal(which, handler) }.expect("a signal that can be handled");
}

/// Stops a process, and returns when no thread of it runs any more.
fn freeze(pid: Pid) -> io::Result<()> {
    kill(pid, Signal::SIGSTOP)?;
    loop {
        let mut running = 0;
        for task in fs::read_dir(format!("/proc/{pid}/task"))? {
            // A thread that has ended meanwhile does not run.
            let stat = fs::read_to_string(task?.path().join("stat")).unwrap_or_default();
            let state = stat.rsplit(") ").next().unwrap_or_default();
            running += usize::from(!state.starts_with(['T', 'Z', 'X']) && !state.is_empty());
        }
        if running == 0 {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(1));
    }
}
