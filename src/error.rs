//! The errors of a build, as facts.

use std::fmt;

use bstr::ByteSlice;

use crate::messages::Messages;
use crate::role::Step;
use program::Stop;

/// Why a build failed. `Display` and `Debug` both show the messages of the steps that failed.
///
/// ```
/// use rgbpipe::{Input, Request};
///
/// let source = b"SECTION \"main\", ROM0\n\tnonsense\n".to_vec();
/// let error = rgbpipe::build(&Request::new([Input::Stdin(source)])).expect_err("that is no instruction");
/// let words = error.to_string();
/// assert!(words.starts_with("assembling -:\n") && words.contains("<stdin>(2)"), "{words}");
/// ```
#[non_exhaustive]
pub enum Error {
    /// Steps failed, at least one. They are in the order of the sources.
    Steps(Vec<StepFailure>),
    /// The toolchain does not support something in the request, such as an option.
    Unsupported(Cause),
    /// The toolchain cannot work here: it is missing, or the system denies it something. The step did not finish.
    Unavailable(Cause),
    /// The deadline came during this step.
    TimedOut(Step),
    /// [`Cancel::cancel`](crate::Cancel::cancel) was called.
    Cancelled,
}

/// A toolchain's own error, such as [`rgbds::Error`](crate::toolchain::rgbds::Error).
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A step that failed by itself, and not because another one failed.
#[derive(Debug)]
pub struct StepFailure {
    /// The step and its messages.
    pub messages: Messages,
    /// A cause that is not in the messages, such as a signal that killed the tool. `None` if the messages say it all.
    pub cause: Option<Cause>,
}

/// Why a step has no result.
#[derive(Debug)]
pub enum Fault {
    /// It was stopped early.
    Stopped(Stop),
    /// The source or an object has errors. The messages say which.
    Reported,
    /// A source needs a file that is missing, and missing files are to be listed
    /// ([`MissingFiles`](crate::MissingFiles)). Only an assembly may end like this.
    Incomplete,
    /// Something that no message mentions.
    Broken(Cause),
}

impl fmt::Display for StepFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.messages.text();
        let text = text.trim_ascii().to_str_lossy();
        write!(f, "{}:", self.messages.step)?;
        match &self.cause {
            Some(cause) => write!(f, " {cause}")?,
            None if text.is_empty() => write!(f, " it failed without a message")?,
            None => {}
        }
        if text.is_empty() { Ok(()) } else { write!(f, "\n{text}") }
    }
}

/// The same text as `Display`. A `main` that returns the error prints it.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(failures) => {
                for (index, failure) in failures.iter().enumerate() {
                    let end_of_line = if index > 0 { "\n" } else { "" };
                    write!(f, "{end_of_line}{failure}")?;
                }
                Ok(())
            }
            Self::Unsupported(cause) | Self::Unavailable(cause) => write!(f, "{cause}"),
            Self::TimedOut(step) => write!(f, "timed out while {step}"),
            Self::Cancelled => write!(f, "cancelled"),
        }
    }
}

// It has no `source`, because its text includes the cause already.
impl std::error::Error for Error {}
