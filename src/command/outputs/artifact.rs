//! The bytes for a sink: those of an artifact, or a tar of several.

use std::io::Write;
use std::sync::Arc;

use crate::ending::Refusal;
use crate::outputs::kind::Kind;

/// The content of an output. Bytes are shared, never copied.
#[derive(Clone, Debug)]
pub(crate) enum Artifact {
    /// One artifact.
    Bytes(Arc<Vec<u8>>),
    /// Several artifacts as a tar. The same artifacts always give the same bytes.
    Tar {
        /// The members, in this order.
        members: Vec<Member>,
        /// Their time, in seconds since 1970.
        mtime: u64,
    },
}

/// An artifact in a tar.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) kind: Kind,
    /// Its file name.
    pub(crate) name: String,
    pub(crate) bytes: Arc<Vec<u8>>,
}

impl Artifact {
    /// The approximate size in bytes, without the headers of a tar.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Tar { members, .. } => members.iter().map(|member| member.bytes.len()).sum(),
        }
    }

    pub(crate) fn write_to(&self, writer: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Self::Bytes(bytes) => writer.write_all(bytes)?,
            Self::Tar { members, mtime } => {
                let mut tar = tar::Builder::new(writer);
                for Member { name, bytes, .. } in members {
                    let mut header = tar::Header::new_gnu();
                    header.set_size(bytes.len() as u64);
                    header.set_mode(0o644);
                    header.set_uid(0);
                    header.set_gid(0);
                    header.set_mtime(*mtime);
                    tar.append_data(&mut header, name, &bytes[..])?;
                }
                tar.finish()?;
            }
        }
        Ok(())
    }
}

/// The time of a tar's members: see reproducible-builds.org, `SOURCE_DATE_EPOCH`.
pub(crate) fn source_date_epoch() -> Result<u64, Refusal> {
    match std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty()) {
        None => Ok(0),
        Some(value) => {
            value.to_str().and_then(|text| text.parse::<i64>().ok()?.try_into().ok()).ok_or(Refusal::Epoch(value))
        }
    }
}
