//! Finds the known word that an unknown one most resembles.

use std::cmp::Reverse;

use bstr::{BStr, ByteSlice};

/// Longer words are not compared. The time is the product of both lengths.
const LONGEST: usize = 64;

/// The limit on searches in one run. It is enough for a person, and keeps a source with a million errors fast.
pub(crate) const SEARCHES: u32 = 32;

/// The candidate that resembles the word most, if any does. Case does not matter.
///
/// One letter in three may be different, missing, extra, or swapped with the next.
pub(crate) fn nearest<'a>(word: &[u8], candidates: impl IntoIterator<Item = &'a [u8]>) -> Option<&'a BStr> {
    let most = word.len() / 3;
    if word.len() > LONGEST {
        return None;
    }
    let lower = |text: &[u8]| text.to_str_lossy().to_ascii_lowercase();
    let wanted = lower(word);
    let near = candidates.into_iter().filter(|candidate| candidate.len().abs_diff(word.len()) <= most);
    let near = near.filter_map(|candidate| {
        let distance = strsim::osa_distance(&wanted, &lower(candidate));
        (distance <= most && candidate != word).then_some((distance, candidate))
    });
    // Among equals, the one with the longest common start wins, then the first in the alphabet.
    let begins = |candidate: &[u8]| wanted.bytes().zip(lower(candidate).bytes()).take_while(|(a, b)| a == b).count();
    near.min_by_key(|&(distance, candidate)| (distance, Reverse(begins(candidate)), candidate))
        .map(|(_, candidate)| candidate.as_bstr())
}

/// [`nearest`] as the end of a message: `` (did you mean `x`?)``, or nothing.
pub(crate) fn did_you_mean<'a>(word: &[u8], candidates: impl IntoIterator<Item = &'a [u8]>) -> String {
    nearest(word, candidates).map_or_else(String::new, |found| format!(" (did you mean `{found}`?)"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn near(word: &str, candidates: &[&str]) -> Option<String> {
        nearest(word.as_bytes(), candidates.iter().map(|text| text.as_bytes())).map(ToString::to_string)
    }

    #[test]
    fn a_similar_name_is_found() {
        assert_eq!(near("wPlyaerX", &["wPlayerY", "wPlayerX", "wEnemyX"]).as_deref(), Some("wPlayerX"));
        assert_eq!(near("MAIN", &["Main", "Mine"]).as_deref(), Some("Main"));
        assert_eq!(near("jmp", &["ret", "jr", "jp"]).as_deref(), Some("jp"));
        assert_eq!(near("cap", &["cup", "map", "can"]).as_deref(), Some("can"));
        assert_eq!(near("ab", &["AB"]).as_deref(), Some("AB"));
    }

    #[test]
    fn a_different_name_is_not_found() {
        assert_eq!(near("wPlayer", &["wEnemies", "wPlayer", "", "w"]), None);
        assert_eq!(near("x", &["y", "xy"]), None);
        assert_eq!(near("", &["", "a"]), None);
        assert_eq!(near(&"x".repeat(65), &[&"x".repeat(64)]), None);
    }
}
