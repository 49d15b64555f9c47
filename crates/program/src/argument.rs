//! A tool's arguments: text that may contain the paths of ports.

use std::ffi::{OsStr, OsString};

/// Stands for the path of one input or output of a [`Program`](super::Program).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port(pub(super) Index);

/// The port's number, in the order in which ports were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    Input(usize),
    Output(usize),
}

/// A piece of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text, passed on unchanged.
    Text(OsString),
    /// The path of a port.
    Path(Port),
}

impl From<Port> for Part {
    fn from(port: Port) -> Self {
        Self::Path(port)
    }
}

impl<T: Into<OsString>> From<T> for Part {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// One argument.
#[derive(Debug)]
pub(super) struct Argument(pub(super) Vec<Part>);

impl Argument {
    /// The argument with the path of each port, or whatever `path` returns for it.
    pub(super) fn resolve<'p>(&'p self, path: impl Fn(Index) -> &'p OsStr) -> OsString {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_os_str(),
            Part::Path(port) => path(port.0),
        });
        parts.collect()
    }
}
