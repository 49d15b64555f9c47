//! Finds the tools, and their releases.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use super::error::Error;
use super::lookup::{Lookup, Origin};
use super::names::{name, variable};
use super::version::Version;
use crate::role::Role;
use program::{Program, Sandbox, SandboxError, Until};

/// How long a tool may take to print its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// The oldest release whose options this module knows.
const OLDEST: Version = Version::new(0, 6, 0);

/// A tool that was found.
#[derive(Debug)]
pub struct Tool {
    /// Its path.
    pub path: PathBuf,
    /// The word to type to run it.
    pub word: OsString,
    /// Why it was looked for there.
    pub origin: Origin,
    version: OnceLock<Option<Version>>,
    to_start: OnceLock<Sandbox>,
}

/// Finds a tool. `env` looks up environment variables; an empty one counts as unset.
pub(super) fn find(
    role: Role,
    prefix: Option<&OsStr>,
    env: impl Fn(&'static str) -> Option<OsString>,
) -> Result<Tool, Lookup> {
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
    // As in a shell, a word with a slash is a path, and any other word is looked up on `PATH`.
    if word.as_encoded_bytes().contains(&b'/') {
        return if Path::new(&word).exists() {
            Ok(Tool::new(word.clone().into(), word, origin))
        } else {
            Err(Lookup { word, origin, searched: None })
        };
    }
    let searched = env("PATH");
    match which::which_in(&word, searched.as_ref(), ".") {
        Ok(path) => Ok(Tool::new(path, word, origin)),
        Err(_) => Err(Lookup { word, origin, searched: Some(searched.unwrap_or_default()) }),
    }
}

/// The prefix and the tool's name, as in `$(RGBDS)rgbasm`. If the prefix is a directory, its slash may be missing.
fn prefixed(prefix: &OsStr, role: Role) -> OsString {
    if Path::new(prefix).is_dir() {
        return Path::new(prefix).join(name(role)).into();
    }
    let mut path = prefix.to_owned();
    path.push(name(role));
    path
}

impl Tool {
    fn new(path: PathBuf, word: OsString, origin: Origin) -> Self {
        Self { path, word, origin, version: OnceLock::new(), to_start: OnceLock::new() }
    }

    /// Asks the tool for its version, the first time. `None` if the tool prints none that can be read, or if `until`
    /// ends the question early. In that case the next step ends at once, and reports why.
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
            // Another thread may have been first. It got the same answer.
            *self.version.get_or_init(|| version)
        };
        match version {
            Some(version) if version < OLDEST => Err(Error::TooOld { role, path: self.path.clone(), version }),
            version => Ok(version),
        }
    }

    /// Adds the files that this tool needs to start to a sandbox. The loader lists them, the first time.
    pub(super) fn admit(&self, sandbox: &Sandbox, until: &Until) -> Result<Sandbox, SandboxError> {
        if let Some(to_start) = self.to_start.get() {
            return Ok(sandbox.clone().and(to_start));
        }
        let to_start = Sandbox::for_program(&self.path, until)?;
        let sandbox = sandbox.clone().and(&to_start);
        // An answer that was cut short must not be kept.
        if until.over().is_none() {
            // Another thread may have been first. It got the same answer.
            let _ = self.to_start.set(to_start);
        }
        Ok(sandbox)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_takes_precedence_over_the_next() {
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
        // A directory whose slash is missing.
        assert_eq!(word(Some("/"), &[]).0, "/rgblink");
        assert_eq!(word(Some("/tmp"), &[]).0, "/tmp/rgblink");
    }
}
