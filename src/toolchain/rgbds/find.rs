//! Where the tools are, and which release they are of.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use super::error::Error;
use super::names::{name, variable};
use crate::program::{Program, Sandbox, SandboxError, Until};
use crate::role::Role;

/// How long a tool may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// The oldest release whose options are known here.
const OLDEST: Version = Version::new(0, 6, 0);

/// A tool that is there.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// What to type to run it.
    pub word: OsString,
    /// What led to it.
    pub origin: Origin,
    version: OnceLock<Option<Version>>,
    to_start: OnceLock<Sandbox>,
}

/// Where a tool was looked for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The path, or the name looked up on `PATH`.
    pub word: OsString,
    /// What led to it.
    pub origin: Origin,
    /// The value of `PATH`, if that was searched.
    pub searched: Option<OsString>,
}

/// Who says where a tool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The caller, by a prefix.
    Prefix,
    /// This environment variable.
    Variable(&'static str),
    /// Nobody: it is looked up on `PATH`.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix => write!(f, "its prefix"),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Default => write!(f, "PATH"),
        }
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.word.display())?;
        if self.origin != Origin::Default {
            write!(f, ", from {}", self.origin)?;
        }
        if matches!(self.origin, Origin::Variable(_)) && self.word.as_encoded_bytes().contains(&b' ') {
            write!(f, " (which is the name of a program, without arguments)")?;
        }
        match &self.searched {
            Some(path) => write!(f, ", on PATH ({})", path.display()),
            None => Ok(()),
        }
    }
}

/// Finds a tool. `env` gives the environment; an empty variable counts as unset.
pub(super) fn find(
    role: Role,
    prefix: Option<&OsStr>,
    env: impl Fn(&'static str) -> Option<OsString>,
) -> Result<Found, Lookup> {
    let set = |variable| env(variable).filter(|value| !value.is_empty());
    let (word, origin) = if let Some(prefix) = prefix {
        (prefixed(prefix, role), Origin::Prefix)
    } else if let Some(word) = set(variable(role)) {
        (word, Origin::Variable(variable(role)))
    } else if let Some(prefix) = set("RGBDS") {
        (prefixed(&prefix, role), Origin::Variable("RGBDS"))
    } else {
        (name(role).into(), Origin::Default)
    };
    // As a shell does: a word with a slash is a path, any other is looked up.
    if word.as_encoded_bytes().contains(&b'/') {
        return if Path::new(&word).exists() {
            Ok(Found::new(word.clone().into(), word, origin))
        } else {
            Err(Lookup { word, origin, searched: None })
        };
    }
    let searched = env("PATH");
    match which::which_in(&word, searched.as_ref(), ".") {
        Ok(path) => Ok(Found::new(path, word, origin)),
        Err(_) => Err(Lookup { word, origin, searched: Some(searched.unwrap_or_default()) }),
    }
}

/// `PREFIX` and the tool's name, as in `$(RGBDS)rgbasm`; a directory may lack its slash.
fn prefixed(prefix: &OsStr, role: Role) -> OsString {
    if Path::new(prefix).is_dir() {
        return Path::new(prefix).join(name(role)).into();
    }
    let mut path = prefix.to_owned();
    path.push(name(role));
    path
}

impl Found {
    fn new(path: PathBuf, word: OsString, origin: Origin) -> Self {
        Self { path, word, origin, version: OnceLock::new(), to_start: OnceLock::new() }
    }

    /// Asks for the version, the first time. `None`: it does not tell one that can be read, as a build from somebody's
    /// branch may; it is then taken to know what the latest release knows. Nor is there an answer where `until` ends it
    /// early: whatever comes next ends at once, and tells why.
    pub(super) fn version(&self, role: Role, until: &Until) -> Result<Option<Version>, Error> {
        let version = if let Some(version) = self.version.get() {
            *version
        } else {
            let program = Program::new(&self.path).arg("--version").until(&until.within(PATIENCE));
            let finished = program.run().map_err(|error| Error::of_run(role, error))?;
            let version = Version::parse(&String::from_utf8_lossy(&finished.stdout.bytes));
            if finished.stop.is_some() && until.over().is_some() {
                return Ok(None);
            }
            // Another thread may have been first, with the same answer.
            *self.version.get_or_init(|| version)
        };
        match version {
            Some(version) if version < OLDEST => Err(Error::TooOld { role, path: self.path.clone(), version }),
            version => Ok(version),
        }
    }

    /// The sandbox with what this tool needs to start; the loader is asked the first time.
    pub(super) fn admit(&self, sandbox: &Sandbox, until: &Until) -> Result<Sandbox, SandboxError> {
        if let Some(to_start) = self.to_start.get() {
            return Ok(sandbox.clone().and(to_start));
        }
        let to_start = Sandbox::for_program(&self.path, until)?;
        let sandbox = sandbox.clone().and(&to_start);
        // An answer that was cut short is not kept.
        if until.over().is_none() {
            // Another thread may have been first, with the same answer.
            let _ = self.to_start.set(to_start);
        }
        Ok(sandbox)
    }
}

/// A release of RGBDS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// `MAJOR.MINOR.PATCH`.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// The revision of the objects that this release writes, and the only one that it reads: `rgbds(5)` of that release.
    /// `None` for a release that is not known here.
    pub fn object_revision(self) -> Option<u32> {
        match (self.major, self.minor, self.patch) {
            (0, 6 | 7, _) => Some(9),
            (0, 8, _) => Some(10),
            (0, 9, 0 | 1) => Some(11),
            (0, 9, _) => Some(12),
            (1, 0, _) => Some(13),
            _ => None,
        }
    }

    /// Reads what `--version` prints: `rgbasm v1.0.3`, with `-rc1`, `+hotfix` or `git describe`'s words behind it.
    pub fn parse(printed: &str) -> Option<Self> {
        let word = printed.split_whitespace().find(|word| {
            let digits = word.strip_prefix('v').unwrap_or(word);
            digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains('.')
        })?;
        let digits = word.strip_prefix('v').unwrap_or(word);
        let digits = digits.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let mut numbers = digits.split('.');
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?.parse().ok()?;
        let patch = numbers.next().filter(|number| !number.is_empty()).map_or(Ok(0), str::parse).ok()?;
        Some(Self { major, minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_tolerance() {
        let parse = |text| Version::parse(text).map(|version| version.to_string());
        assert_eq!(parse("rgbasm v1.0.4").as_deref(), Some("1.0.4"));
        assert_eq!(parse("rgbasm v0.9.0-rc1").as_deref(), Some("0.9.0"));
        assert_eq!(parse("rgblink v0.9.1-45-gabc1234\n").as_deref(), Some("0.9.1"));
        assert_eq!(parse("rgbfix v1.0.2+hotfix").as_deref(), Some("1.0.2"));
        assert_eq!(parse("rgbasm v1.1").as_deref(), Some("1.1.0"));
        assert_eq!(parse("rgbasm 1.0.0").as_deref(), Some("1.0.0"));
        assert_eq!(parse("something else"), None);
        assert_eq!(parse(""), None);
        assert!(Version::new(0, 10, 0) > Version::new(0, 9, 4));
    }

    #[test]
    fn each_setting_outdoes_the_next() {
        let word = |prefix: Option<&str>, env: &[(&str, &str)]| {
            let lookup = find(Role::Linker, prefix.map(OsStr::new), |name| {
                env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
            });
            let lookup = lookup.expect_err("found what is not there");
            (lookup.word.into_string().unwrap(), lookup.origin, lookup.searched)
        };
        let all = [("RGBDS", "/no/such/"), ("RGBLINK", "/none/link"), ("PATH", "/nowhere")];
        assert_eq!(word(Some("/p/gb-"), &all), ("/p/gb-rgblink".into(), Origin::Prefix, None));
        assert_eq!(word(None, &all), ("/none/link".into(), Origin::Variable("RGBLINK"), None));
        assert_eq!(word(None, &all[..1]), ("/no/such/rgblink".into(), Origin::Variable("RGBDS"), None));
        let searched = Some(OsString::from("/nowhere"));
        assert_eq!(word(None, &all[2..]), ("rgblink".into(), Origin::Default, searched.clone()));
        assert_eq!(word(None, &[("RGBDS", ""), all[2]]), ("rgblink".into(), Origin::Default, searched));
        // A directory without its slash.
        assert_eq!(word(Some("/"), &[]).0, "/rgblink");
        assert_eq!(word(Some("/tmp"), &[]).0, "/tmp/rgblink");
    }
}
