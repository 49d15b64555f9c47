//! Too much of anything is an error that names the limit.

use std::io;
use std::path::Path;
use std::time::Duration;

use gbtools::asm::{self, Options};
use gbtools::files::{Content, Files, InMemory};
use gbtools::limits::Limits;
use gbtools::report::{Diagnostic, Report, Severity};
use gbtools::until::Until;

use crate::bounds::{self, MEMORY};

/// Long enough to reach any limit, on any machine.
const LONG: Duration = Duration::from_secs(60);

/// Makes `s` a string of half a mebibyte.
const DOUBLES: &str = "DEF s EQUS \"0123456789ABCDEF\"\nREPT 15\nREDEF s EQUS \"{s}{s}\"\nENDR\n";

/// Keeps only the last error.
#[derive(Default)]
pub(crate) struct Last(pub Option<Diagnostic>);

impl Report for Last {
    fn message(&mut self, message: Diagnostic) {
        if message.severity > Severity::Warning {
            self.0 = Some(message);
        }
    }

    fn print(&mut self, _text: &[u8]) {}
}

/// Assembles a source. The error that ends it must have this code.
fn ends_with(code: &'static str, name: &str, source: impl Into<Content>) {
    let source = source.into();
    let result = bounds::within(name, LONG, None, move |clock| {
        let options = Options { limits: Limits { memory: MEMORY, ..Limits::default() }, ..Options::default() };
        let mut files = InMemory::default();
        files.add("self.inc", *b"INCLUDE \"self.inc\"\n");
        let mut report = Last::default();
        let result = asm::assemble("main.asm".into(), source, &options, &FilesOfItsOwn(files), clock, &mut report);
        match (result, report.0) {
            (Err(_), Some(last)) if last.code == code => Ok(()),
            (result, last) => Err(format!("{:?} after {last:?}", result.map(|_| ()))),
        }
    });
    assert_eq!(result, Ok(()), "{name}");
}

/// Each read makes a new copy of a file, as on a disk.
struct FilesOfItsOwn(InMemory);

impl Files for FilesOfItsOwn {
    fn read(&self, path: &Path, most: u64, until: &dyn Until) -> io::Result<Content> {
        if path == Path::new("macro.inc") {
            return Ok([b"MACRO m{d:n}\nENDM\n;".as_slice(), &vec![b'-'; 1 << 16]].concat().into());
        }
        self.0.read(path, most, until)
    }

    fn is_file(&self, path: &Path) -> bool {
        path == Path::new("macro.inc") || self.0.is_file(path)
    }
}

#[test]
fn a_source_that_uses_ever_more_memory_reaches_the_limit() {
    let _alone = bounds::alone();
    let sources: [(&str, &str); 30] = [
        ("texts", "REPT 10000\nDEF t\\@ EQUS #s\nENDR\n"),
        ("labels", "SECTION \"s\", ROM0\nREPT 2000000\nLabel_with_a_long_name\\@:\nENDR\n"),
        ("local labels", "SECTION \"s\", ROM0\nGlobal:\nREPT 2000000\n.local\\@\nENDR\n"),
        ("constants", "FOR x, 2000000\nDEF c{d:x} EQU x\nENDR\n"),
        ("references", "SECTION \"s\", ROM0\nFOR x, 2000000\ndw r{d:x}\nENDR\n"),
        ("purged names", "FOR x, 2000000\nDEF c{d:x} EQU x\nPURGE c{d:x}\nENDR\n"),
        ("names that are nothing", "FOR x, 2000000\nPRINT DEF(c{d:x})\nENDR\n"),
        ("sections", "FOR x, 2000000\nSECTION \"{d:x}\", ROM0\nENDR\n"),
        ("fragment literals", "SECTION \"s\", ROM0\nREPT 2000000\ndw [[ db 1 ]]\nENDR\n"),
        ("bytes", "FOR x, 1000\nSECTION \"{d:x}\", ROMX\nds $4000, x\nENDR\n"),
        ("patches", "SECTION \"s\", ROM0\nds $7FFFFFFF, later\n"),
        (
            "long patches",
            "SECTION \"s\", ROM0\nDEF sum EQUS \"q\"\nREPT 10\nREDEF sum EQUS \"{sum}+{sum}\"\nENDR\nREPT 100000\ndw sum\nENDR\n",
        ),
        ("assertions", "REPT 2000000\nASSERT later == 3, \"{s}\"\nENDR\n"),
        ("macros", "DEF make EQUS \"MACRO m\\\\@\\nPRINT \\\"{s}\\\"\\nENDM\\n\"\nREPT 1000\nmake\nENDR\n"),
        ("files that macros keep", "FOR n, 2000000\nINCLUDE \"macro.inc\"\nENDR\n"),
        ("arguments", "OPT r1000\nMACRO m\nm \\1\\1\nENDM\nm x\n"),
        ("all arguments", "OPT r1000\nMACRO m\nm \\#, \\#\nENDM\nm x\n"),
        ("expansions", "OPT r4294967295\nDEF r EQUS \"r \"\nr\n"),
        ("macro calls", "OPT r4294967295\nMACRO m\nm\nENDM\nm\n"),
        ("included files", "OPT r4294967295\nINCLUDE \"self.inc\"\n"),
        ("loops", "OPT r4294967295\nDEF lo EQUS \"REPT 1\\nlo\\nENDR\\n\"\nlo\n"),
        (
            "expansions of long texts",
            "OPT r4294967295\nDEF t EQUS \"t {s}\"\nDEF n = 0\nMACRO m\nREDEF n = n + 1\nt\nENDM\nm\n",
        ),
        ("mappings", "FOR x, 2000000\nCHARMAP \"a long text {d:x}\", x, x, x\nENDR\n"),
        ("a long mapping", "CHARMAP \"{s}{s}{s}\", 1\n"),
        ("character maps", "FOR x, 2000000\nNEWCHARMAP c{d:x}\nENDR\n"),
        (
            "copies of character maps",
            "CHARMAP \"{s}\", 1\nFOR x, 2000000\nNEWCHARMAP c{d:x}, main\nCHARMAP \"b\", x\nENDR\n",
        ),
        (
            "waiting strings",
            "PRINT STRCAT(#s, STRCAT(#s, STRCAT(#s, STRCAT(#s, STRCAT(#s, STRCAT(#s, STRCAT(#s, #s, #s, #s, #s, #s, #s)))))))\n",
        ),
        (
            "STRFMT's arguments",
            "DEF many EQUS \"#s\"\nREPT 10\nREDEF many EQUS \"{many}, {many}\"\nENDR\nPRINT STRFMT(\"\", many)\n",
        ),
        (
            "names of macros in macros",
            "DEF n = 0\nDEF make EQUS \"MACRO m\\{d:n}\\nREDEF n = n + 1\\nmake\\nENDM\\n\"\nmake\nREPT 100000\nDEF k EQUS \"m{d:n}\"\nk\nPURGE k\nENDR\nSECTION \"s\", ROM0\nx: dw x\n",
        ),
        (
            "a long name that an object has once and a file often",
            "DEF long EQUS \"abcdefghijklmnop\"\nREPT 10\nREDEF long EQUS \"{long}{long}\"\nENDR\nDEF make EQUS \"MACRO short\\nx\\\\@:\\nENDM\\n\"\nMACRO {long}\nmake\nENDM\n{long}\nSECTION \"s\", ROM0\nREPT 5000\nshort\nENDR\n",
        ),
    ];
    for (name, source) in sources {
        let source = format!("{DOUBLES}{source}");
        ends_with("memory-limit", name, source.into_bytes());
    }
}

/// A node takes 24 bytes or more, so one for each iteration would be too many.
#[test]
fn what_is_defined_again_takes_no_more_memory() {
    let _alone = bounds::alone();
    for body in ["DEF v = 1", "DEF c EQU 1\nPURGE c", "FOR i, 1\nENDR"] {
        let source = format!("REPT 600000\n{body}\nENDR\nFAIL \"the end\"\n");
        ends_with("user", body, source.into_bytes());
    }
}

#[test]
fn an_error_about_size_or_depth_names_the_limit() {
    let _alone = bounds::alone();
    let repeated = |text: &str, times: usize| text.repeat(times).into_bytes();
    let open = |what: &str| format!("SECTION \"w\", WRAM0\n{}", format!("{what}\n").repeat(20_000)).into_bytes();
    ends_with("open-limit", "IF", open("IF 1"));
    ends_with("open-limit", "PUSHS", open("PUSHS"));
    ends_with("open-limit", "PUSHO", open("PUSHO"));
    ends_with("open-limit", "PUSHC", open("PUSHC"));
    ends_with("open-limit", "UNION", open("UNION"));
    ends_with("recursion-limit", "macros", b"MACRO m\nm\nENDM\nm\n".to_vec());
    ends_with("recursion-limit", "texts", b"DEF s EQUS \"s\"\ns\n".to_vec());
    ends_with("recursion-limit", "files", b"INCLUDE \"self.inc\"\n".to_vec());
    ends_with("recursion-limit", "interpolations", repeated("{", 1 << 20));
    ends_with("recursion-limit", "fragments", format!("SECTION \"s\", ROM0\n{}", "dw [[\n".repeat(100)).into_bytes());
    ends_with("name-limit", "a name", repeated("a", 1 << 20));
    ends_with("name-limit", "a name in braces", [b"{".as_slice(), &vec![b'a'; 1 << 20]].concat());
    ends_with("memory-limit", "a wide number", b"DEF n = 1\nWARN \"{14199323d:n} \"\n".to_vec());
    ends_with("memory-limit", "a string", [b"PRINT \"".as_slice(), &vec![b'a'; 17 << 20]].concat());
}

#[test]
fn large_inputs_are_read_or_refused() {
    let _alone = bounds::alone();
    for text in [
        "(", "[", "[[", "{", "-", "!", "~", "+ ", "\"", "'", "\\", "\\\n", "a:", "a::", ":", "::", ":+", ",", "\u{1}",
        "`", "$", "%", "&", "#", "@", "STRCAT(", "HIGH(", "1**", "1+", "1,", "/*", "/", ";", "\\1", "\\<", "x ", "\r",
        "0", "_", " ", "]", "]]", "}",
    ] {
        for before in
            ["", "DEF x = ", "SECTION \"s\", ROM0\ndw ", "PRINT ", "PRINT \"", "MACRO m\n", "IF 0\n", "IF ", "m "]
        {
            let source: Content = [before.as_bytes(), &text.as_bytes().repeat((1 << 18) / text.len())].concat().into();
            let name = format!("{before:?} {text:?}");
            let result = bounds::within(&name, Duration::from_secs(2), None, move |clock| {
                let options = Options {
                    limits: Limits { memory: MEMORY, ..Limits::default() },
                    max_errors: 1000,
                    ..Options::default()
                };
                let mut report = Last::default();
                match asm::assemble("main.asm".into(), source, &options, &InMemory::default(), clock, &mut report) {
                    Ok(_) => Ok(()),
                    Err(_) if report.0.is_some() => Ok(()),
                    Err(failed) => Err(format!("{failed:?}")),
                }
            });
            assert_eq!(result, Ok(()), "{name}");
        }
    }
}
