//! Checks that `-v` prints the same text as in the real tools.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bstr::{BString, ByteSlice};

use crate::real::theirs;
use crate::tool::our;

fn check(tool: &str, line: &str, files: &BTreeMap<PathBuf, Vec<u8>>) {
    let arguments: Vec<_> = line.split(' ').map(String::from).collect();
    let (real, ours) = (theirs(tool, &arguments, b"", files), our(tool, &arguments, b"", files.clone()));
    // A command line with an error has a message after the options. The words of an error are the tool's own.
    let options = |text: &[u8]| {
        let before = text.split_str("FATAL").next().unwrap_or_default();
        let lines = before.lines_with_terminator().filter(|line| !line.starts_with(b"error: "));
        BString::from(lines.collect::<Vec<_>>().concat())
    };
    assert_eq!(options(&ours.stderr), options(&real.stderr), "{tool} {line}");
    assert!(real.stderr.contains_str("Options:"), "{tool} {line}");
}

#[test]
fn options_and_steps_agree() {
    let mut files = BTreeMap::from([
        ("a.asm".into(), b"SECTION \"a\", ROM0\n nop\n".to_vec()),
        ("p.inc".into(), b"DEF p EQU 1\n".to_vec()),
        ("a.link".into(), b"ROM0\n\"a\"\n".to_vec()),
    ]);
    for line in [
        "-v a.asm",
        "-v -o a.o a.asm",
        "--verbose -E -b .X -g .xoX -Q8 -p 3 -r 9 -X 8 -D X=5 -o a.o a.asm",
        "-v -P p.inc -I inc -M a.d -MG -MP -MT a -MQ b$ -s equ,var:a.state -o a.o a.asm",
        "-v -M a.d -o a.o a.asm",
        "-v -M a.d -MC -o a.o a.asm",
        "-vv -s all:a.state --color always -o a.o a.asm",
        "-v -M a.d a.asm",
        "-v -M a.d",
        "-vv none.asm",
        "-v -s all:- a.asm",
    ] {
        check("rgbasm", line, &files);
    }
    let arguments = ["-o", "a.o", "a.asm"].map(String::from);
    files = theirs("rgbasm", &arguments, b"", &files).files;
    for line in [
        "-v a.o",
        "-v -o a.gb -m a.map -n a.sym a.o",
        "-v -d -t -M -m a.map -S romx=3,wramx=2 -o a.gb a.o",
        "-v -w -x -p 5 -l a.link -o a.gb a.o",
        "-v --color always -o a.gb a.o",
        "-vv -o a.gb a.o",
        "-vv -o a.gb a.o none.o",
        "-vv -o a.gb none.o a.o",
        "-vv -l a.link a.link",
        "-vv -l a.link -m a.map a.o",
        "-vv -l none -m a.map a.o",
        "-vv -n nowhere/a a.o",
        "-v",
    ] {
        check("rgblink", line, &files);
    }
}
