//! What goes where.

use crate::outputs::kind::Kind;
use crate::outputs::payload::Payload;
use crate::outputs::sink::Sink;

/// One artifact, or a tar of them, and where it goes.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) kind: Kind,
    pub(crate) sink: Sink,
    pub(crate) payload: Payload,
}
