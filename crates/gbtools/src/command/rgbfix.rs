//! rgbfix(1).

use bstr::{BStr, BString, ByteSlice};

use super::arguments::{Arguments, Known, Word, flag, value};
use super::console::{Console, errors};
use super::end::End;
use super::number::{byte, number};
use super::usage::Usage;
use super::{FixerOptions, Io, Parsed};
use crate::files::reason;
use crate::fix::{self, Cartridge, Color, Issue, Messages, Options, Treatment, UnknownCartridge};
use crate::limits::{Budget, Limits};
use crate::report::warnings::{FixerFlag, Warnings};

const KNOWN: &[Known] = &[
    flag("C", "color-only"),
    flag("c", "color-compatible"),
    value("", "color"),
    value("f", "fix-spec"),
    flag("h", "help"),
    value("i", "game-id"),
    flag("j", "non-japanese"),
    value("k", "new-licensee"),
    value("L", "logo"),
    value("l", "old-licensee"),
    value("m", "mbc-type"),
    value("n", "rom-version"),
    flag("O", "overwrite"),
    value("o", "output"),
    value("p", "pad-value"),
    value("r", "ram-size"),
    flag("s", "sgb-compatible"),
    value("t", "title"),
    flag("V", "version"),
    flag("v", "validate"),
    value("W", "warning"),
    flag("w", ""),
];

const USAGE: Usage = Usage {
    tool: "rgbfix",
    synopsis: &[
        "[-hjOsVvw]",
        "[-C | -c]",
        "[--color WHEN]",
        "[-f SPEC]",
        "[-i GAME_ID]",
        "[-k LICENSEE]",
        "[-L LOGO_FILE]",
        "[-l LICENSEE]",
        "[-m MBC_TYPE]",
        "[-n VERSION]",
        "[-o FILE]",
        "[-p VALUE]",
        "[-r RAM_SIZE]",
        "[-t TITLE]",
        "[-W WARNING]",
        "FILE...",
    ],
    options: &[
        ("-m, --mbc-type TYPE", "set the cartridge type; `-m help` lists the names"),
        ("-p, --pad-value VALUE", "pad to the next valid size with this value"),
        ("-r, --ram-size CODE", "set the size of the cartridge RAM"),
        ("-o, --output FILE", "write to this file instead of changing the input"),
        ("-V, --version", "print the version"),
        ("-v, --validate", "fix the logo and both checksums, like `-f lhg`"),
        ("-W, --warning WARNING", "turn a warning on, or off with `no-`"),
    ],
};

/// The largest ROM has 65536 banks. Reading one byte more shows that a file is too large.
pub(super) const LARGEST_ROM: u64 = 0x1_0000 * 0x4000 + 1;

/// The options and operands of a command line.
#[derive(Default)]
struct Line {
    options: Options,
    warnings: Warnings<FixerFlag>,
    logo: Option<BString>,
    output: Option<BString>,
    inputs: Vec<BString>,
    /// The number of errors in options that `-Werror` caused.
    errors: usize,
}

pub(super) fn run(arguments: Vec<BString>, io: &mut Io<'_>) -> u8 {
    let mut console = Console::new(io);
    match command(arguments, &mut console) {
        Ok(status) => status,
        Err(end) => console.end(end, &USAGE),
    }
}

/// The options alone, for a caller that supplies the ROM.
pub(super) fn options(arguments: Vec<BString>, io: &mut Io<'_>) -> Result<Parsed<FixerOptions>, u8> {
    let mut console = Console::new(io);
    match parse(arguments, &mut console) {
        Ok(mut line) => {
            line.check(&mut console);
            let Line { options, warnings, inputs: operands, errors, .. } = line;
            Ok(Parsed {
                options: FixerOptions { options, warnings },
                form: console.form,
                operands,
                errors: errors as u64,
            })
        }
        Err(end) => Err(console.end(end, &USAGE)),
    }
}

fn command(arguments: Vec<BString>, console: &mut Console<'_, '_>) -> Result<u8, End> {
    let mut line = parse(arguments, console)?;
    line.check(console);
    if line.inputs.is_empty() {
        return Err(End::usage("no-input", "No input file specified (pass \"-\" to read from standard input)"));
    }
    if line.output.is_some() && line.inputs.len() > 1 {
        return Err(End::usage("several-inputs", "With `-o` there can be only one input file"));
    }
    let mut failed = line.errors > 0;
    for input in &line.inputs {
        failed |= !line.fix(input.as_ref(), console);
    }
    Ok(u8::from(failed))
}

fn parse(arguments: Vec<BString>, console: &mut Console<'_, '_>) -> Result<Line, End> {
    let mut line = Line::default();
    let mut arguments = Arguments::new(arguments, KNOWN, console.io.files, console.io.until);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Option(name, value) => line.option(name, value.as_ref(), console)?,
            Word::Operand(input) => line.inputs.push(input),
        }
    }
    if let Some(path) = &line.logo {
        line.options.logo_image = Some(read_logo(path.as_ref(), console)?);
    }
    Ok(line)
}

impl Line {
    /// Reports options that contradict each other.
    fn check(&mut self, console: &mut Console<'_, '_>) {
        let mut issues = Vec::new();
        self.options.check(&mut |issue| issues.push(issue.clone()));
        self.say(&issues, console);
    }

    fn option(&mut self, name: &str, value: &BStr, console: &mut Console<'_, '_>) -> Result<(), End> {
        let mut issues = Vec::new();
        let result = self.set(name, value, console, &mut |issue| issues.push(issue.clone()));
        self.say(&issues, console);
        result
    }

    fn set(
        &mut self,
        name: &str,
        value: &BStr,
        console: &mut Console<'_, '_>,
        say: &mut dyn FnMut(&Issue),
    ) -> Result<(), End> {
        let options = &mut self.options;
        match name {
            "C" => options.set_color(Color::Only, say),
            "c" => options.set_color(Color::Compatible, say),
            "color" => console.set_color(value)?,
            "f" => fix_spec(options, value, say)?,
            "h" => return Err(console.help(&USAGE)),
            "i" => options.set_game_id(value, say),
            "j" => options.non_japanese = true,
            "k" => options.set_new_licensee(value, say),
            "L" => self.logo = Some(value.to_owned()),
            "l" => options.old_licensee = Some(byte("-l", value)?),
            "m" => options.cartridge = Some(cartridge(value, console, say)?),
            "n" => options.version = Some(byte("-n", value)?),
            "O" => {
                say(&Issue::OverwriteOption);
                console.set_warning(&mut self.warnings, b"no-overwrite");
            }
            "o" => self.output = Some(value.to_owned()),
            "p" => options.pad = Some(byte("-p", value)?),
            "r" => options.ram_size = Some(byte("-r", value)?),
            "s" => options.super_game_boy = true,
            "t" => options.set_title(value, say),
            "V" => return Err(console.version("rgbfix")),
            "v" => fix_spec(options, b"lhg".as_bstr(), say)?,
            "W" => console.set_warning(&mut self.warnings, value),
            _ => self.warnings.silence(),
        }
        Ok(())
    }

    /// Reports warnings about the options.
    fn say(&mut self, issues: &[Issue], console: &mut Console<'_, '_>) {
        let mut messages = Messages::new(&self.warnings, console);
        for issue in issues {
            messages.say(issue);
        }
        self.errors += messages.errors();
    }

    /// Fixes a file. Returns whether that succeeded.
    fn fix(&self, input: &BStr, console: &mut Console<'_, '_>) -> bool {
        let (shown, outputs) = (if input == "-" { BStr::new("<stdin>") } else { input }, console.io.outputs);
        if let Some(path) = self.output.as_ref().filter(|&path| path != "-")
            && let Err(error) = outputs.foresee(&path.to_path_lossy())
        {
            let text = format!("Failed to open \"{path}\" for writing: {}", reason(&error));
            console.error("unwritable-file", text);
            return false;
        }
        let mut count = 0;
        let budget = Budget::new(Limits::default(), console.io.until);
        let mut fixed = |mut rom: Vec<u8>, console: &mut Console<'_, '_>| {
            let (changed, errors) = match fix::fix(&mut rom, &self.options, &self.warnings, &budget, console) {
                Ok(errors) => (Some(rom), errors),
                Err(fix::Unfixable { .. }) => (None, 1),
            };
            count += errors;
            changed
        };
        let result = match &self.output {
            None if input != "-" => {
                let mut read = false;
                let result = outputs.change(&input.to_path_lossy(), &mut |rom| {
                    read = true;
                    fixed(rom, console)
                });
                result.map_err(|error| {
                    let what = if read {
                        format!("write \"{input}\"")
                    } else {
                        format!("open \"{input}\" for reading+writing")
                    };
                    ("unwritable-file", format!("Failed to {what}: {}", reason(&error)))
                })
            }
            output => match console.read(input, LARGEST_ROM) {
                Err(error) => {
                    Err(("unreadable-file", format!("Failed to open \"{shown}\" for reading: {}", reason(&error))))
                }
                Ok(rom) => match (fixed(rom, console), output) {
                    (None, _) => Ok(()),
                    (Some(rom), Some(path)) if path != "-" => {
                        let result = outputs.write(&path.to_path_lossy(), &rom);
                        result.map_err(|error| {
                            ("unwritable-file", format!("Failed to write \"{path}\": {}", reason(&error)))
                        })
                    }
                    (Some(rom), _) => {
                        let result = console.io.stdout.write_all(&rom);
                        result.map_err(|error| {
                            ("unwritable-file", format!("Failed to write to standard output: {}", reason(&error)))
                        })
                    }
                },
            },
        };
        if let Err((code, text)) = result {
            console.error(code, text);
            count += 1;
        }
        if count > 0 {
            console.ending(&format!("Fixing \"{shown}\" failed with {}", errors(count as u64)), "");
        }
        count == 0
    }
}

fn read_logo(path: &BStr, console: &mut Console<'_, '_>) -> Result<[u8; 48], End> {
    let wrong = || End::fatal("logo-size", format!("\"{path}\" is not 48 bytes"));
    let logo = console.read(path, LARGEST_ROM).map_err(|error| {
        End::fatal("unreadable-file", format!("Failed to open \"{path}\" for reading: {}", reason(&error)))
    })?;
    logo.try_into().map_err(|_| wrong())
}

/// `-f`. It replaces every earlier `-f`.
fn fix_spec(options: &mut Options, spec: &BStr, say: &mut dyn FnMut(&Issue)) -> Result<(), End> {
    let [mut logo, mut header, mut global] = [None; 3];
    for letter in spec.chars() {
        let (part, over) = match letter.to_ascii_lowercase() {
            'l' => (&mut logo, 'l'),
            'h' => (&mut header, 'h'),
            'g' => (&mut global, 'g'),
            _ => return Err(End::fatal("invalid-fix-spec", format!("Invalid character '{letter}' in fix spec"))),
        };
        let (treatment, over) = if letter.is_ascii_lowercase() {
            (Treatment::Fix, over.to_ascii_uppercase())
        } else {
            (Treatment::Trash, over)
        };
        if part.replace(treatment).is_some_and(|old| old != treatment) {
            say(&Issue::FixSpecOverridden { by: letter, over });
        }
    }
    (options.logo, options.header_checksum, options.global_checksum) = (logo, header, global);
    Ok(())
}

/// `-m`: a number, a name, or `help` for the list of names.
fn cartridge(text: &BStr, console: &mut Console<'_, '_>, say: &mut dyn FnMut(&Issue)) -> Result<Cartridge, End> {
    let trimmed = text.trim_start_with(|letter| letter == ' ' || letter == '\t');
    if trimmed.eq_ignore_ascii_case(b"help") || trimmed.eq_ignore_ascii_case(b"list") {
        let _ = console.io.stdout.write_all(fix::accepted_names().as_bytes());
        return Err(End::Done);
    }
    if let Some(number) = number(trimmed) {
        let range = || End::fatal("out-of-range", format!("MBC type \"{text}\" is not between 0 and 255"));
        return Ok(Cartridge::of_code(u8::try_from(number).map_err(|_| range())?, text, say));
    }
    Cartridge::named(text, say).map_err(|problem| {
        let names = match problem {
            UnknownCartridge::Name | UnknownCartridge::Features => format!("\n{}", fix::accepted_names().trim_end()),
            _ => String::new(),
        };
        End::fatal("invalid-mbc", format!("{problem}: \"{text}\"{names}"))
    })
}
