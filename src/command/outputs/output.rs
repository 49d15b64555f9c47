//! An output of a build.

use crate::outputs::artifact::Artifact;
use crate::outputs::kind::Kind;
use crate::outputs::sink::Sink;

/// An artifact, and where it goes.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) kind: Kind,
    pub(crate) sink: Sink,
    pub(crate) artifact: Artifact,
}
