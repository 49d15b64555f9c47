//! Stand-in.
use super::token::Keyword;
use super::{Asm, Done};
impl Asm<'_> {
    pub(crate) fn instruction(&mut self, _keyword: Keyword) -> Done<bool> {
        Ok(false)
    }
}
