//! A stable sort that can be stopped.

use std::cmp::Ordering;

use crate::limits::{Budget, Spent};

/// The number of elements that are sorted at once.
const PIECE: usize = 1 << 14;

/// Sorts a list. Equal elements keep their order.
pub(super) fn sort<T: Copy>(
    list: &mut [T],
    budget: &Budget<'_>,
    mut compare: impl FnMut(&T, &T) -> Ordering,
) -> Result<(), Spent> {
    for piece in list.chunks_mut(PIECE) {
        budget.work(size_of_val(piece))?;
        piece.sort_by(&mut compare);
    }
    let mut size = PIECE;
    while size < list.len() {
        let mut merged = Vec::with_capacity(list.len());
        for pair in list.chunks(2 * size) {
            let (mut left, mut right) = pair.split_at(size.min(pair.len()));
            while let (Some(&first), Some(&second)) = (left.first(), right.first()) {
                budget.step()?;
                if compare(&second, &first) == Ordering::Less {
                    merged.push(second);
                    right = &right[1..];
                } else {
                    merged.push(first);
                    left = &left[1..];
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
            budget.work(size_of_val(pair))?;
        }
        for (to, from) in list.chunks_mut(PIECE).zip(merged.chunks(PIECE)) {
            budget.work(size_of_val(from))?;
            to.copy_from_slice(from);
        }
        size *= 2;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::until::Never;

    #[test]
    fn a_long_list_is_sorted_as_a_short_one() {
        let budget = Budget::new(Limits::default(), &Never);
        for count in [0, 1, PIECE, PIECE + 1, 5 * PIECE + 7] {
            let mut list: Vec<(u32, usize)> =
                (0_u32..).map(|number| number.wrapping_mul(7919) % 1009).zip(0..count).collect();
            let mut expected = list.clone();
            expected.sort_by_key(|pair| pair.0);
            sort(&mut list, &budget, |left, right| left.0.cmp(&right.0)).unwrap();
            assert!(list == expected, "{count}");
        }
    }
}
