//! The expectations are what rgbasm 1.0.4 prints.

use std::num::NonZeroU32;

use bstr::{BString, ByteSlice};

use super::Form;
use crate::report::{Backtrace, Diagnostic, Frame, FrameName, Severity};

fn source(name: &str, line: u32) -> Frame {
    Frame { name: FrameName::Source(name.into()), line, quiet: false }
}

fn quiet(frame: Frame) -> Frame {
    Frame { quiet: true, ..frame }
}

fn iteration(number: u32, line: u32) -> Frame {
    Frame { name: FrameName::Loop(number), line, quiet: false }
}

fn message(frames: Vec<Frame>) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        flag: Some("user"),
        code: "user",
        text: "hello".into(),
        places: vec![Backtrace { frames }],
        others: None,
        expanding: Vec::new(),
        range: None,
    }
}

fn printed(form: Form, message: &Diagnostic) -> BString {
    let mut text = Vec::new();
    form.print(message, &mut text);
    text.into()
}

fn at_most(frames: u32) -> Form {
    Form { most_frames: NonZeroU32::new(frames), ..Form::default() }
}

#[test]
fn a_backtrace_has_a_line_for_each_frame_or_one_for_all() {
    let message = message(vec![source("lib.inc::say", 3), iteration(2, 8), source("main.asm", 7)]);
    assert_eq!(
        printed(Form::default(), &message),
        "warning: hello [-Wuser]\n    at lib.inc::say(3)\n    <- main.asm::REPT~2(8)\n    <- main.asm(7)\n"
    );
    let collapsed = Form { collapsed: true, ..Form::default() };
    assert_eq!(
        printed(collapsed, &message),
        "warning: hello [-Wuser]\n    at lib.inc::say(3) <- main.asm::REPT~2(8) <- main.asm(7)\n"
    );
}

#[test]
fn a_limit_cuts_the_middle_out() {
    let message = message((1..=6).map(|line| source("a", line)).collect());
    let trace = |form| printed(form, &message).splitn_str(2, "\n").nth(1).unwrap().as_bstr().to_owned();
    assert_eq!(
        trace(at_most(5)),
        "    at a(1)\n    <- a(2)\n    <- a(3)\n    ...1 more...\n    <- a(5)\n    <- a(6)\n"
    );
    assert_eq!(trace(at_most(2)), "    at a(1)\n    ...4 more...\n    <- a(6)\n");
    assert_eq!(trace(at_most(1)), "    at a(1)\n    ...5 more\n");
    assert_eq!(trace(Form { collapsed: true, ..at_most(1) }), "    at a(1) <- ...5 more\n");
    assert_eq!(trace(at_most(6)), trace(at_most(0)));
}

#[test]
fn quiet_frames_are_left_out_of_names_too() {
    // A loop in a quiet macro, called from a quiet loop.
    let message = message(vec![
        iteration(1, 4),
        quiet(source("lib.inc::q", 3)),
        quiet(iteration(2, 5)),
        quiet(iteration(1, 4)),
        source("main.asm", 3),
    ]);
    let collapsed = Form { collapsed: true, ..Form::default() };
    assert_eq!(printed(collapsed, &message), "warning: hello [-Wuser]\n    at main.asm::REPT~1(4) <- main.asm(5)\n");
    assert_eq!(
        printed(Form { quiet_frames: true, ..collapsed }, &message),
        "warning: hello [-Wuser]\n    at lib.inc::q::REPT~1(4) <- lib.inc::q(3) <- main.asm::REPT~1::REPT~2(5) <- \
         main.asm::REPT~1(4) <- main.asm(3)\n"
    );
}

#[test]
fn an_error_may_have_a_flag_two_places_and_expansions() {
    let command_line = Frame { name: FrameName::CommandLine, line: 0, quiet: false };
    let message = Diagnostic {
        severity: Severity::Error,
        places: vec![
            Backtrace { frames: vec![source("a.inc", 1), source("a.asm", 0)] },
            Backtrace { frames: vec![command_line] },
        ],
        expanding: vec!["inner".into(), "outer".into()],
        ..message(Vec::new())
    };
    assert_eq!(
        printed(Form::default(), &message),
        "error: hello [-Werror=user]\n    at a.inc(1)\n    <- a.asm(0)\n    while expanding symbol `inner`\n    \
         while expanding symbol `outer`\n    and also:\n    at <command-line>\n"
    );
}

#[test]
fn colours_are_those_of_rgbds() {
    let message = message(vec![source("a.asm", 7)]);
    assert_eq!(
        printed(Form { colored: true, ..Form::default() }, &message),
        "\x1b[93mwarning: \x1b[mhello\x1b[93m [-Wuser]\x1b[m\n    at \x1b[96ma.asm\x1b[m\x1b[36m(7)\x1b[m\n"
    );
}
