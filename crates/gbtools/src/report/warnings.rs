//! The state of the warning flags, which `-W` and the source's `OPT W` set.
//!
//! A switch for one flag takes precedence over a switch for a group (`all`, `extra`, `everything`), and both over a
//! bare `-Werror`. Of two switches of the same kind, the later one wins. The details follow RGBDS.

mod flags;

use bstr::{BStr, BString, ByteSlice};

pub use flags::{AssemblerFlag, FixerFlag, Flag, Group, LinkerFlag, Spec};

use super::{Diagnostic, Severity};
use crate::near::nearest;

/// How a warning is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behaviour {
    /// Not reported.
    Off,
    /// Reported as a warning.
    Warning,
    /// Reported as an error.
    Error,
}

/// The state of all flags of a tool. PUSHO keeps a clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warnings<F> {
    /// The switches for single flags, by [`Flag::index`].
    flags: Vec<Switch>,
    /// The switches for groups, by [`Flag::index`].
    groups: Vec<Switch>,
    /// The bare `-Werror`.
    all_errors: bool,
    /// `-w`.
    silent: bool,
    tool: std::marker::PhantomData<F>,
}

/// The state set by switches. None if no switch has set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Switch {
    on: Option<bool>,
    error: Option<bool>,
}

/// A problem with a switch. It affects nothing else in the command or source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No such flag, or no flag of this name with a number.
    Unknown {
        /// The flag as written, without `no-` and `error=`.
        flag: BString,
        /// A similar flag of the tool.
        near: Option<&'static str>,
    },
    /// The number is too large. The largest valid one is used.
    Capped {
        /// The name of the flag.
        flag: &'static str,
        /// The number as written, or the largest 32-bit number if that is less.
        given: u32,
        /// The number used.
        most: u32,
    },
}

impl Problem {
    /// The message about it: a warning without a flag or a place. `-w` does not silence it.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, text) = match self {
            Self::Unknown { flag, near } => {
                let meant = near.map_or_else(String::new, |near| format!(" (did you mean \"{near}\"?)"));
                ("unknown-warning-flag", format!("There is no warning flag \"{flag}\"{meant}"))
            }
            Self::Capped { flag, given, most } => (
                "warning-level-too-high",
                format!("Warning flag \"{flag}\" has no level {given}; using its highest, {most}"),
            ),
        };
        Diagnostic::new(Severity::Warning, code, text)
    }
}

impl<F: Flag> Default for Warnings<F> {
    fn default() -> Self {
        let untouched = vec![Switch::default(); F::ALL.len()];
        Self {
            flags: untouched.clone(),
            groups: untouched,
            all_errors: false,
            silent: false,
            tool: std::marker::PhantomData,
        }
    }
}

impl<F: Flag> Warnings<F> {
    /// The state before any switch.
    pub fn new() -> Self {
        Self::default()
    }

    /// `-w`: silences all warnings, even those that would be errors.
    pub fn silence(&mut self) {
        self.silent = true;
    }

    /// How a warning is reported.
    pub fn behaviour(&self, flag: F) -> Behaviour {
        let (own, group) = (self.flags[flag.index()], self.groups[flag.index()]);
        let on = own.on.or(group.on).unwrap_or(flag.spec().group == Group::Default);
        // A flag that was turned on by its own name ignores a group's `error`, but a group's `no-error` always applies.
        let raised = if own.on.is_some() { own.error } else { group.error };
        let lowered = own.error == Some(false) || group.error == Some(false);
        if self.silent || !on {
            Behaviour::Off
        } else if raised == Some(true) || (self.all_errors && !lowered) {
            Behaviour::Error
        } else {
            Behaviour::Warning
        }
    }

    /// Applies a switch, the text after `-W`, such as `no-obsolete`, `error=truncation=2` or `all`.
    ///
    /// # Errors
    /// For an unknown flag, which changes nothing, and for a number that is too large.
    pub fn set(&mut self, switch: &[u8]) -> Result<(), Problem> {
        match switch {
            b"error" => self.all_errors = true,
            b"no-error" => self.all_errors = false,
            _ => {
                if let Some(flag) = switch.strip_prefix(b"no-error=") {
                    return self.set_negated(flag, |state| state.error = Some(false));
                }
                if let Some(flag) = switch.strip_prefix(b"no-") {
                    return self.set_negated(flag, |state| state.on = Some(false));
                }
                if let Some(flag) = switch.strip_prefix(b"error=") {
                    return self.set_level(flag, |state| *state = Switch { on: Some(true), error: Some(true) });
                }
                return self.set_level(switch, |state| state.on = Some(true));
            }
        }
        Ok(())
    }

    /// Applies a negated switch, which takes no number.
    fn set_negated(&mut self, flag: &[u8], change: impl Fn(&mut Switch)) -> Result<(), Problem> {
        if split_number(flag).1.is_some() {
            return Err(unknown::<F>(flag));
        }
        self.set_level(flag, change)
    }

    /// Applies a switch with or without a number. Levels above the number are turned off.
    fn set_level(&mut self, text: &[u8], change: impl Fn(&mut Switch)) -> Result<(), Problem> {
        let (flag, given) = split_number(text);
        if given.is_none()
            && let Some(group) = Group::named(flag).filter(|group| F::GROUPS.contains(group))
        {
            for flag in F::ALL.iter().filter(|flag| flag.spec().group <= group) {
                change(&mut self.groups[flag.index()]);
            }
            return Ok(());
        }
        let unknown = || unknown::<F>(text);
        let spec = levels::<F>(flag).next().ok_or_else(unknown)?.spec();
        let most = levels::<F>(flag).map(|level| u32::from(level.spec().level)).max().unwrap_or_default();
        if given.is_some() && most == 0 {
            return Err(unknown());
        }
        let usual = u32::from(spec.level_if_not_given);
        let wanted = given.unwrap_or(usual);
        // `error=truncation=0` turns the flag off, and makes it an error in case it is turned on again.
        let changed = if wanted == 0 { usual } else { wanted };
        for level in levels::<F>(flag) {
            let (number, state) = (u32::from(level.spec().level), &mut self.flags[level.index()]);
            if number <= changed {
                change(state);
            }
            if number > wanted {
                state.on = Some(false);
            }
        }
        match given {
            Some(given) if given > most => Err(Problem::Capped { flag: spec.name, given, most }),
            _ => Ok(()),
        }
    }
}

fn unknown<F: Flag>(flag: &[u8]) -> Problem {
    let names = F::ALL.iter().map(|flag| flag.name().as_bytes());
    let near = nearest(split_number(flag).0, names).and_then(|near| near.to_str().ok());
    Problem::Unknown { flag: flag.into(), near }
}

/// All levels of the flag with this name.
fn levels<F: Flag>(name: &[u8]) -> impl Iterator<Item = F> {
    F::ALL.iter().copied().filter(move |flag| flag.spec().name.as_bytes() == name)
}

/// Whether any tool has a flag of this name.
pub(super) fn is_flag(name: &str) -> bool {
    let name = name.as_bytes();
    levels::<AssemblerFlag>(name).next().is_some()
        || levels::<LinkerFlag>(name).next().is_some()
        || levels::<FixerFlag>(name).next().is_some()
}

/// Splits `truncation=2` into flag and number. Text without such an ending is all flag.
fn split_number(text: &[u8]) -> (&BStr, Option<u32>) {
    let Some((flag, digits)) = text.rsplit_once_str("=") else { return (text.as_bstr(), None) };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return (text.as_bstr(), None);
    }
    let number = digits.iter().fold(0u32, |sum, digit| sum.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
    (flag.as_bstr(), Some(number))
}

#[cfg(test)]
mod tests {
    use super::{AssemblerFlag, Behaviour, FixerFlag, Flag, Problem, Warnings};
    use Behaviour::{Error, Off, Warning};

    fn after(switches: &[&str]) -> Warnings<AssemblerFlag> {
        let mut warnings = Warnings::new();
        for switch in switches {
            warnings.set(switch.as_bytes()).unwrap();
        }
        warnings
    }

    fn truncation(switches: &[&str]) -> [Behaviour; 2] {
        let warnings = after(switches);
        [AssemblerFlag::Truncation1, AssemblerFlag::Truncation2].map(|flag| warnings.behaviour(flag))
    }

    #[test]
    fn a_flag_takes_precedence_over_a_group_and_the_later_switch_over_the_earlier() {
        assert_eq!(truncation(&[]), [Warning, Off]);
        assert_eq!(truncation(&["everything"]), [Warning, Warning]);
        assert_eq!(truncation(&["truncation=1", "everything"]), [Warning, Off]);
        assert_eq!(truncation(&["no-truncation", "truncation=2"]), [Warning, Warning]);
        assert_eq!(truncation(&["no-all", "extra", "no-truncation"]), [Off, Off]);
    }

    #[test]
    fn an_error_can_be_asked_for_in_three_ways() {
        assert_eq!(truncation(&["error"]), [Error, Off]);
        assert_eq!(truncation(&["error=extra"]), [Error, Error]);
        assert_eq!(truncation(&["error=truncation=2", "no-error"]), [Error, Error]);
        assert_eq!(truncation(&["error", "no-error=truncation"]), [Warning, Off]);
        assert_eq!(truncation(&["no-error=all", "error"]), [Warning, Off]);
        assert_eq!(truncation(&["error=extra", "truncation=2"]), [Warning, Warning]);
        assert_eq!(truncation(&["truncation=2", "no-error=truncation"]), [Warning, Off]);
    }

    #[test]
    fn the_number_of_a_flag_has_a_default_and_a_limit() {
        let purge = after(&["purge"]);
        assert_eq!(purge.behaviour(AssemblerFlag::Purge2), Warning);
        assert_eq!(after(&["purge=0"]).behaviour(AssemblerFlag::Purge1), Off);
        let mut warnings = Warnings::<AssemblerFlag>::new();
        let capped = Problem::Capped { flag: "truncation", given: u32::MAX, most: 2 };
        assert_eq!(warnings.set(b"truncation=99999999999"), Err(capped));
        assert_eq!(warnings.behaviour(AssemblerFlag::Truncation2), Warning);
    }

    #[test]
    fn an_unknown_flag_changes_nothing() {
        let before = Warnings::<AssemblerFlag>::new();
        for switch in
            ["", "no-", "error=", "errorall", "no-no-all", "all=1", "shift=1", "truncation=", "truncation=0x1"]
        {
            let mut warnings = before.clone();
            assert!(matches!(warnings.set(switch.as_bytes()), Err(Problem::Unknown { .. })), "{switch}");
            assert_eq!(warnings, before, "{switch}");
        }
        assert!(Warnings::<FixerFlag>::new().set(b"extra").is_err());
    }

    #[test]
    fn silence_covers_errors_that_were_warnings() {
        let mut warnings = after(&["error=everything"]);
        warnings.silence();
        for flag in AssemblerFlag::ALL {
            assert_eq!(warnings.behaviour(*flag), Off);
        }
    }
}
