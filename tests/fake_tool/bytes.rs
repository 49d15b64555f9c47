//! Bytes that the tests and the fake tool both know, told by a few numbers.

use std::fmt;

/// A prime next to a pipe's 64 KiB: content that lost or gained whole pages, or whole pipes, differs.
const PERIOD: usize = 65_521;

/// `len` bytes; other seeds, other bytes.
pub(crate) fn pattern(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(len.max(PERIOD + 8));
    while bytes.len() < len.min(PERIOD) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(len.min(PERIOD));
    while bytes.len() < len {
        bytes.extend_from_within(..(len - bytes.len()).min(bytes.len()));
    }
    bytes
}

/// What tells content apart: its length and a checksum.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) usize, pub(crate) u64);

impl Digest {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut words = bytes.chunks_exact(8);
        let mut sum = words.by_ref().fold(bytes.len() as u64, |sum, word| {
            let mut eight = [0; 8];
            eight.copy_from_slice(word);
            (sum.rotate_left(5) ^ u64::from_le_bytes(eight)).wrapping_mul(0x517C_C1B7_2722_0A95)
        });
        for byte in words.remainder() {
            sum = (sum.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(0x517C_C1B7_2722_0A95);
        }
        Self(bytes.len(), sum)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:016x}", self.0, self.1)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
