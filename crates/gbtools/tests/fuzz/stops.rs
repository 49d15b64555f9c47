//! Long and endless work stops when asked.

use std::io;
use std::path::Path;

use gbtools::asm::{self, Options};
use gbtools::files::{Content, Files};
use gbtools::limits::Limits;
use gbtools::report::{Diagnostic, Report};
use gbtools::until::Until;

use crate::bounds::{self, DEADLINE};

/// Enough memory, so that only the deadline ends the work.
const MEMORY: u64 = 1 << 30;

/// Makes `s` a string of four mebibytes.
const LONG_TEXT: &str = "DEF s EQUS \"0123456789ABCDEF\"\nREPT 18\nREDEF s EQUS STRCAT(#s, #s)\nENDR\n";

/// Endless and large files.
struct Endless(Content);

impl Files for Endless {
    fn read(&self, path: &Path, _most: u64, until: &dyn Until) -> io::Result<Content> {
        if path == Path::new("large") {
            return Ok(self.0.clone());
        }
        while until.stop().is_none() {}
        Err(io::ErrorKind::Interrupted.into())
    }

    fn is_file(&self, _path: &Path) -> bool {
        true
    }
}

struct Silent;

impl Report for Silent {
    fn message(&mut self, _message: Diagnostic) {}

    fn print(&mut self, _text: &[u8]) {}
}

/// Assembles one part followed by a repeated part, up to a size that takes longer than the deadline.
fn stops(name: &str, before: &str, repeated: &str) {
    let files = Endless(vec![b'a'; 8 << 20].into());
    let times = if repeated.is_empty() { 0 } else { (64 << 20) / repeated.len() };
    let source: Content = [before.as_bytes(), &repeated.as_bytes().repeat(times)].concat().into();
    let result = bounds::within(name, DEADLINE, None, move |clock| {
        let options = Options { limits: Limits { memory: MEMORY, ..Limits::default() }, ..Options::default() };
        let result = asm::assemble("main.asm".into(), source, &options, &files, clock, &mut Silent);
        match result {
            Err(failed) if failed.stopped.is_some() => Ok(()),
            other => Err(format!("{:?}", other.map(|_| ()))),
        }
    });
    assert_eq!(result, Ok(()), "{name}");
}

#[test]
fn an_assembly_stops() {
    let _alone = bounds::alone();
    for (name, before, repeated) in [
        ("REPT of nothing", "REPT $7FFFFFFF\nENDR\n", ""),
        ("FOR", "FOR x, $7FFFFFFF\nDEF y = x\nENDR\n", ""),
        ("REPT in REPT", "REPT $7FFFFFFF\nREPT $7FFFFFFF\nENDR\nENDR\n", ""),
        (
            "macros that call twice",
            "MACRO m\nm\nm\nENDM\nOPT r60\nMACRO n\nIF _NARG < 50\nn \\#, x\nn \\#, x\nENDC\nENDM\nn\n",
            "",
        ),
        ("DS of unknown values", "SECTION \"s\", ROM0\nds $7FFFFFFF, @\n", ""),
        ("DS of one value", "SECTION UNION \"s\", ROM0\nREPT $7FFFFFFF\nds 1, 1\nENDR\n", ""),
        ("STRRPL", "REPT $7FFFFFFF\nDEF n = STRLEN(STRRPL(#s, \"0\", \"1\"))\nENDR\n", ""),
        ("STRLEN", "REPT $7FFFFFFF\nDEF n = STRLEN(#s)\nENDR\n", ""),
        ("STRUPR", "REPT $7FFFFFFF\nDEF n = STRUPR(#s) === #s\nENDR\n", ""),
        ("STRRFIND", "REPT $7FFFFFFF\nDEF n = STRRFIND(#s, \"x\")\nENDR\n", ""),
        ("STRSLICE", "REPT $7FFFFFFF\nDEF n = STRSLICE(#s, -1) === \"x\"\nENDR\n", ""),
        ("STRFMT", "REPT $7FFFFFFF\nDEF n = STRLEN(STRFMT(\"%s\", #s))\nENDR\n", ""),
        ("a wide format", "DEF x = 1\nREPT $7FFFFFFF\nPRINT \"{9000000d:x}\"\nENDR\n", ""),
        ("REDEF", "REPT $7FFFFFFF\nREDEF t EQUS #s\nENDR\n", ""),
        ("a long text as code", "REPT $7FFFFFFF\nDEF n = STRLEN(\"{s}\")\nENDR\n", ""),
        ("READFILE", "REPT $7FFFFFFF\nDEF n = STRLEN(READFILE(\"large\"))\nENDR\n", ""),
        ("INCBIN", "SECTION \"s\", ROM0\nREPT $7FFFFFFF\nINCBIN \"large\", 0, 1\nENDR\n", ""),
        ("READFILE without an end", "PRINT READFILE(\"endless\")\n", ""),
        ("INCBIN without an end", "SECTION \"s\", ROM0\nINCBIN \"endless\"\n", ""),
        ("INCLUDE without an end", "INCLUDE \"endless\"\n", ""),
        ("CHARLEN", "REPT $7FFFFFFF\nDEF n = CHARLEN(#s)\nENDR\n", ""),
        ("CHARCMP", "REPT $7FFFFFFF\nDEF n = CHARCMP(#s, #s)\nENDR\n", ""),
        ("STRCHAR", "REPT $7FFFFFFF\nDEF n = STRCHAR(#s, -1) === #s\nENDR\n", ""),
        (
            "a long mapping",
            "CHARMAP STRSLICE(#s, 0, 1000000) ++ \"x\", 1\nREPT $7FFFFFFF\nDEF n = CHARLEN(#s)\nENDR\n",
            "",
        ),
        (
            "REVCHAR",
            "FOR x, 100000\nCHARMAP \"{d:x}\", x\nENDR\nREPT $7FFFFFFF\nDEF n = STRLEN(REVCHAR(5))\nENDR\n",
            "",
        ),
        (
            "a line without an end",
            "DEF t0 EQUS \"1, \"\nFOR x, 1, 60\nDEF y = x - 1\nDEF t{d:x} EQUS \"t{d:y} t{d:y}\"\nENDR\nPRINT t59\n",
            "",
        ),
        (
            "braces without an end",
            "DEF a EQUS #\"{b}{b}{b}{b}{b}{b}{b}{b}\"\nDEF b EQUS \"\"\nDEF t EQUS #\"{a}{a}{a}{a}{a}{a}\"\nREPT $7FFFFFFF\nt\nENDR\n",
            "",
        ),
        ("an error without an end", "REPT $7FFFFFFF\n}\nENDR\n", ""),
        (
            "errors deep in macros",
            "MACRO m\nIF _NARG < 50\nm \\#, x\nELSE\nREPT $7FFFFFFF\n}\nENDR\nENDC\nENDM\nm\n",
            "",
        ),
        ("sections", "REPT $7FFFFFFF\nSECTION FRAGMENT \"s\", ROM0\nPUSHS\nPOPS\nENDR\n", ""),
        ("an untaken IF", "IF 0\n", "x\n"),
        ("an untaken IF of long lines", "IF 0\n", "x IF ENDC 1 ELSE\n"),
        ("a macro's body", "MACRO m\n", "x\n"),
        ("a loop's body", "REPT 1\n", "x\n"),
        ("a comment", "/*", "* /"),
        ("comments", "", ";x\n"),
        ("digits", "DEF x = 0", "0"),
        ("hexadecimal digits", "DEF x = $", "0"),
        ("binary digits", "DEF x = %", "0"),
        ("octal digits", "DEF x = &", "0"),
        ("pixels", "DEF x = `", "0"),
        ("digits after a point", "DEF x = 0.", "0"),
        ("digits of a precision", "DEF x = 0.0q", "0"),
        ("the number of an argument", "PRINT \\<", "0"),
        ("blanks", "", " "),
        ("blanks after a backslash", "\\", " "),
        ("blanks in an untaken IF", "IF 0\n", " "),
        ("a word in an untaken IF", "IF 0\n", "x"),
        ("a line in an untaken IF", "IF 0\n", "x "),
        ("blanks in a macro's body", "MACRO m\n", " "),
        ("a word in a macro's body", "MACRO m\n", "x"),
        ("a line in a macro's body", "MACRO m\n", "x "),
        ("an argument", "MACRO m\nENDM\nm ", "x"),
        ("blanks before an argument", "MACRO m\nENDM\nm ", " "),
        ("a line of a comment", ";", "x"),
        ("a line of a comment between marks", "/*", "x"),
        ("a string", "PRINT \"", "x"),
        ("a raw string", "PRINT #\"", "x"),
        ("a string of many lines", "PRINT \"\"\"", "x\n"),
        ("carriage returns", "", "\r"),
        ("a label", "", "a:\n"),
        ("a dropped line", "?", " \"\""),
        ("lines", "", "\n"),
        ("operands", "DEF x = 1", "+1"),
        ("diff marks", "", "+ "),
        ("garbage", "", "\u{1}"),
        ("backslashes", "", "\\x"),
        ("signs", ":", "+"),
        ("arguments", "MACRO m\nENDM\nm ", "x,"),
        ("continued lines", "", "\\\n"),
        ("braces", "", "{x}"),
    ] {
        let text = if before.contains("#s") || before.contains("{s}") { LONG_TEXT } else { "" };
        stops(name, &format!("{text}{before}"), repeated);
    }
}
