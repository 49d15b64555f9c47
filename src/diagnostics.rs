//! The messages of assembler, linker and fixer, as data.
//!
//! ```
//! use rgbpipe::{Input, Request, Error, diagnostics::Severity};
//!
//! let source = b"SECTION \"main\", ROM0\nMain:\n\tld b, c, d\n".to_vec();
//! let Err(Error::Steps(failures)) = rgbpipe::build(&Request::new([Input::Stdin(source)])) else {
//!     panic!("that is no instruction");
//! };
//! let diagnostics = failures[0].messages.diagnostics();
//! assert_eq!(diagnostics[0].severity, Severity::Error);
//! assert_eq!(diagnostics[0].backtrace[0].line, 3);
//! ```

use std::ffi::OsStr;
use std::fmt;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use bstr::{BStr, ByteSlice};

use crate::role::Role;

/// One message.
#[derive(Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The tool that reports it, by its role.
    pub role: Role,
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for the kind of message, such as `syntax`. docs/messages.md lists them. Only the built-in
    /// toolchain has codes.
    pub code: Option<&'static str>,
    /// The flag that turns it on, as printed: `-Wuser`, or `-Werror=user`.
    pub flag: Option<String>,
    /// The text without flag, places and colours. It may have several lines. Invalid UTF-8 is replaced.
    pub text: String,
    /// The places, innermost first. Empty if the message names none.
    pub backtrace: Vec<Frame>,
    /// The part of the line that the message is about, in bytes from 0. The line is that of the first frame. An empty
    /// range is the place before that byte. Only the built-in toolchain gives ranges.
    pub range: Option<Range<u32>>,
    /// More places that the message names ("and also"), each with its own backtrace.
    pub also: Vec<Vec<Frame>>,
    /// The `EQUS` symbols whose expansion it is in, innermost first.
    pub expanding: Vec<String>,
    /// The bytes exactly as a person reads them, to the end of the last line.
    pub rendered: Vec<u8>,
}

/// How bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `warning:`
    Warning,
    /// `error:`. The tool continues, to find more, and then fails.
    Error,
    /// `FATAL:`. The tool stops.
    Fatal,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal error",
        })
    }
}

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The file, as the assembler names it: `<stdin>` for standard input, `<command-line>` for `-D`.
    pub file: PathBuf,
    /// The macro and the loop iterations in that file, outermost first, as printed: `macro::REPT~2`.
    pub inside: Option<String>,
    /// The line, counted from 1, or 0 for no line.
    pub line: u32,
}

impl Frame {
    /// The place with a name such as `main.asm::macro::REPT~2`. `::` can be in the path too, so only what looks like macros and
    /// loops at the end is split off.
    pub(crate) fn named(name: &[u8], line: u32) -> Self {
        let mut file = name;
        while let Some((rest, part)) = file.rsplit_once_str("::")
            && !rest.is_empty()
            && is_macro_or_loop(part)
        {
            file = rest;
        }
        let inside = name.get(file.len() + "::".len()..).map(|inside| inside.to_str_lossy().into_owned());
        Self { file: OsStr::from_bytes(file).into(), inside, line }
    }
}

/// A macro's name has no `.`.
fn is_macro_or_loop(part: &[u8]) -> bool {
    if let Some(iteration) = part.strip_prefix(b"REPT~") {
        return !iteration.is_empty() && iteration.iter().all(u8::is_ascii_digit);
    }
    let is_first = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    part.first().is_some_and(is_first) && part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_#$@".contains(byte))
}

/// A part of what a step prints.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// A message.
    Diagnostic(Diagnostic),
    /// Other lines, unchanged.
    Other(Vec<u8>),
}

impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, severity, code, flag, text, backtrace, range, also, expanding, rendered: _ } = self;
        f.debug_struct("Diagnostic")
            .field("role", role)
            .field("severity", severity)
            .field("code", code)
            .field("flag", flag)
            .field("text", text)
            .field("backtrace", backtrace)
            .field("range", range)
            .field("also", also)
            .field("expanding", expanding)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diagnostic(diagnostic) => f.debug_tuple("Diagnostic").field(diagnostic).finish(),
            Self::Other(bytes) => f.debug_tuple("Other").field(&BStr::new(bytes)).finish(),
        }
    }
}

impl Piece {
    /// The bytes exactly as a person reads them.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Diagnostic(diagnostic) => &diagnostic.rendered,
            Self::Other(bytes) => bytes,
        }
    }

    /// Whether it is a message that makes its step fail.
    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Self::Diagnostic(diagnostic) if diagnostic.severity > Severity::Warning)
    }
}
