//! The man pages, generated from the commands' definition: the text of `--help` in the form of man(7).

use std::fmt::Write as _;

use clap::{Arg, Command};
use roff::{Inline, Roff, bold, italic, roman};

/// References for every page.
const ELSEWHERE: [&str; 4] = ["rgbasm(1)", "rgblink(1)", "rgbfix(1)", "rgbds(7)"];

/// Each page's file name and text.
pub(super) fn pages(mut root: Command) -> Vec<(String, String)> {
    root.build();
    let version = root.get_version().unwrap_or_default().to_owned();
    let commands: Vec<_> = root.get_subcommands().filter(|command| command.get_name() != "help").collect();
    let mut names = vec!["rgbpipe".to_owned()];
    names.extend(commands.iter().map(|command| format!("rgbpipe-{}", command.get_name())));
    let of = |name: &str, command: &Command| {
        let others = names.iter().filter(|other| *other != name).map(|other| format!("{other}(1)"));
        let see_also: Vec<_> = others.chain(ELSEWHERE.map(str::to_owned)).collect();
        (format!("{name}.1"), page(name, &version, command, &see_also.join(", ")))
    };
    std::iter::once(&root).chain(commands).zip(&names).map(|(command, name)| of(name, command)).collect()
}

fn page(name: &str, version: &str, command: &Command, see_also: &str) -> String {
    let mut page = Roff::new();
    let source = format!("rgbpipe {version}");
    page.control("TH", [name.to_uppercase().as_str(), "1", "\"\"", &source, "rgbpipe manual"]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{name} - {}", command.get_about().map(ToString::to_string).unwrap_or_default()))]);
    page.control("SH", ["SYNOPSIS"]);
    page.text(synopsis(command));
    page.control("SH", ["DESCRIPTION"]);
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    paragraphs(&mut page, &about, "PP");
    commands(&mut page, command);
    options(&mut page, command);
    let more = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    sections(&mut page, &more.unwrap_or_default());
    page.control("SH", ["SEE ALSO"]);
    page.text([roman(see_also)]);
    page.render()
}

/// The usage line, with italics instead of angle brackets.
fn synopsis(command: &Command) -> Vec<Inline> {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let mut inlines = Vec::new();
    for (index, word) in usage.split(' ').enumerate() {
        let literal = word.starts_with(|c: char| c.is_ascii_lowercase() || c == '-') && index < 2 || word == "--";
        let word = word.replace(['<', '>'], "");
        inlines.push(roman(if index == 0 { "" } else { " " }));
        inlines.push(if literal { bold(word) } else { italic(word) });
    }
    inlines
}

fn commands(page: &mut Roff, command: &Command) {
    let mut commands = command.get_subcommands().filter(|command| command.get_name() != "help").peekable();
    if commands.peek().is_some() {
        page.control("SH", ["COMMANDS"]);
    }
    for command in commands {
        page.control("TP", []);
        page.text([bold(format!("rgbpipe-{}", command.get_name())), roman("(1)")]);
        page.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default())]);
    }
}

/// The options under the headings of `--help`, in the same order. Those without a heading come first.
fn options(page: &mut Roff, command: &Command) {
    let arguments: Vec<_> = command.get_arguments().collect();
    let mut headings: Vec<_> = arguments.iter().map(|argument| argument.get_help_heading()).collect();
    headings.sort_by_key(Option::is_some);
    let mut shown = Vec::new();
    page.control("SH", ["OPTIONS"]);
    for heading in headings {
        if shown.contains(&heading) {
            continue;
        }
        shown.push(heading);
        if let Some(heading) = heading {
            page.control("SS", [heading]);
        }
        for argument in arguments.iter().filter(|argument| argument.get_help_heading() == heading) {
            option(page, argument);
        }
    }
}

fn option(page: &mut Roff, argument: &Arg) {
    let mut tag = Vec::new();
    let short = argument.get_short().map(|short| format!("-{short}"));
    for name in short.into_iter().chain(argument.get_long().map(|long| format!("--{long}"))) {
        if !tag.is_empty() {
            tag.push(roman(", "));
        }
        tag.push(bold(name));
    }
    let takes_values = argument.get_action().takes_values();
    for name in argument.get_value_names().unwrap_or_default().iter().filter(|_| takes_values) {
        if !tag.is_empty() {
            tag.push(roman(" "));
        }
        tag.push(italic(name.as_str()));
    }
    if argument.is_positional() && argument.get_num_args().is_some_and(|count| count.max_values() > 1) {
        tag.push(roman(" ..."));
    }
    page.control("TP", []);
    page.text(tag);
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    paragraphs(page, &help, "IP");
    if !takes_values {
        return;
    }
    let values = argument.get_possible_values();
    if !values.is_empty() {
        page.control("RS", []);
        for value in values {
            page.control("TP", []);
            page.text([bold(value.get_name())]);
            page.text([roman(value.get_help().map(ToString::to_string).unwrap_or_default())]);
        }
        page.control("RE", []);
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() {
        page.control("IP", []);
        page.text([roman(format!("[default: {}]", defaults.join(" ")))]);
    }
}

/// Starts every paragraph but the first with this request.
fn paragraphs(page: &mut Roff, text: &str, request: &str) {
    for (index, paragraph) in text.split("\n\n").enumerate() {
        if index > 0 {
            page.control(request, []);
        }
        page.text([roman(paragraph.replace('\n', " "))]);
    }
}

/// The module `help` describes the form of the text.
fn sections(page: &mut Roff, text: &str) {
    let mut is_first = true;
    let mut lines = text.lines().filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim_start();
        if let Some(heading) = line.strip_suffix(':').filter(|_| indent == 0) {
            page.control("SH", [heading.to_uppercase().as_str()]);
            is_first = true;
            continue;
        }
        if indent >= 6 {
            page.control("RS", ["4"]);
            page.text([roman(line)]);
            page.control("RE", []);
        } else if let Some((term, meaning)) = line.split_once("  ") {
            page.control("TP", []);
            page.text([bold(term)]);
            page.text([roman(meaning.trim_start())]);
        } else {
            // A command, on one or more lines, if a description follows.
            let mut command = line.to_owned();
            while let Some(more) = lines.next_if(|next| next.starts_with("    ") && !next.starts_with("      ")) {
                let _ = write!(command, "\n{more}");
            }
            if !is_first {
                page.control("PP", []);
            }
            if lines.peek().is_some_and(|next| next.starts_with("      ")) {
                page.control("nf", []);
                for line in command.lines() {
                    page.text([bold(line)]);
                }
                page.control("fi", []);
            } else {
                page.text([roman(command)]);
            }
        }
        is_first = false;
    }
}
