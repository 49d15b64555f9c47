//! Checks that the recorded results, which serve tests without RGBDS, are those of the real tools.

use std::fs;

use bstr::ByteSlice;

use crate::golden_programs::topics;
use crate::real::theirs;

#[test]
fn golden_programs_are_up_to_date() {
    let update = std::env::var_os("RGBPIPE_BLESS").is_some();
    for topic in topics() {
        let made = topic.transcript(|tool, arguments, files| theirs(tool, arguments, b"", &files));
        if update {
            fs::write(topic.record(), &made).unwrap();
        }
        assert_eq!(topic.recorded(), made.as_bstr(), "{}", topic.name);
    }
}
