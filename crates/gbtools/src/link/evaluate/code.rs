//! The bytes of an expression, and its stack.

use bstr::ByteSlice;

use super::Computed;
use crate::link::Halt;
use crate::memory::Region;

/// Reads an expression's bytes.
pub(super) struct Code<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Code<'a> {
    /// None at the end.
    pub(super) fn operator(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    pub(super) fn byte(&mut self) -> Result<u8, NoValue> {
        self.operator().ok_or(NoValue::Malformed)
    }

    pub(super) fn long(&mut self) -> Result<u32, NoValue> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(NoValue::Malformed)?;
        self.rest = rest;
        Ok(u32::from_le_bytes(*bytes))
    }

    pub(super) fn region(&mut self) -> Result<Region, NoValue> {
        Region::from_number(self.byte()?).ok_or(NoValue::Malformed)
    }

    pub(super) fn string(&mut self) -> Result<&'a [u8], NoValue> {
        let end = self.rest.find_byte(0).ok_or(NoValue::Malformed)?;
        let (text, rest) = (&self.rest[..end], &self.rest[end + 1..]);
        self.rest = rest;
        Ok(text)
    }
}

/// The reason why an expression has no value.
pub(super) enum NoValue {
    /// It is malformed.
    Malformed,
    /// The link ends.
    Halt,
}

impl From<Halt> for NoValue {
    fn from(Halt: Halt) -> Self {
        Self::Halt
    }
}

/// Takes an operand off the stack.
pub(super) fn operand(stack: &mut Vec<Computed>) -> Result<Computed, NoValue> {
    stack.pop().ok_or(NoValue::Malformed)
}
