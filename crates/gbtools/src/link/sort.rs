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
    let (mut size, mut merged) = (PIECE, Vec::new());
    while size < list.len() {
        for pair in list.chunks_mut(2 * size).filter(|pair| pair.len() > size) {
            budget.step()?;
            let (mut left, mut right) = pair.split_at(size);
            // Names and addresses are often in order already.
            if compare(&right[0], &left[size - 1]) != Ordering::Less {
                continue;
            }
            merged.clear();
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
            // What is left on the right is in its place.
            merged.extend_from_slice(left);
            for (to, from) in pair.chunks_mut(PIECE).zip(merged.chunks(PIECE)) {
                budget.work(size_of_val(from))?;
                to[..from.len()].copy_from_slice(from);
            }
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
            let orders: [fn(u32) -> u32; 4] = [
                |number| number.wrapping_mul(7919) % 1009,
                |number| number,
                |number| u32::MAX - number,
                // In order, but for the last element.
                |number| if number as usize == 5 * PIECE + 6 { 0 } else { number / 2 },
            ];
            for order in orders {
                let mut list: Vec<(u32, usize)> = (0_u32..).map(order).zip(0..count).collect();
                let mut expected = list.clone();
                expected.sort_by_key(|pair| pair.0);
                sort(&mut list, &budget, |left, right| left.0.cmp(&right.0)).unwrap();
                assert!(list == expected, "{count}");
            }
        }
    }
}
