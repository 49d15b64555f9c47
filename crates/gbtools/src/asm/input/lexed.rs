//! What is known of the bodies of macros and loops, which are read again and again: tokens that are always the same, and where
//! skipped text ends.

use std::num::NonZeroU32;

use crate::asm::token::{Keyword, Token};

/// The longest body of which something is kept. Those that are read often are short.
const LONGEST: usize = 4096;

/// The tokens that are kept of a body. Bodies inside it share them.
pub(crate) type LexedId = NonZeroU32;

/// A token that has been read.
#[derive(Clone, Copy, Debug)]
struct Known {
    token: Token,
    /// Where it begins, behind blanks; and where it ends.
    start: u16,
    end: u16,
}

/// Why text is skipped. It determines which keyword ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Skipping {
    /// It is the body of a macro.
    Macro,
    /// It is the body of a loop.
    Loop,
    /// It is in an untaken branch, and another may follow.
    ToBranch,
    /// It is behind the branch that was taken.
    ToEnd,
}

/// The end of skipped text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Skipped {
    /// Behind the keyword that ends it.
    pub end: usize,
    pub keyword: Keyword,
    /// The start of the keyword's line.
    pub line_start: usize,
    /// The number of lines before it.
    pub lines: u32,
}

/// The tokens of a body so far.
#[derive(Clone, Debug, Default)]
struct Lexed {
    /// Where the body begins in its text. What is noted of it is relative to that.
    start: usize,
    /// For each place in the body, the number from 1 of the token that comes next, or 0 where that is not known.
    next: Vec<u16>,
    tokens: Vec<Known>,
    /// Skipped texts by where they begin and why, in order.
    skipped: Vec<((usize, Skipping), Skipped)>,
    /// How many of the contexts that are being read have it.
    readers: u32,
    /// It is a macro's, for other calls. A loop's tokens are kept as long as it lasts.
    of_macro: bool,
}

/// The tokens of all bodies so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bodies {
    /// By [`LexedId`] from 1.
    all: Vec<Lexed>,
    /// Those that can be used for another body.
    spare: Vec<LexedId>,
    /// About how many bytes they take.
    memory: usize,
}

/// The size of a kept end of skipped text.
const SKIPPED: usize = size_of::<((usize, Skipping), Skipped)>();

impl Bodies {
    /// Begins to keep tokens of a body. None of a long one.
    pub(crate) fn begin(&mut self, start: usize, end: usize, of_macro: bool) -> Option<LexedId> {
        let len = end - start;
        if len > LONGEST {
            return None;
        }
        let id = if let Some(id) = self.spare.pop() {
            id
        } else {
            self.all.push(Lexed::default());
            self.memory += size_of::<Lexed>();
            NonZeroU32::new(u32::try_from(self.all.len()).ok()?)?
        };
        let lexed = self.get_mut(id);
        (lexed.start, lexed.of_macro) = (start, of_macro);
        lexed.next.resize(len, 0);
        self.memory += len * size_of::<u16>();
        Some(id)
    }

    /// A context that has it begins.
    pub(crate) fn enter(&mut self, id: LexedId) {
        self.get_mut(id).readers += 1;
    }

    /// A context that has it has ended.
    pub(crate) fn leave(&mut self, id: LexedId) {
        let lexed = self.get_mut(id);
        lexed.readers -= 1;
        self.forget_unless_needed(id);
    }

    /// The macro is no more, though its body may still be being read.
    pub(crate) fn purge(&mut self, id: LexedId) {
        self.get_mut(id).of_macro = false;
        self.forget_unless_needed(id);
    }

    fn forget_unless_needed(&mut self, id: LexedId) {
        let lexed = self.get_mut(id);
        if lexed.readers == 0 && !lexed.of_macro {
            let memory = lexed.next.len() * size_of::<u16>()
                + lexed.tokens.len() * size_of::<Known>()
                + lexed.skipped.len() * SKIPPED;
            lexed.next.clear();
            lexed.tokens.clear();
            lexed.skipped.clear();
            self.memory -= memory;
            self.spare.push(id);
        }
    }

    fn get_mut(&mut self, id: LexedId) -> &mut Lexed {
        &mut self.all[id.get() as usize - 1]
    }

    /// The token that comes next at a place in a text, and where it begins and ends there.
    #[inline]
    pub(crate) fn find(&self, id: LexedId, at: usize) -> Option<(Token, usize, usize)> {
        let lexed = &self.all[id.get() as usize - 1];
        let number = usize::from(*lexed.next.get(at - lexed.start)?);
        let known = lexed.tokens.get(number.wrapping_sub(1))?;
        Some((known.token, lexed.start + usize::from(known.start), lexed.start + usize::from(known.end)))
    }

    /// Keeps a token that was found at a place in a text: it begins and ends so many bytes further on.
    pub(crate) fn keep(&mut self, id: LexedId, at: usize, token: Token, start: usize, end: usize) {
        let lexed = self.get_mut(id);
        let at = at - lexed.start;
        let (Ok(start), Ok(end)) = (u16::try_from(at + start), u16::try_from(at + end)) else { return };
        let (Some(next), Ok(number)) = (lexed.next.get_mut(at), u16::try_from(lexed.tokens.len() + 1)) else { return };
        lexed.tokens.push(Known { token, start, end });
        *next = number;
        self.memory += size_of::<Known>();
    }

    /// Where text that begins here ended when it was skipped before.
    pub(crate) fn skipped(&self, id: LexedId, at: usize, skipping: Skipping) -> Option<Skipped> {
        let skipped = &self.all[id.get() as usize - 1].skipped;
        let index = skipped.binary_search_by_key(&(at, skipping), |&(key, _)| key).ok()?;
        Some(skipped[index].1)
    }

    /// Keeps where text that begins here ends.
    pub(crate) fn keep_skipped(&mut self, id: LexedId, at: usize, skipping: Skipping, end: Skipped) {
        let skipped = &mut self.get_mut(id).skipped;
        if let Err(index) = skipped.binary_search_by_key(&(at, skipping), |&(key, _)| key) {
            skipped.insert(index, ((at, skipping), end));
            self.memory += SKIPPED;
        }
    }

    /// About how many bytes they take.
    pub(crate) fn memory(&self) -> u64 {
        self.memory as u64
    }
}

#[cfg(test)]
mod tests;
