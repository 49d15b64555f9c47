//! Limits of an assembly: time, memory and stack.
//!
//! Memory is counted roughly. The part that grows with the source is measured from time to time. Kept texts are counted
//! when they come and go. A text that is being made must not exceed the remaining memory.

use super::{Asm, Done, Halt};

/// The number of steps between two checks whether to stop. A step is a token or a line.
const PATIENCE: u32 = 4096;

/// This many bytes of text count as a step.
const BYTES_A_STEP: usize = 64;

/// Long texts are examined in pieces of this size, and steps are counted after each. It is longer than any name.
const PIECE: usize = LONGEST_NAME + 1;

/// A message counts as this many steps, because it includes a backtrace.
const STEPS_A_MESSAGE: u32 = 64;

/// Byte counts are kept in 32 bits.
const MOST_MEMORY: u64 = 3 << 30;

/// The longest string. No operation on a string of this length takes long.
pub(crate) const LONGEST_TEXT: usize = 16 << 20;

/// The longest name. Messages contain many names.
pub(crate) const LONGEST_NAME: usize = 1 << 16;

/// A text that is being made exists this many times: it moves while it grows, and is a part of what it is made for.
const COPIES: u64 = 2;

/// The largest file that a source can use.
pub(crate) const LARGEST_FILE: u64 = 256 << 20;

/// The most IFs, UNIONs, PUSHSs and so on that may be open.
const MOST_OPEN: usize = 1 << 14;

/// Before this many bytes are allocated at once, memory is measured.
const MUCH: usize = 1 << 16;

/// A text of at most this many bytes is accepted without a look at the remaining memory.
const SHORT_TEXT: usize = 256;

/// The most stack that is used, in any thread. Small threads have half a megabyte.
const MOST_STACK: usize = 320 << 10;

/// The start of a long text, short enough to examine at once.
pub(crate) fn piece(text: &[u8]) -> &[u8] {
    text.get(..PIECE).unwrap_or(text)
}

/// The approximate current end of the stack.
#[inline(never)]
pub(crate) fn stack() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(&here).addr()
}

impl Asm<'_> {
    /// Checks regularly whether the caller wants to stop.
    #[inline]
    pub(crate) fn poll(&mut self) -> Done {
        match self.patience.checked_sub(1) {
            Some(left) => {
                self.patience = left;
                Ok(())
            }
            None => self.ask(),
        }
    }

    /// Like [`poll`](Self::poll), for work on this many bytes.
    #[inline]
    pub(crate) fn work(&mut self, bytes: usize) -> Done {
        self.count_bytes(bytes);
        self.poll()
    }

    /// Counts the steps of work on this many bytes.
    #[inline]
    pub(crate) fn count_bytes(&mut self, bytes: usize) {
        let steps = u32::try_from(bytes / BYTES_A_STEP).unwrap_or(u32::MAX);
        self.patience = self.patience.saturating_sub(steps);
    }

    /// Counts the steps of a message.
    pub(crate) fn count_message(&mut self) {
        self.patience = self.patience.saturating_sub(STEPS_A_MESSAGE);
    }

    /// Asks whether to stop, and measures the memory.
    #[cold]
    pub(crate) fn ask(&mut self) -> Done {
        self.patience = PATIENCE;
        self.stopped = self.until.stop();
        if self.stopped.is_some() || self.limit_reached || self.fatal {
            return Err(Halt::Run);
        }
        self.measure();
        self.check_room(0)
    }

    /// Measures the memory that grows with the source.
    fn measure(&mut self) {
        let bytes = self.names.memory()
            + self.symbols.memory()
            + self.nodes.memory()
            + self.input.memory()
            + self.sections.memory()
            + self.charmaps.memory()
            + self.output.memory()
            + self.pushed_settings.len() * 1024;
        self.measured = bytes as u64;
    }

    fn limit(&self) -> u64 {
        self.options.limits.memory.min(MOST_MEMORY)
    }

    fn memory_used(&self) -> u64 {
        self.memory.saturating_add(self.measured).saturating_add(self.bodies.memory())
    }

    /// The remaining memory.
    pub(crate) fn room(&self) -> u64 {
        self.limit().saturating_sub(self.memory_used())
    }

    /// Checks that this much memory remains.
    #[inline]
    pub(crate) fn check_room(&mut self, bytes: usize) -> Done {
        if bytes >= MUCH {
            self.measure();
        }
        if self.memory_used().saturating_add(bytes as u64) > self.limit() { Err(self.out_of_memory()) } else { Ok(()) }
    }

    /// Counts memory that is kept.
    pub(crate) fn use_memory(&mut self, bytes: usize) -> Done {
        self.memory = self.memory.saturating_add(bytes as u64);
        self.check_room(0)
    }

    /// Counts memory that is no longer kept.
    pub(crate) fn free_memory(&mut self, bytes: usize) {
        self.memory = self.memory.saturating_sub(bytes as u64);
    }

    /// Checks the size of a text that is being made. Each parenthesis around it may hold another text that waits for
    /// it.
    #[inline]
    pub(crate) fn check_text(&mut self, bytes: usize) -> Done {
        if bytes <= SHORT_TEXT { Ok(()) } else { self.check_long_text(bytes) }
    }

    fn check_long_text(&mut self, bytes: usize) -> Done {
        if bytes > LONGEST_TEXT {
            return Err(self.text_too_long());
        }
        let levels = u64::from(self.expression_depth) + 1;
        if COPIES * bytes as u64 * levels * levels > self.room() { Err(self.out_of_memory()) } else { Ok(()) }
    }

    /// The maximum length of a text.
    pub(crate) fn most_text(&self) -> usize {
        usize::try_from(self.room() / COPIES).unwrap_or(LONGEST_TEXT).min(LONGEST_TEXT)
    }

    /// Ends the assembly because a text would be too long.
    #[cold]
    pub(crate) fn text_too_long(&mut self) -> Halt {
        if self.most_text() < LONGEST_TEXT {
            return self.out_of_memory();
        }
        self.fatal("text-limit", format!("A text has more than {LONGEST_TEXT} bytes, which is the limit"))
    }

    /// Checks the length of a name.
    pub(crate) fn check_name(&mut self, bytes: usize) -> Done {
        if bytes <= LONGEST_NAME {
            return Ok(());
        }
        Err(self.fatal("name-limit", format!("A name has more than {LONGEST_NAME} bytes, which is the limit")))
    }

    /// Checks the number of open constructs.
    pub(crate) fn check_open(&mut self, open: usize, directive: &str) -> Done {
        if open < MOST_OPEN {
            return Ok(());
        }
        Err(self.fatal("open-limit", format!("More than {MOST_OPEN} {directive}s are open, which is the limit")))
    }

    /// Checks that enough stack remains for a recursive step. Recursive code has its own limits, which apply first
    /// unless stack use is unusual.
    pub(crate) fn check_stack(&mut self) -> Done {
        if self.stack.abs_diff(stack()) <= MOST_STACK {
            return Ok(());
        }
        let kib = MOST_STACK >> 10;
        Err(self.fatal(
            "stack-limit",
            format!("Expressions and literals need more than {kib} KiB of stack, which is the limit"),
        ))
    }

    #[cold]
    pub(crate) fn out_of_memory(&mut self) -> Halt {
        let limit = self.limit();
        self.fatal("memory-limit", format!("The assembly exceeds its memory limit of {limit} bytes"))
    }
}
