//! Why a reader of object files has no result.

use crate::limits::Spent;

/// The reason why there is no module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread<E> {
    /// The file is not a valid object.
    Malformed(E),
    /// It needs more memory than there is, or the caller stopped it.
    Spent(Spent),
}

impl<E> From<Spent> for Unread<E> {
    fn from(spent: Spent) -> Self {
        Self::Spent(spent)
    }
}

impl<E> From<Spent> for Box<Unread<E>> {
    fn from(spent: Spent) -> Self {
        Self::new(Unread::Spent(spent))
    }
}
