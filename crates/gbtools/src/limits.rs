//! Limits on resources.

use std::cell::Cell;

use crate::until::{Stop, Until};

/// The resources that a tool may use. Exceeding them is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The approximate limit on memory for files, text and results, in bytes.
    pub memory: u64,
    /// The size of each output of the linker and the fixer, in bytes.
    pub output: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 4 << 30, output: u64::MAX }
    }
}

/// The reason why a tool stops early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// The caller wants it to stop.
    Stopped(Stop),
    /// It would exceed the memory limit.
    Memory,
    /// An output would exceed the limit.
    Output,
}

/// The number of steps between two checks whether to stop.
const PATIENCE: u32 = 4096;

/// The number of bytes that are one step.
const BYTES_A_STEP: usize = 64;

/// The number of bytes that are copied between two checks.
const PIECE: usize = PATIENCE as usize * BYTES_A_STEP;

/// The resources that are left to one run of a tool. Every loop whose length depends on the input counts its steps here.
pub struct Budget<'a> {
    limits: Limits,
    until: &'a dyn Until,
    /// The number of steps until the next check.
    steps: Cell<u32>,
    /// In bytes.
    memory: Cell<u64>,
}

impl<'a> Budget<'a> {
    /// A budget of everything that the limits allow.
    pub fn new(limits: Limits, until: &'a dyn Until) -> Self {
        Self { limits, until, steps: Cell::default(), memory: Cell::new(limits.memory) }
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Decides whether to stop.
    pub fn until(&self) -> &'a dyn Until {
        self.until
    }

    /// Counts a step.
    ///
    /// # Errors
    /// [`Spent::Stopped`], which is checked every few thousand steps.
    #[inline]
    pub fn step(&self) -> Result<(), Spent> {
        match self.steps.get().checked_sub(1) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => self.ask(),
        }
    }

    #[cold]
    fn ask(&self) -> Result<(), Spent> {
        if let Some(stop) = self.until.stop() {
            return Err(Spent::Stopped(stop));
        }
        self.steps.set(PATIENCE);
        Ok(())
    }

    /// Counts the steps of work on this many bytes, without a check.
    #[inline]
    pub fn count(&self, bytes: usize) {
        let steps = u32::try_from(bytes / BYTES_A_STEP).unwrap_or(u32::MAX);
        self.steps.set(self.steps.get().saturating_sub(steps));
    }

    /// Like [`step`](Self::step), for work on this many bytes.
    ///
    /// # Errors
    /// Those of [`step`](Self::step).
    #[inline]
    pub fn work(&self, bytes: usize) -> Result<(), Spent> {
        self.count(bytes);
        self.step()
    }

    /// The memory that is left, in bytes.
    pub fn room(&self) -> u64 {
        self.memory.get()
    }

    /// Takes memory, in bytes.
    ///
    /// # Errors
    /// [`Spent::Memory`]
    #[inline]
    pub fn take(&self, bytes: usize) -> Result<(), Spent> {
        let left = self.memory.get().checked_sub(bytes as u64).ok_or(Spent::Memory)?;
        self.memory.set(left);
        Ok(())
    }

    /// Returns memory, in bytes.
    pub fn give_back(&self, bytes: usize) {
        self.memory.set(self.memory.get().saturating_add(bytes as u64));
    }

    /// Takes the memory of this many values.
    ///
    /// # Errors
    /// As for [`take`](Self::take).
    pub fn take_room_for<T>(&self, count: usize) -> Result<(), Spent> {
        self.take(count.saturating_mul(size_of::<T>()))
    }

    /// Appends bytes. They do not count as memory.
    ///
    /// # Errors
    /// As for [`step`](Self::step).
    pub fn append(&self, to: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Spent> {
        to.reserve_exact(bytes.len());
        for piece in bytes.chunks(PIECE) {
            self.work(piece.len())?;
            to.extend_from_slice(piece);
        }
        Ok(())
    }

    /// Cuts bytes, or pads them with a value. They do not count as memory.
    ///
    /// # Errors
    /// As for [`step`](Self::step).
    pub fn resize(&self, bytes: &mut Vec<u8>, size: usize, value: u8) -> Result<(), Spent> {
        bytes.truncate(size);
        bytes.reserve_exact(size - bytes.len());
        while bytes.len() < size {
            let next = size.min(bytes.len() + PIECE);
            self.work(next - bytes.len())?;
            bytes.resize(next, value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::until::Never;

    /// Stops the work once this is true.
    struct Stops(AtomicBool);

    impl Until for Stops {
        fn stop(&self) -> Option<Stop> {
            self.0.load(Ordering::Relaxed).then_some(Stop::Cancelled)
        }
    }

    #[test]
    fn every_few_thousand_steps_somebody_asks() {
        let stops = Stops(AtomicBool::new(false));
        let stopped = Err(Spent::Stopped(Stop::Cancelled));
        let budget = Budget::new(Limits::default(), &stops);
        budget.step().unwrap();
        stops.0.store(true, Ordering::Relaxed);
        for _ in 0..PATIENCE {
            assert_eq!(budget.step(), Ok(()));
        }
        // Further steps fail in the same way.
        assert_eq!([budget.step(), budget.step()], [stopped, stopped]);
        let (mut long, mut short) = (Vec::new(), Vec::new());
        assert_eq!(budget.append(&mut long, &vec![0; 2 * PIECE]), stopped);
        assert_eq!(budget.resize(&mut short, 2 * PIECE, 0), stopped);
    }

    #[test]
    fn memory_is_left_until_it_is_taken() {
        let budget = Budget::new(Limits { memory: 10, ..Limits::default() }, &Never);
        assert_eq!((budget.take(6), budget.room()), (Ok(()), 4));
        assert_eq!((budget.take_room_for::<u32>(usize::MAX), budget.room()), (Err(Spent::Memory), 4));
        assert_eq!((budget.take_room_for::<u32>(1), budget.take(1)), (Ok(()), Err(Spent::Memory)));
    }

    #[test]
    fn long_lists_of_bytes_grow_and_are_cut() {
        let budget = Budget::new(Limits::default(), &Never);
        let mut bytes = vec![1];
        budget.append(&mut bytes, &[2; 2]).unwrap();
        budget.resize(&mut bytes, 2 * PIECE + 1, 3).unwrap();
        assert_eq!((bytes.len(), &bytes[..4], bytes.last()), (2 * PIECE + 1, &[1, 2, 2, 3][..], Some(&3)));
        budget.resize(&mut bytes, 2, 3).unwrap();
        assert_eq!(bytes, [1, 2]);
    }
}
