//! A list that grows without moving its elements.

use std::sync::Arc;

/// The number of elements that are made at a time.
const CHUNK: usize = 512;

/// A list in chunks. A [`Vec`] that grows copies everything, to memory that has not been used before.
#[derive(Clone, Debug)]
pub(crate) struct Chunks<T> {
    chunks: Vec<Chunk<T>>,
}

/// Elements of a list. Those that several lists have in common are copied when one of the lists changes them.
#[derive(Clone, Debug)]
enum Chunk<T> {
    Own(Box<[T; CHUNK]>),
    Shared(Arc<[T; CHUNK]>),
}

impl<T> std::ops::Deref for Chunk<T> {
    type Target = [T; CHUNK];

    #[inline]
    fn deref(&self) -> &Self::Target {
        match self {
            Self::Own(own) => own,
            Self::Shared(shared) => shared,
        }
    }
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Clone + Default> Chunks<T> {
    /// An element, if there has been one with this index or a higher one.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK).map(|chunk| &chunk[index % CHUNK])
    }

    /// An element, to be changed. All elements up to it that did not exist are made.
    #[inline]
    pub(crate) fn get_mut(&mut self, index: usize) -> &mut T {
        while index / CHUNK >= self.chunks.len() {
            self.grow();
        }
        let chunk = &mut self.chunks[index / CHUNK];
        if let Chunk::Shared(shared) = chunk {
            *chunk = own_copy(shared);
        }
        let Chunk::Own(own) = chunk else { unreachable!("it is no longer shared") };
        &mut own[index % CHUNK]
    }

    /// The same list, whose copies share the elements until they change them.
    pub(crate) fn into_shared(self) -> Self {
        let shared = |chunk| match chunk {
            Chunk::Own(own) => Chunk::Shared(own.into()),
            shared @ Chunk::Shared(_) => shared,
        };
        Self { chunks: self.chunks.into_iter().map(shared).collect() }
    }

    #[cold]
    fn grow(&mut self) {
        let chunk: Box<[T]> = std::iter::repeat_with(T::default).take(CHUNK).collect();
        self.chunks.push(Chunk::Own(chunk.try_into().ok().expect("a chunk has its length")));
    }

    /// The number of elements that exist, which may be more than those that were asked for.
    pub(crate) fn len(&self) -> usize {
        self.chunks.len() * CHUNK
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.len() * size_of::<T>()
    }
}

#[cold]
fn own_copy<T: Clone>(shared: &[T; CHUNK]) -> Chunk<T> {
    Chunk::Own(Box::new(shared.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_exist_up_to_the_highest_that_was_asked_for() {
        let mut chunks = Chunks::default();
        assert_eq!((chunks.get(0), chunks.len()), (None, 0));
        for index in [0, CHUNK - 1, CHUNK, 5 * CHUNK + 3] {
            *chunks.get_mut(index) = index;
        }
        for index in [0, CHUNK - 1, CHUNK, 5 * CHUNK + 3] {
            assert_eq!(chunks.get(index), Some(&index));
        }
        assert_eq!((chunks.get(1), chunks.get(6 * CHUNK)), (Some(&0), None));
        assert_eq!((chunks.len(), chunks.iter().count()), (6 * CHUNK, 6 * CHUNK));
    }

    #[test]
    fn copies_share_elements_until_they_change_them() {
        let mut first = Chunks::default();
        (0..2 * CHUNK).for_each(|index| *first.get_mut(index) = index);
        let shared = first.into_shared();
        let mut copy = shared.clone();
        *copy.get_mut(1) = 100;
        *copy.get_mut(2 * CHUNK) = 200;
        assert_eq!([0, 1, 2, 2 * CHUNK].map(|index| copy.get(index)), [Some(&0), Some(&100), Some(&2), Some(&200)]);
        assert_eq!([1, 2 * CHUNK].map(|index| shared.get(index)), [Some(&1), None]);
        let same = |index| std::ptr::eq(shared.get(index).unwrap(), copy.get(index).unwrap());
        assert_eq!([same(0), same(CHUNK)], [false, true]);
    }
}
