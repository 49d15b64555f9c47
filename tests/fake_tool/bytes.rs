//! Bytes that the tests and the fake tool both know, described by a few numbers.

use std::fmt;

/// A prime near the 64 KiB of a pipe. So content that lost or gained whole pages, or whole pipes, differs.
const PERIOD: usize = 65_521;

/// `len` bytes. Each seed gives different bytes.
pub(crate) fn pattern(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(len.max(PERIOD + 8));
    while bytes.len() < len.min(PERIOD) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len.min(PERIOD));
    while bytes.len() < len {
        bytes.extend_from_within(..(len - bytes.len()).min(bytes.len()));
    }
    bytes
}

/// The length and a checksum of content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) usize, pub(crate) u64);

impl Digest {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mix = |sum: u64, word: u64| (sum.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
        let (words, rest) = bytes.as_chunks();
        let mut sum = bytes.len() as u64;
        for word in words {
            sum = mix(sum, u64::from_le_bytes(*word));
        }
        for byte in rest {
            sum = mix(sum, u64::from(*byte));
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
