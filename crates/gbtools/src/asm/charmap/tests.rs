use std::cmp::Ordering;

use super::super::issue::Issue;
use super::*;
use crate::until::Never;

fn maps(mappings: &[(&str, &[i32])]) -> Charmaps {
    let mut maps = Charmaps::default();
    for (text, values) in mappings {
        maps.define(text.as_bytes(), values).unwrap();
    }
    maps
}

fn convert(maps: &Charmaps, text: &[u8]) -> (Vec<i32>, usize) {
    let (mut values, mut flaws) = (vec![], 0);
    maps.current().convert(text, &mut values, &Never, &mut |_| flaws += 1).unwrap();
    (values, flaws)
}

#[test]
fn the_longest_mapping_counts() {
    let maps = maps(&[("ab", &[0xFF]), ("abcd", &[0xFE, -1]), ("é", &[1])]);
    assert_eq!(convert(&maps, "abcabcdé".as_bytes()), (vec![0xFF, 99, 0xFE, -1, 1], 1));
}

#[test]
fn bytes_that_are_not_mapped_stand_for_themselves() {
    assert_eq!(convert(&Charmaps::default(), "é".as_bytes()), (vec![-0x3D, -0x57], 0));
    // A character cut off by the end counts as one character in RGBDS. Invalid UTF-8 is an error.
    assert_eq!(convert(&Charmaps::default(), b"\xE6\xBC"), (vec![-0x1A, -0x44], 0));
    assert_eq!(convert(&Charmaps::default(), b"\xE6\xBCA"), (vec![-0x1A, -0x44, 0x41], 2));
}

#[test]
fn comparison_stops_where_it_is_decided() {
    let maps = maps(&[("w", &[3, 2, 1]), ("c", &[3]), ("n", &[-1])]);
    let mut flaws = vec![];
    let mut order = |left: &'static str, right: &'static str| {
        maps.current().char_cmp(left.as_bytes(), right.as_bytes(), &Never, &mut |flaw| flaws.push(flaw.code())).unwrap()
    };
    assert_eq!(order("wq", "cq"), Ordering::Less);
    assert_eq!(order("n", "w"), Ordering::Less);
    assert_eq!(order("w", ""), Ordering::Greater);
    assert_eq!(flaws, ["unmapped-char"]);
}

#[test]
fn a_copy_changes_alone() {
    let mut maps = maps(&[("a", &[1])]);
    maps.create(b"copy", Some(b"main"), &mut |_| unreachable!());
    assert_eq!(maps.define(b"a", &[2, 3]), Err(Misuse::Redefined));
    assert_eq!(maps.current().mapping(b"a"), Some(&[2, 3][..]));
    maps.push();
    maps.set(b"main").unwrap();
    assert_eq!(maps.current().char_val(b"a"), Ok(1));
    maps.pop().unwrap();
    assert_eq!(maps.current().char_val(b"a"), Err(Flaw::ManyValues(b"a")));
    assert_eq!(maps.pop(), Err(Misuse::EmptyStack));
}

#[test]
fn an_empty_copy_of_main_is_not_main() {
    let mut maps = Charmaps::default();
    maps.create(b"copy", Some(b"main"), &mut |_| unreachable!());
    assert_eq!(convert(&maps, b"a"), (vec![97], 1));
}

#[test]
fn a_long_search_is_stopped() {
    struct Now;
    impl Until for Now {
        fn stop(&self) -> Option<Stop> {
            Some(Stop::Cancelled)
        }
    }
    let mut maps = Charmaps::default();
    let mut long = vec![b'a'; 1000];
    maps.define(&[&long[..], b"b"].concat(), &[1]).unwrap();
    maps.define(b"a", &[2]).unwrap();
    long.truncate(100);
    assert_eq!(maps.current().char_len(&long, &Now, &mut |_| ()), Ok(100));
    let long = vec![b'a'; 1000];
    assert_eq!(maps.current().char_len(&long, &Now, &mut |_| ()), Err(Stop::Cancelled));
}
