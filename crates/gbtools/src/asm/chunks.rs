//! A list that grows without moving its elements.

/// The number of elements that are made at a time.
const CHUNK: usize = 512;

/// A list in chunks. A [`Vec`] that grows copies everything, to memory that has not been used before.
#[derive(Clone, Debug)]
pub(crate) struct Chunks<T> {
    chunks: Vec<Box<[T; CHUNK]>>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Default> Chunks<T> {
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
        &mut self.chunks[index / CHUNK][index % CHUNK]
    }

    #[cold]
    fn grow(&mut self) {
        let chunk: Box<[T]> = std::iter::repeat_with(T::default).take(CHUNK).collect();
        self.chunks.push(chunk.try_into().ok().expect("a chunk has its length"));
    }

    /// The number of elements that exist, which may be more than those that were asked for.
    pub(crate) fn len(&self) -> usize {
        self.chunks.len() * CHUNK
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flat_map(|chunk| chunk.iter_mut())
    }

    /// The memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.len() * size_of::<T>()
    }
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
        let copy = chunks.clone();
        chunks.iter_mut().for_each(|element| *element += 1);
        for index in [0, CHUNK - 1, CHUNK, 5 * CHUNK + 3] {
            assert_eq!((copy.get(index), chunks.get(index)), (Some(&index), Some(&(index + 1))));
        }
        assert_eq!((chunks.get(1), chunks.get(6 * CHUNK)), (Some(&1), None));
        assert_eq!((chunks.len(), chunks.iter().count()), (6 * CHUNK, 6 * CHUNK));
    }
}
