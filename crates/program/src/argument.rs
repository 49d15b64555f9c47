//! A tool's arguments: text that may contain the paths of ports.

use std::ffi::{OsStr, OsString};

/// An input of a [`Program`](super::Program).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InPort(pub(super) usize);

/// An output of a [`Program`](super::Program): it finds the output's content in what has
/// [`Finished`](super::Finished).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutPort(pub(super) usize);

/// An input or an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// An input.
    In(InPort),
    /// An output.
    Out(OutPort),
}

impl From<InPort> for Port {
    fn from(port: InPort) -> Self {
        Self::In(port)
    }
}

impl From<OutPort> for Port {
    fn from(port: OutPort) -> Self {
        Self::Out(port)
    }
}

/// A piece of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text, passed on unchanged.
    Text(OsString),
    /// The path of a port.
    Path(Port),
}

impl From<InPort> for Part {
    fn from(port: InPort) -> Self {
        Self::Path(port.into())
    }
}

impl From<OutPort> for Part {
    fn from(port: OutPort) -> Self {
        Self::Path(port.into())
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
    pub(super) fn resolve<'p>(&'p self, path: impl Fn(Port) -> &'p OsStr) -> OsString {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_os_str(),
            Part::Path(port) => path(*port),
        });
        parts.collect()
    }
}
