//! `rgbpipe doctor`: checks whether builds can work here, and says what to do if not.

mod pin;

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rgbpipe::program::{Program, Sandbox, SandboxError, Support, fifo_directory};
use rgbpipe::toolchain::builtin::{self, Builtin};
use rgbpipe::toolchain::rgbds::{self, INSTALL, Lookup, Rgbds, Version};
use rgbpipe::toolchain::{Chosen, Run, is_own};
use rgbpipe::{Input, Request, Role, Silent, Until, build_with};

use self::pin::Pin;
use crate::ending::plain;
use crate::rgbds::{origin, without_advice};

/// The time limit for trials that normally take milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Returns a report for people, and whether all is well.
pub(crate) fn examine(chosen: &Chosen, cwd: &Path) -> (String, bool) {
    let on_path = Rgbds::from_env();
    let (tools, is_builtin) = match chosen {
        Chosen::Rgbds(rgbds) => (&**rgbds, false),
        Chosen::Builtin(..) => (&on_path, true),
    };
    let mut report = String::new();
    let mut all_found = true;
    let mut searched = None;
    let mut versions: Vec<(Role, Version)> = Vec::new();
    for role in Role::ALL {
        let name = rgbds::name(role);
        let line = match tools.find(role).and_then(|found| Ok((found, tools.version(role, &Until::never())?))) {
            Ok((found, version)) => {
                versions.extend(version.map(|version| (role, version)));
                let version = version.map_or_else(|| "unknown version".to_owned(), |version| version.to_string());
                let own = if is_own(&found.path) { ", which is rgbpipe itself" } else { "" };
                format!("{version}  {}  (from {}){own}", found.path.display(), origin(found.origin))
            }
            Err(error) => {
                all_found = false;
                let words = without_path(error, &mut searched);
                words.strip_prefix(name).unwrap_or(&words).trim_start().to_owned()
            }
        };
        let _ = writeln!(report, "{name:8} {line}");
    }
    if let Some(path) = searched {
        let _ = writeln!(report, "{:8} {}", "PATH", path.display());
    }
    if let Some(prefix) = fetched(cwd).filter(|_| !all_found) {
        let _ = writeln!(
            report,
            "{:8} scripts/with-rgbds has put RGBDS here; to use it: --rgbds {}/",
            "copy",
            prefix.display()
        );
    }
    let objects_fit = match of_different_releases(&versions) {
        Some((words, fit)) => {
            let _ = writeln!(report, "{:8} {words}", if fit { "warning" } else { "error" });
            fit
        }
        None => true,
    };
    let (builtin, builtin_works) = builtin();
    let _ = writeln!(report, "{:8} {builtin}", "built-in");
    let _ = writeln!(report, "{:8} use the toolchain {chosen}", "builds");
    let used = if is_builtin { Vec::from(Role::ALL.map(|role| (role, builtin::RELEASE))) } else { versions };
    if let Some(words) = pin::of(cwd).and_then(|pin| not_as_asked(&pin, &used)) {
        let _ = writeln!(report, "{:8} {words}", "warning");
    }
    let (fifos, fifos_work) = fifos();
    let _ = writeln!(report, "{:8} {fifos}", "FIFOs");
    // That of the built-in toolchain is said above.
    let assembler = tools.find(Role::Assembler).ok().filter(|found| !is_own(&found.path));
    if let Some(sandbox) = assembler.map(|found| sandbox(&found.path)) {
        let _ = writeln!(report, "{:8} {}", "sandbox", sandbox.unwrap_or_else(|error| plain(&error.to_string())));
    }
    if is_builtin {
        // The built-in toolchain needs neither FIFOs nor RGBDS.
        return (report, builtin_works);
    }
    if !all_found {
        let _ = write!(
            report,
            "\n{INSTALL}\nor set its location: --rgbds PREFIX, or RGBDS in the environment\nor do without it: --toolchain builtin\n"
        );
    }
    (report, all_found && objects_fit && fifos_work)
}

/// The text for a tool that was not found. The path that was searched for all tools goes to `searched`, to be printed
/// once.
fn without_path(error: rgbds::Error, searched: &mut Option<OsString>) -> String {
    match error {
        rgbds::Error::NotFound { role, lookup: Lookup { word, origin, searched: Some(path) } } => {
            *searched = Some(path);
            let words =
                without_advice(&rgbds::Error::NotFound { role, lookup: Lookup { word, origin, searched: None } });
            format!("{words} on PATH")
        }
        error => plain(&without_advice(&error)),
    }
}

/// The prefix of the tools that `scripts/with-rgbds` has fetched into this project, as seen from `cwd`.
fn fetched(cwd: &Path) -> Option<PathBuf> {
    let prefix = Path::new("target/rgbds/usr/bin");
    let is_there = |dir: &&Path| dir.join(prefix).join(rgbds::name(Role::Assembler)).is_file();
    let dir = cwd.ancestors().find(is_there)?;
    Some(if dir == cwd { prefix.to_owned() } else { dir.join(prefix) })
}

/// Builds a program with the built-in toolchain, in memory and in its sandbox. Returns a description and whether that
/// worked.
fn builtin() -> (String, bool) {
    let source = b"SECTION \"main\", ROM0\n\tdb 42\n".to_vec();
    let build = |sandbox: Option<&Sandbox>| {
        let (request, until) = (Request::new([Input::Stdin(source.clone())]), Until::after(PATIENCE));
        let run = Run { sandbox, ..Run::new(&until, &Silent) };
        build_with(&request, &Builtin::new(), &run).map(|artifacts| artifacts.rom.is_some_and(|rom| rom[0] == 42))
    };
    let works = matches!(build(None), Ok(true));
    let sandbox = match build(Some(&Sandbox::default())) {
        Ok(true) => "works".to_owned(),
        Ok(false) => "does not work".to_owned(),
        Err(error) => format!("does not work: {}", plain(&error.to_string())),
    };
    let (release, version) = (builtin::RELEASE, env!("CARGO_PKG_VERSION"));
    let before = if works { "" } else { "does not work; " };
    (format!("{release}  in rgbpipe {version}; {before}its sandbox {sandbox}"), works)
}

/// A warning if assembler and linker are from different releases, and whether builds can still work.
fn of_different_releases(versions: &[(Role, Version)]) -> Option<(String, bool)> {
    let version = |wanted| versions.iter().find(|(role, _)| *role == wanted).map(|(_, version)| *version);
    let (assembler, linker) = (version(Role::Assembler)?, version(Role::Linker)?);
    if assembler == linker {
        return None;
    }
    let what = format!("rgbasm {assembler} and rgblink {linker} are from different releases");
    Some(match (assembler.object_revision(), linker.object_revision()) {
        (Some(written), Some(read)) if written == read => {
            (format!("{what}, but their objects have the same revision"), true)
        }
        (Some(written), Some(read)) => (
            format!(
                "{what}: rgblink will refuse the objects: they have revision {written}, and it reads revision {read}"
            ),
            false,
        ),
        _ => (format!("{what}: rgblink may refuse the objects"), true),
    })
}

/// A warning if the project asks for a release that cannot be read, or that the tools do not have.
fn not_as_asked(pin: &Pin, versions: &[(Role, Version)]) -> Option<String> {
    let path = pin.path.display();
    match &pin.version {
        Err(words) => Some(format!("{path} {words}")),
        Ok(asked) => {
            let others = versions.iter().filter(|(_, version)| version != asked);
            let others: Vec<_> = others.map(|(role, version)| format!("{} is {version}", rgbds::name(*role))).collect();
            (!others.is_empty()).then(|| format!("{path} asks for {asked}; {}", others.join(", ")))
        }
    }
}

/// Sends a byte through two FIFOs.
fn fifos() -> (String, bool) {
    let dir = fifo_directory();
    let mut cp = Program::new("cp");
    let (from, out) = (cp.add_input("in", b"x"), cp.add_output("out"));
    let program = cp.arg_of([from]).arg_of([out]).until(&Until::after(PATIENCE));
    match program.run().map(|mut finished| finished.take(out)) {
        Ok(Some(bytes)) if bytes == b"x" => (format!("work in {}", dir.display()), true),
        Ok(_) => (format!("do not work in {}", dir.display()), false),
        Err(error) => (plain(&error.to_string()), false),
    }
}

/// Runs the assembler in a sandbox, and lists what this kernel cannot deny.
fn sandbox(rgbasm: &Path) -> Result<String, SandboxError> {
    let support = Support::of_this_system()?;
    let trial = Program::new(rgbasm).arg("--version").sandbox(Some(Sandbox::for_program(rgbasm, &Until::never())?));
    let trial = trial.until(&Until::after(PATIENCE)).run();
    if let Some(why) = match trial {
        Ok(finished) => finished.verdict().err().map(|failure| failure.to_string()),
        Err(error) => Some(plain(&error.to_string())),
    } {
        return Ok(format!("does not work: {why}"));
    }
    Ok(held(support))
}

/// What a sandbox holds here, one line for each kind of thing that a tool could do.
fn held(support: Support) -> String {
    let filter = |denied: &'static str| if support.system_calls { denied } else { "not denied here" };
    let network = match (support.system_calls, support.tcp, support.udp) {
        (true, ..) | (_, true, true) => "none",
        (_, true, false) => "no TCP; UDP is not denied here",
        _ => "not denied here",
    };
    let signals = match (support.signals, support.system_calls) {
        (true, _) => "to itself only",
        // To its own threads a program sends them with tgkill(2).
        (false, true) => "not with kill(2); with tgkill(2) not denied here",
        (false, false) => "not denied here",
    };
    let files = if support.truncation {
        "reads only the project, writes only its pipes"
    } else {
        "reads only the project, writes only its pipes; cutting files short (truncate) is not denied here"
    };
    let memory = filter("leaves none behind when it ends");
    let lines = [
        ("files", files),
        ("network", network),
        ("processes", filter("starts none, and cannot watch or change others")),
        ("signals", signals),
        ("memory", memory),
        ("rights", "none of the superuser's (capabilities)"),
    ];
    // RGBDS does none of what is denied. A tool that a stranger's source takes over might.
    let mut words = "works: with --sandbox, a tool that a source takes over has".to_owned();
    for (what, held) in lines {
        let _ = write!(words, "\n{:9}{what:10} {held}", "");
    }
    let more =
        [(support.devices, "device control"), (support.unix_sockets || support.system_calls, "Unix sockets by path")];
    let missing: Vec<_> = more.into_iter().filter(|(here, _)| !here).map(|(_, what)| what).collect();
    if !missing.is_empty() {
        let _ = write!(words, "\n{:9}this kernel cannot also deny {} (SECURITY.md)", "", missing.join(", "));
    }
    words
}
