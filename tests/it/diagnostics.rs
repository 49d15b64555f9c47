//! RGBDS's messages as data: both formats, and any other text.

use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rgbpipe::diagnostics::{Diagnostic, Frame, Piece, Severity};
use rgbpipe::toolchain::rgbds::messages::pieces;
use rgbpipe::{Error, Input, Request, Role, Silent, Until, build_with};

use crate::support::{Folder, rgbds};

fn frame(file: &str, inside: &str, line: u32) -> Frame {
    Frame { file: file.into(), inside: (!inside.is_empty()).then(|| inside.to_owned()), line }
}

/// All of `stderr` as one message.
#[track_caller]
fn message(stderr: impl AsRef<[u8]>) -> Diagnostic {
    match &pieces(Role::Assembler, stderr.as_ref()).collect::<Vec<_>>()[..] {
        [Piece::Diagnostic(diagnostic)] => diagnostic.clone(),
        pieces => panic!("not one message: {pieces:?}"),
    }
}

/// The severity, flag and text of each message, and the other text.
fn outline(stderr: &str) -> Vec<(String, String)> {
    let outline = |piece| match piece {
        Piece::Diagnostic(Diagnostic { severity, flag, text, .. }) => {
            (flag.map_or_else(|| severity.to_string(), |flag| format!("{severity} {flag}")), text)
        }
        Piece::Other(bytes) => ("other".to_owned(), String::from_utf8(bytes).unwrap()),
    };
    pieces(Role::Assembler, stderr.as_bytes()).map(outline).collect()
}

fn outlined(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|(head, text)| ((*head).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn both_generations_say_the_same() {
    let old = message(
        "warning: a b.asm(6) -> lib.inc::m(3) -> lib.inc::m::REPT~2(4): [-Wuser]\n    odd\nwhile expanding symbol \"X\"\n",
    );
    let new = message(
        "warning: odd [-Wuser]\n    at lib.inc::m::REPT~2(4)\n    <- lib.inc::m(3)\n    <- a b.asm(6)\n    while expanding symbol `X`\n",
    );
    assert_eq!(old.backtrace, [frame("lib.inc", "m::REPT~2", 4), frame("lib.inc", "m", 3), frame("a b.asm", "", 6)]);
    assert_eq!((old.severity, old.flag.as_deref(), &*old.text), (Severity::Warning, Some("-Wuser"), "odd"));
    assert_eq!(old.expanding, ["X"]);
    assert_eq!(Diagnostic { rendered: new.rendered.clone(), ..old }, new);
}

#[test]
fn each_form_of_a_message_is_read() {
    // Severity and flag, text, place.
    let cases = [
        // rgbasm to 0.9.4
        ("error: a.asm(1):\n    no\n", "error", "no", Some(1)),
        ("FATAL: a.asm(1):\n    no\n", "fatal error", "no", Some(1)),
        ("error: a.asm(1): [-Werror=user]\n    no\n", "error -Werror=user", "no", Some(1)),
        ("warning: a.asm(1): [-Wuser]\n    one\ntwo\n  three\n", "warning -Wuser", "one\ntwo\n  three", Some(1)),
        ("warning: a.asm(1): [-Wuser]\n    \n", "warning -Wuser", "", Some(1)),
        ("error: at top level:\n    no\n", "error", "no", None),
        ("warning: at top level: [-Wobsolete]\n    no\n", "warning -Wobsolete", "no", None),
        // rgblink and rgbfix to 0.9.4
        ("error: a.asm(1): Unknown symbol \"x\"\n", "error", "Unknown symbol \"x\"", Some(1)),
        ("warning: a.asm(1): [-Wassert]\n    no\n", "warning -Wassert", "no", Some(1)),
        ("warning: [-Woverwrite]\n    no\n", "warning -Woverwrite", "no", None),
        // 1.0
        ("error: no\n    at a.asm(1)\n", "error", "no", Some(1)),
        ("warning: one\ntwo [-Wuser]\n    at a.asm(1)\n", "warning -Wuser", "one\ntwo", Some(1)),
        ("warning:  [-Wuser]\n    at a.asm(1)\n", "warning -Wuser", "", Some(1)),
        ("FATAL: \n    at a.asm(1)\n", "fatal error", "", Some(1)),
        ("error: b.asm(2): no\n    at a.asm(1)\n", "error", "b.asm(2): no", Some(1)),
        // A text that looks like a backtrace, and one like a flag.
        (
            "warning: x\n    at b.asm(2)\ny [-Wz] [-Wuser]\n    at a.asm(1)\n",
            "warning -Wuser",
            "x\n    at b.asm(2)\ny [-Wz]",
            Some(1),
        ),
        (
            "FATAL: x\n    at b.asm(2)\n    <- c.asm(3)\n    at a.asm(1)\n",
            "fatal error",
            "x\n    at b.asm(2)\n    <- c.asm(3)",
            Some(1),
        ),
        // All tools.
        ("warning: Overriding output file x.o\n", "warning", "Overriding output file x.o", None),
        ("error: no", "error", "no", None),
        ("error: \n", "error", "", None),
    ];
    for (stderr, head, text, line) in cases {
        let read = message(stderr);
        assert_eq!(outline(stderr), outlined(&[(head, text)]), "{stderr}");
        let expected: Vec<_> = line.into_iter().map(|line| frame("a.asm", "", line)).collect();
        assert_eq!(read.backtrace, expected, "{stderr}");
    }
}

#[test]
fn text_other_than_messages_is_passed_on() {
    for summary in [
        "error: Assembly aborted (1 error)!\n",
        "error: The maximum of 1 error was reached (configure with \"-X/--max-errors\"); assembly aborted!\n",
        "Assembly aborted with 2 errors!\n",
        "Assembly aborted after the maximum of 1 error (configure with '-X/--max-errors')\n",
        "Linking aborted after 2 errors\n",
        "Linking failed with 1 error\n",
        "Fixing \"<stdin>\" failed with 1 error\n",
        "Usage: rgbasm [-EhVvw]\n  more\n",
    ] {
        for message in ["error: no\n    at a.asm(1)\n", "error: a.asm(1):\n    no\n", "error: no\n"] {
            let all = format!("before\n{message}{summary}after");
            let expected = outlined(&[("other", "before\n"), ("error", "no"), ("other", &format!("{summary}after"))]);
            assert_eq!(outline(&all), expected);
        }
    }
    assert_eq!(
        outline("error: no\n    at a.asm(1)\nParsing\nwarning: hm [-Wx]\n    at b.asm(1)\n\n"),
        outlined(&[("error", "no"), ("other", "Parsing\n"), ("warning -Wx", "hm"), ("other", "\n")])
    );
    assert_eq!(pieces(Role::Assembler, b"").next(), None);
}

#[test]
fn backtraces_are_read_in_each_style() {
    let collapsed = message("error: no\n    at a.asm::m(1) <- a.asm::m(2) <- ...60 more... <- a.asm(9)\n");
    let frames = [frame("a.asm", "m", 1), frame("a.asm", "m", 2), frame("a.asm", "", 9)];
    assert_eq!(collapsed.backtrace, frames);
    let cut = message("error: no\n    at a.asm::m(1)\n    <- a.asm::m(2)\n    ...60 more...\n    <- a.asm(9)\n");
    assert_eq!(cut.backtrace, frames);
    let two = message(
        "error: `x` already defined\n    at a.asm::m(1)\n    <- a.asm(2)\n    and also:\n    at b.asm::n(3)\n    <- b.asm(4)\n",
    );
    assert_eq!(two.backtrace, [frame("a.asm", "m", 1), frame("a.asm", "", 2)]);
    assert_eq!(two.also, [[frame("b.asm", "n", 3), frame("b.asm", "", 4)]]);
    let builtin = message("error: no\n    at a.asm(1)\n    and also:\n    at <command-line>\n");
    assert_eq!(builtin.also, [[frame("<command-line>", "", 0)]]);
    let local = "error: Undefined symbol `x`\n    at a.asm(1)\n    4 symbols with that name are defined but not exported:\n    at b.asm(1)\n    at c.asm(2)\n    ...and 2 more\n";
    assert_eq!(message(local).also, [[frame("b.asm", "", 1)], [frame("c.asm", "", 2)]]);
    let odd = message(b"error: no\n    at \xFF(1)::m(7)\n");
    assert_eq!(odd.backtrace[0].file, OsStr::from_bytes(b"\xFF(1)"));
}

/// Megabytes of a line in which a message could begin again and again. A parser that looks at the whole rest each time
/// would take hours, and the test runner would stop it.
#[test]
fn long_lines_take_no_time() {
    for unit in ["):", "(1):", "(1) -> ", " <- ", "\x1b[", "[-W", "::", "error: ", "    at x(1)\n", "error: x(1): \n"] {
        let stderr = format!("error: {}", unit.repeat(100_000));
        let whole: Vec<_> = pieces(Role::Assembler, stderr.as_bytes()).flat_map(|p| p.bytes().to_vec()).collect();
        assert!(whole == stderr.as_bytes(), "{unit}");
    }
}

// --- Generated messages. ---

/// A message without the parts that only RGBDS 1.0 prints.
fn diagnostic() -> impl Strategy<Value = Diagnostic> {
    let severity = prop_oneof![Just(Severity::Warning), Just(Severity::Error), Just(Severity::Fatal)];
    let flag = option::of("-W[a-z]{1,8}(=[a-z-]{1,8})?");
    // No line may look like the start of a message, which would be ambiguous even in RGBDS's own output.
    let text = vec("[A-Za-z(),.;'`$<> -]{0,20}|[ -9;-Z]{0,9}|é日本", 1..4).prop_map(|lines| lines.join("\n"));
    let backtrace = vec(frames(), 1..5);
    let expanding = vec("[A-Za-z.]{1,9}", 0..3);
    (severity, flag, text, backtrace, expanding).prop_map(|(severity, flag, text, backtrace, expanding)| Diagnostic {
        role: Role::Assembler,
        severity,
        code: None,
        flag,
        text,
        backtrace,
        range: None,
        also: Vec::new(),
        expanding,
        rendered: Vec::new(),
    })
}

fn frames() -> impl Strategy<Value = Frame> {
    let file = prop_oneof!["[a-z/._ -]{1,12}(::[a-z.]{0,3})?\\.asm", Just("<stdin>".to_owned()), "[(){}0-9é]{1,9}"];
    let inside = option::of("[A-Za-z_]{1,8}(::REPT~[1-9])?(::[a-z]{1,3})?");
    (file, inside, any::<u32>()).prop_map(|(file, inside, line)| Frame { file: file.into(), inside, line })
}

fn place(frame: &Frame) -> String {
    let inside = frame.inside.as_ref().map_or_else(String::new, |inside| format!("::{inside}"));
    format!("{}{inside}({})", frame.file.display(), frame.line)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning: ",
        Severity::Error => "error: ",
        Severity::Fatal => "FATAL: ",
    }
}

/// The message as RGBDS up to 0.9.4 prints it.
fn old(said: &Diagnostic) -> String {
    let places: Vec<_> = said.backtrace.iter().rev().map(place).collect();
    let flag = said.flag.as_ref().map_or_else(String::new, |flag| format!(" [{flag}]"));
    let mut printed = format!("{}{}:{flag}\n    {}\n", severity(said.severity), places.join(" -> "), said.text);
    for name in &said.expanding {
        writeln!(printed, "while expanding symbol \"{name}\"").unwrap();
    }
    printed
}

/// The message as RGBDS 1.0 prints it, with or without colours.
fn new(said: &Diagnostic, colour: bool) -> String {
    let set = |number: u32| if colour { format!("\x1b[{number}m") } else { String::new() };
    let reset = if colour { "\x1b[m" } else { "" };
    let flag = said.flag.as_ref().map_or_else(String::new, |flag| format!(" [{}{flag}{reset}]", set(93)));
    let mut printed = format!("{}{}{reset}{}{flag}\n", set(91), severity(said.severity), said.text);
    for (index, backtrace) in std::iter::once(&said.backtrace).chain(&said.also).enumerate() {
        if index == 1 {
            printed += "    and also:\n";
        }
        for (depth, frame) in backtrace.iter().enumerate() {
            let arrow = if depth == 0 { "at" } else { "<-" };
            writeln!(printed, "{reset}    {arrow} {}{}", set(96), place(frame)).unwrap();
        }
    }
    for name in &said.expanding {
        writeln!(printed, "{}    while expanding symbol `{}{name}{}`", set(36), set(96), set(36)).unwrap();
    }
    printed
}

fn whole(pieces: impl Iterator<Item = Piece>) -> Vec<u8> {
    pieces.flat_map(|piece| piece.bytes().to_vec()).collect()
}

/// Reading printed messages gives the original ones, and each has its own bytes.
fn comes_back(said: Vec<Diagnostic>, print: impl Fn(&Diagnostic) -> String) -> Result<(), TestCaseError> {
    let printed: Vec<_> = said.iter().map(print).collect();
    let expected: Vec<_> = said
        .into_iter()
        .zip(&printed)
        .map(|(said, printed)| Piece::Diagnostic(Diagnostic { rendered: printed.clone().into_bytes(), ..said }))
        .collect();
    prop_assert_eq!(pieces(Role::Assembler, printed.concat().as_bytes()).collect::<Vec<_>>(), expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn messages_of_old_releases_are_parsed(said in vec(diagnostic(), 0..5)) {
        comes_back(said, old)?;
    }

    #[test]
    fn messages_of_new_releases_are_parsed(
        said in vec((diagnostic(), vec(vec(frames(), 1..3), 0..3)), 0..5),
        colour in any::<bool>(),
    ) {
        let said = said.into_iter().map(|(said, also)| Diagnostic { also, ..said }).collect();
        comes_back(said, |said| new(said, colour))?;
    }

    #[test]
    fn no_byte_is_lost_of_anything(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(whole(pieces(Role::Linker, &bytes)), bytes);
    }

    #[test]
    fn no_byte_is_lost_of_parts_of_messages(
        parts in vec(
            prop_oneof![
                proptest::sample::select(&[
                    "error: ", "warning: ", "FATAL: ", "\n", "\n    ", "    at ", "    <- ", " <- ", " -> ", "a.asm(1)",
                    "):", ": ", "[-Wuser]", " [-Wuser]\n", "    and also:\n", "    ...5 more...\n", "at top level:",
                    "while expanding symbol \"", "    while expanding symbol `", "`\n", "\x1b[91m", "\x1b[m", "\x1b[",
                    "Assembly aborted with 1 error\n", "Usage: ", "::", "(", "<command-line>", "text", "\r\n",
                ][..]).prop_map(|part| part.as_bytes().to_vec()),
                vec(any::<u8>(), 0..4),
            ],
            0..40,
        ),
    ) {
        let bytes = parts.concat();
        prop_assert_eq!(whole(pieces(Role::Fixer, &bytes)), bytes);
    }
}

// --- The real tools. ---

/// The tools' messages about these files, whether the build succeeds or not.
fn diagnostics_of(folder: &Folder, inputs: &[&str]) -> Vec<Diagnostic> {
    let inputs = inputs.iter().map(|path| Input::Source(folder.path().join(path)));
    let rgbds = rgbpipe::toolchain::rgbds::Rgbds::with_prefix(rgbds());
    let until = Until::never();
    let run = rgbpipe::toolchain::Run::new(&until, &Silent);
    let messages: Vec<_> = match build_with(&Request::new(inputs), &rgbds, &run) {
        Ok(artifacts) => artifacts.messages,
        Err(Error::Steps(failures)) => failures.into_iter().map(|failure| failure.messages).collect(),
        Err(error) => panic!("{error}"),
    };
    messages.iter().flat_map(rgbpipe::Messages::diagnostics).collect()
}

#[test]
fn messages_of_the_real_tools_are_parsed() {
    let folder = Folder::new();
    folder.write("lib.inc", "MACRO careful\n\tREPT 2\n\t\tWARN \"odd: \\1\\nnext line\"\n\tENDR\nENDM\n");
    let include = format!("INCLUDE \"{}\"\n", folder.path().join("lib.inc").display());
    let section = "SECTION \"a\", ROM0\nHere::\n\tcareful one\n\tdw Nowhere\nDEF Here EQU 1\n";
    folder.write("odd name.asm", format!("{include}{section}"));
    let said = diagnostics_of(&folder, &["odd name.asm"]);
    let at = |file: &str, inside: &str, line| frame(folder.path().join(file).to_str().unwrap(), inside, line);
    assert_eq!(said.len(), 3, "{said:?}");
    for (turn, warning) in said[..2].iter().enumerate() {
        assert_eq!((warning.role, warning.severity), (Role::Assembler, Severity::Warning));
        assert_eq!((warning.flag.as_deref(), &*warning.text), (Some("-Wuser"), "odd: one\nnext line"));
        assert_eq!(
            warning.backtrace,
            [
                at("lib.inc", &format!("careful::REPT~{}", turn + 1), 3),
                at("lib.inc", "careful", 2),
                at("odd name.asm", "", 4)
            ]
        );
    }
    assert_eq!((said[2].severity, &said[2].flag), (Severity::Error, &None));
    assert_eq!(said[2].backtrace, [at("odd name.asm", "", 6)]);

    folder.write("odd name.asm", format!("{include}{}", section.replace("DEF Here EQU 1\n", "")));
    let said = diagnostics_of(&folder, &["odd name.asm"]);
    let [error] = &said[..] else { panic!("{said:?}") };
    assert_eq!((error.role, error.severity), (Role::Linker, Severity::Error));
    assert_eq!(error.backtrace, [at("odd name.asm", "", 5)]);
}
