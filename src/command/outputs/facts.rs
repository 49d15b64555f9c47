//! Facts about artifacts for programs, computed only if asked for.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::outputs::artifact::{Artifact, Member};
use crate::outputs::kind::Kind;
use crate::outputs::output::Output;

/// An artifact, and where it goes.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fact {
    /// See [`Kind::word`].
    kind: &'static str,
    /// As typed. Invalid UTF-8 is replaced.
    path: String,
    /// The name in the tar at `path`, for a member of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
    /// The size in bytes.
    size: u64,
    /// In lowercase hexadecimal.
    sha256: String,
}

/// The facts of each artifact, in order. The members of a tar come after the tar.
pub(crate) fn of(outputs: &[Output]) -> anyhow::Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for Output { kind, sink, artifact } in outputs {
        let path = sink.typed().to_string_lossy().into_owned();
        let mut measure = Measure::default();
        artifact.write_to(&mut measure)?;
        facts.push(measure.fact(kind, path.clone(), None));
        if let Artifact::Tar { members, .. } = artifact {
            for Member { kind, name, bytes } in members {
                let mut measure = Measure::default();
                measure.write_all(bytes)?;
                facts.push(measure.fact(kind, path.clone(), Some(name.clone())));
            }
        }
    }
    Ok(facts)
}

/// Measures what is written to it.
#[derive(Default)]
struct Measure {
    size: u64,
    hash: Sha256,
}

impl Measure {
    fn fact(self, kind: &Kind, path: String, member: Option<String>) -> Fact {
        let mut sha256 = String::new();
        for byte in self.hash.finalize() {
            let _ = write!(sha256, "{byte:02x}");
        }
        Fact { kind: kind.word(), path, member, size: self.size, sha256 }
    }
}

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
