//! rgblink(1).

mod receives;
mod scramble;
mod verbose;

use bstr::{BStr, BString};

use super::arguments::{Arguments, Known, Word, flag, gone, value};
use super::console::{Console, errors};
use super::end::End;
use super::number::byte;
use super::usage::Usage;
use super::{Io, Parsed};
use crate::files::reason;
use crate::limits::Budget;
use crate::link::{self, Failed, Options, Wanted};
use crate::module::Module;
use crate::module::object::{self, Unreadable};
use crate::report::{Collected, Report};
use receives::Receives;

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
    gone("s", "RGBDS 0.8.0 dropped it; all sections are kept"),
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
        "[-O ROM]",
        "[-o FILE]",
        "[-p VALUE]",
        "[-S SPEC]",
        "[-W WARNING]",
        "FILE...",
    ],
    options: &[
        ("-l, --linkerscript FILE", "place sections with this linker script"),
        ("-m, --map FILE", "write a map file"),
        ("-n, --sym FILE", "write a symbol file"),
        ("-o, --output FILE", "write the ROM to this file"),
        ("-p, --pad VALUE", "fill unused ROM with this value"),
        ("-x, --nopad", "end the ROM with its last section"),
        ("-V, --version", "print the version"),
        ("-W, --warning WARNING", "turn a warning on, or off with `no-`"),
    ],
};

/// The largest object that is read.
const LARGEST_OBJECT: u64 = 1 << 30;

/// The options and operands of a command line.
#[derive(Default)]
struct Line {
    options: Options,
    output: Option<BString>,
    map: Option<BString>,
    sym: Option<BString>,
    inputs: Vec<BString>,
}

pub(super) fn run(arguments: Vec<BString>, io: &mut Io<'_>) -> u8 {
    let mut console = Console::new(io);
    match parse(arguments, &mut console).and_then(|line| line.link(&mut console)) {
        Ok(status) => status,
        Err(end) => {
            // Errors in the use of the command line are not counted.
            let counted = matches!(end, End::Fatal { usage: false, code, .. } if !code.starts_with("at-file"));
            let status = console.end(end, &USAGE);
            if counted { ended("aborted", 1, &mut console) } else { status }
        }
    }
}

/// The options alone, for a caller that supplies the modules.
pub(super) fn options(arguments: Vec<BString>, io: &mut Io<'_>) -> Result<Parsed<Options>, u8> {
    let mut console = Console::new(io);
    match parse(arguments, &mut console) {
        Ok(Line { options, inputs: operands, .. }) => Ok(Parsed { options, form: console.form, operands, errors: 0 }),
        Err(end) => Err(console.end(end, &USAGE)),
    }
}

fn parse(arguments: Vec<BString>, console: &mut Console<'_, '_>) -> Result<Line, End> {
    let mut line = Line::default();
    let mut arguments = Arguments::new(arguments, KNOWN, console.io.files, console.io.until);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Option(name, value) => line.option(name, value, console)?,
            Word::Operand(input) => line.inputs.push(input),
        }
    }
    Ok(line)
}

impl Line {
    fn option(&mut self, name: &str, value: BString, console: &mut Console<'_, '_>) -> Result<(), End> {
        let options = &mut self.options;
        match name {
            "B" => console.set_backtrace(&value)?,
            "color" => console.set_color(&value)?,
            "d" => options.dmg = true,
            "h" => return Err(console.help(&USAGE)),
            "l" => console.set_file(&mut options.script, value, "linker script"),
            "M" => options.no_symbols_in_map = true,
            "m" => console.set_file(&mut self.map, value, "map"),
            "n" => console.set_file(&mut self.sym, value, "sym"),
            "O" => console.set_file(&mut options.overlay, value, "overlay"),
            "o" => console.set_file(&mut self.output, value, "output"),
            "p" => options.pad = Some(byte("-p", &value)?),
            "S" => scramble::set(&mut options.scramble, &value, console)?,
            "t" => options.tiny = true,
            "V" => return Err(console.version("rgblink")),
            "W" => console.set_warning(&mut options.warnings, &value),
            "w" => options.wram0 = true,
            "x" => options.no_pad = true,
            _ => {
                debug_assert_eq!(name, "v");
                console.verbosity += 1;
            }
        }
        Ok(())
    }

    fn link(mut self, console: &mut Console<'_, '_>) -> Result<u8, End> {
        console.show_options("rgblink", &self.described(), "linking");
        if self.inputs.is_empty() {
            return Err(End::usage("no-input", "No input file specified (pass \"-\" to read from standard input)"));
        }
        let budget = Budget::new(self.options.limits, console.io.until);
        let mut modules = Vec::with_capacity(self.inputs.len());
        // One for all objects. Memory that was used before costs less than new memory.
        let mut buffer = Vec::new();
        for input in std::mem::take(&mut self.inputs) {
            let mut said = Collected::default();
            let read = read(input.as_ref(), &mut buffer, &budget, console, &mut said);
            if !matches!(read, Ok(Ok(_))) {
                // RGBDS compares each object with those before it when it has read it.
                let (files, until) = (console.io.files, console.io.until);
                if let Err(failed) = link::check(&modules, &self.options, files, until, console) {
                    return Ok(self::failed(&failed, console));
                }
            }
            said.messages.into_iter().for_each(|message| console.message(message));
            let module = match read? {
                Ok(module) => module,
                Err(Unreadable { stopped }) => {
                    let errors = u64::from(stopped.is_none());
                    let unreadable = Failed { errors, fatal: true, stopped, ..Failed::default() };
                    return Ok(failed(&unreadable, console));
                }
            };
            modules.push((if input == "-" { "<stdin>".into() } else { input }, module));
        }
        if self.options.overlay.as_ref().is_some_and(|path| path == "-") {
            let read = console.read("-".into(), LARGEST_OBJECT.min(budget.room()));
            let unreadable = |error| {
                End::fatal("unreadable-file", format!("Failed to read the overlay \"<stdin>\": {}", reason(&error)))
            };
            self.options.overlay_content = Some(read.map_err(unreadable)?.into());
        }
        self.options.wanted = Wanted { rom: self.output.is_some(), map: self.map.is_some(), sym: self.sym.is_some() };
        let (files, until) = (console.io.files, console.io.until);
        let mut receives = Receives { line: &self, console };
        match link::link_to(&modules, &self.options, files, until, &mut receives) {
            Ok(linked) => {
                if let (Some(path), Some(rom)) = (&self.output, &linked.rom) {
                    console.write(path.as_ref(), rom, "output file")?;
                }
                Ok(0)
            }
            Err(failed) => Ok(self::failed(&failed, console)),
        }
    }
}

/// Reads an object file. If it is malformed, `report` receives the reason.
fn read(
    path: &BStr,
    buffer: &mut Vec<u8>,
    budget: &Budget<'_>,
    console: &mut Console<'_, '_>,
    report: &mut dyn Report,
) -> Result<Result<Module, Unreadable>, End> {
    let name = if path == "-" { "<stdin>".into() } else { path };
    let read = console.read_into(buffer, path, LARGEST_OBJECT.min(budget.room()));
    read.map_err(|error| End::fatal("unreadable-file", format!("Failed to open file \"{name}\": {}", reason(&error))))?;
    if buffer.starts_with(b"RGB9") {
        console.show_step(&format!("Reading object file {name}"));
    }
    Ok(object::read(buffer, name, budget, report))
}

/// Prints the last line of a link that failed.
fn failed(failed: &Failed, console: &mut Console<'_, '_>) -> u8 {
    if failed.stopped.is_some() {
        console.ending(&failed.to_string(), "");
        return 1;
    }
    ended(if failed.fatal { "aborted" } else { "failed" }, failed.errors, console)
}

fn ended(how: &str, count: u64, console: &mut Console<'_, '_>) -> u8 {
    console.ending(&format!("Linking {how} with {}", errors(count)), "");
    1
}
