//! The README's picture: a real build on a terminal, as SVG.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use vt100::{Cell, Color, Screen};

use crate::messages::sent_to_terminal;
use crate::support::Folder;

/// The commands that are typed, with their exit statuses.
const SESSION: [(&str, i32); 3] = [
    ("rgbpipe build src/*.asm -I include -o game.gb --fix --usage", 1),
    ("sed -i s/LINES_SHOW/LINES_SHOWN/ src/screen.asm", 0),
    ("rgbpipe build src/*.asm -I include -o game.gb --fix --usage", 0),
];

const ROWS: u16 = 30;
const COLUMNS: u16 = 80;

#[test]
fn the_picture_shows_what_a_terminal_does() {
    let folder = Folder::with_program("greeter");
    let screen = String::from_utf8(folder.read("src/screen.asm")).unwrap();
    folder.write("src/screen.asm", screen.replace("LINES_SHOWN", "LINES_SHOW"));
    // Fills the banks a little, so that there is something to see.
    let sections = [("Levels", 0x3F80), ("Tiles", 0x3400), ("Songs", 0x1C00)];
    let banks = sections.map(|(name, size)| format!("SECTION \"{name}\", ROMX\n\tds {size}\n"));
    folder.write("src/world.asm", banks.concat());

    let mut terminal = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
    for (command, expected) in SESSION {
        terminal.process(format!("\x1b[32m$\x1b[m {command}\r\n").as_bytes());
        let invocation = folder.sh(command);
        let (status, sent) = sent_to_terminal(invocation, true, terminal.screen());
        assert_eq!(status, expected, "{}", String::from_utf8_lossy(&sent));
        terminal.process(&sent);
    }
    let made = svg(terminal.screen());
    assert!(include_str!("../../README.md").contains("](docs/terminal.svg)"));
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/terminal.svg");
    if std::env::var_os("RGBPIPE_BLESS").is_some() {
        fs::create_dir_all(checked_in.parent().unwrap()).unwrap();
        fs::write(&checked_in, &made).unwrap();
    }
    let old = fs::read_to_string(&checked_in).unwrap_or_default();
    assert!(old == made, "{} is stale: RGBPIPE_BLESS=1 cargo test picture", checked_in.display());
}

/// The terminal's colours. They are legible on their own background, on light and dark pages.
const PALETTE: [(u8, &str); 7] =
    [(1, "#ff7b72"), (2, "#56d364"), (3, "#e3b341"), (6, "#39c5cf"), (9, "#ff7b72"), (12, "#79c0ff"), (14, "#56d4dd")];
const GROUND: &str = "#161b22";
const TEXT: &str = "#d0d7de";

/// The width of a character, which is the same part of its height in all common monospaced fonts.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 19.0;
const MARGIN: f32 = 14.0;

/// The content of the screen, down to the last line with text.
fn svg(screen: &Screen) -> String {
    let rows = screen.contents().trim_end().lines().count();
    let width = WIDTH * f32::from(COLUMNS) + 2.0 * MARGIN;
    let height = HEIGHT * f32::from(u16::try_from(rows).unwrap()) + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         xml:space=\"preserve\">\n<title>rgbpipe on a terminal</title>\n<style>\n\
         text {{ font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: {TEXT} }}\n\
         .b {{ font-weight: bold }}\n"
    );
    for (index, colour) in PALETTE {
        writeln!(svg, ".c{index} {{ fill: {colour} }}").unwrap();
    }
    writeln!(svg, "</style>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>").unwrap();
    for row in 0..ROWS {
        let cells: Vec<_> = (0..COLUMNS).filter_map(|column| Some((column, screen.cell(row, column)?))).collect();
        for run in cells.chunk_by(|(_, one), (_, next)| style(one) == style(next)) {
            let text: String =
                run.iter().map(|(_, cell)| if cell.has_contents() { cell.contents() } else { " " }).collect();
            let indent = text.len() - text.trim_start().len();
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let x = MARGIN + WIDTH * (f32::from(run[0].0) + f32::from(u16::try_from(indent).unwrap()));
            let y = MARGIN + HEIGHT * f32::from(row) + 14.0;
            // Exactly as wide as the cells, because some fonts have blocks of another width.
            let length = WIDTH * f32::from(u16::try_from(text.chars().count()).unwrap());
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let class = style(run[0].1);
            writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\"{class} textLength=\"{length:.1}\" \
                 lengthAdjust=\"spacingAndGlyphs\">{text}</text>"
            )
            .unwrap();
        }
    }
    svg + "</svg>\n"
}

/// The look of a cell, as an attribute.
fn style(cell: &Cell) -> String {
    let mut classes = Vec::new();
    match cell.fgcolor() {
        Color::Default => {}
        Color::Idx(index) if PALETTE.iter().any(|(known, _)| *known == index) => classes.push(format!("c{index}")),
        other => panic!("a colour that the picture has not: {other:?}"),
    }
    if cell.bold() {
        classes.push("b".to_owned());
    }
    if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) }
}
