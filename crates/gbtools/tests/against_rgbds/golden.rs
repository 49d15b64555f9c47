//! What is checked in for tests without RGBDS is what the real tools make.

use std::fs;

use bstr::ByteSlice;

use crate::golden_programs::topics;
use crate::real::theirs;

#[test]
fn golden_programs_are_what_the_real_tools_make() {
    let update = std::env::var_os("RGBPIPE_BLESS").is_some();
    for topic in topics() {
        let made = topic.transcript(|tool, arguments, files| theirs(tool, arguments, b"", &files));
        if update {
            fs::write(topic.record(), &made).unwrap();
        }
        assert_eq!(topic.recorded(), made.as_bstr(), "{}", topic.name);
    }
}
