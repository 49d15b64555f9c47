//! rgblink(1).

mod scramble;

use bstr::{BString, ByteSlice};

use super::Io;
use super::arguments::{Arguments, Known, Word, flag, value};
use super::console::{Console, End, errors, reason};
use super::number::byte;
use super::usage::Usage;
use crate::link::{self, Options, Wanted};
use crate::module::{Module, rgb9};

const KNOWN: &[Known] = &[
    value("B", "backtrace"),
    value("", "color"),
    flag("d", "dmg"),
    flag("h", "help"),
    value("l", "linkerscript"),
    flag("M", "no-sym-in-map"),
    value("m", "map"),
    value("n", "sym"),
    value("O", "overlay"),
    value("o", "output"),
    value("p", "pad"),
    value("S", "scramble"),
    flag("t", "tiny"),
    flag("V", "version"),
    flag("v", "verbose"),
    value("W", "warning"),
    flag("w", "wramx"),
    flag("x", "nopad"),
];

const USAGE: Usage = Usage {
    tool: "rgblink",
    synopsis: &[
        "[-dhMtVvwx]",
        "[-B DEPTH]",
        "[--color WHEN]",
        "[-l SCRIPT]",
        "[-m FILE]",
        "[-n FILE]",
        "[-O FILE]",
        "[-o FILE]",
        "[-p VALUE]",
        "[-S SPEC]",
        "[-W WARNING]",
        "FILE...",
    ],
    options: &[
        ("-l, --linkerscript SCRIPT", "place sections as this script says"),
        ("-m, --map FILE", "write the map there"),
        ("-n, --sym FILE", "write the symbols there"),
        ("-o, --output FILE", "write the ROM there"),
        ("-p, --pad VALUE", "what unused ROM is filled with"),
        ("-x, --nopad", "end the ROM with its last section"),
        ("-V, --version", "print the version"),
        ("-W, --warning WARNING", "turn a warning on, or off with `no-`"),
    ],
};

/// An object of more bytes is a mistake.
const LARGEST_OBJECT: u64 = 1 << 30;

/// What the command line says.
#[derive(Default)]
struct Line {
    options: Options,
    rom: Option<BString>,
    map: Option<BString>,
    sym: Option<BString>,
    inputs: Vec<BString>,
}

pub(super) fn run(arguments: Vec<BString>, io: &mut Io<'_>) -> u8 {
    let mut console = Console::new(io);
    match command(arguments, &mut console) {
        Ok(status) => status,
        Err(end) => {
            let aborted = matches!(end, End::Fatal { usage: false, .. });
            let status = console.end(end, &USAGE);
            if aborted {
                ended("aborted", 1, &mut console);
            }
            status
        }
    }
}

fn command(arguments: Vec<BString>, console: &mut Console<'_, '_>) -> Result<u8, End> {
    let mut line = Line::default();
    let mut arguments = Arguments::new(arguments, KNOWN, console.io.files, console.io.until);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Option(name, value) => line.option(name, value, console)?,
            Word::Operand(input) => line.inputs.push(input),
        }
    }
    if line.inputs.is_empty() {
        return Err(End::usage("no-input", "No input file specified (pass \"-\" to read from standard input)"));
    }
    line.link(console)
}

impl Line {
    fn option(&mut self, name: &str, value: BString, console: &mut Console<'_, '_>) -> Result<(), End> {
        let options = &mut self.options;
        match name {
            "B" => console.set_backtrace(&value)?,
            "color" => console.set_color(&value)?,
            "d" => options.dmg = true,
            "h" => return Err(console.help(&USAGE)),
            "l" => set_file(&mut options.script, value, "linker script", console),
            "M" => options.no_symbols_in_map = true,
            "m" => set_file(&mut self.map, value, "map", console),
            "n" => set_file(&mut self.sym, value, "symbol", console),
            "O" => set_file(&mut options.overlay, value, "overlay", console),
            "o" => set_file(&mut self.rom, value, "output", console),
            "p" => options.pad = byte("-p", &value)?,
            "S" => scramble::set(&mut options.scramble, &value)?,
            "t" => options.tiny = true,
            "V" => return Err(console.version("rgblink")),
            "W" => console.set_warning(&mut options.warnings, &value),
            "w" => options.wram0 = true,
            "x" => options.no_pad = true,
            // What `-v` shows is for the authors of the real linker.
            _ => {}
        }
        Ok(())
    }

    fn link(mut self, console: &mut Console<'_, '_>) -> Result<u8, End> {
        self.options.wanted = Wanted { rom: self.rom.is_some(), map: self.map.is_some(), sym: self.sym.is_some() };
        let mut modules = Vec::new();
        for input in std::mem::take(&mut self.inputs) {
            let module = object(&input, console)?;
            modules.push((if input == "-" { "<stdin>".into() } else { input }, module));
        }
        let (files, until) = (console.io.files, console.io.until);
        let linked = match link::link(&modules, &self.options, files, until, console) {
            Ok(linked) => linked,
            Err(failed) if failed.stopped.is_some() => {
                console.ending(&failed.to_string(), "");
                return Ok(1);
            }
            Err(failed) => return Ok(ended(if failed.fatal { "aborted" } else { "failed" }, failed.errors, console)),
        };
        let outputs = [
            (&self.rom, linked.rom, "output file"),
            (&self.sym, linked.sym, "sym file"),
            (&self.map, linked.map, "map file"),
        ];
        for (path, content, what) in outputs {
            if let (Some(path), Some(content)) = (path, content) {
                console.write(path.as_ref(), &content, what)?;
            }
        }
        Ok(0)
    }
}

/// Reads an object.
fn object(input: &BString, console: &mut Console<'_, '_>) -> Result<Module, End> {
    let file = console
        .read(input.as_ref(), LARGEST_OBJECT)
        .map_err(|error| End::fatal("file", format!("Failed to open file \"{input}\": {}", reason(&error))))?;
    rgb9::read(file).map_err(|malformed| End::fatal("malformed-object", format!("\"{input}\": {malformed}")))
}

fn ended(how: &str, count: u64, console: &mut Console<'_, '_>) -> u8 {
    console.ending(&format!("Linking {how} with {}", errors(count)), "");
    1
}

/// Sets a file that there can be only one of.
fn set_file(file: &mut Option<BString>, value: BString, what: &str, console: &mut Console<'_, '_>) {
    if let Some(old) = file.replace(value) {
        console.warning("overriding", format!("Overriding {what} file \"{}\"", old.as_bstr()));
    }
}
