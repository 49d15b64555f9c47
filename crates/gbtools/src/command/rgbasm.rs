//! rgbasm(1).

mod defines;
mod dependencies;
mod options;
mod state;
mod verbose;

use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice, ByteVec};

use super::arguments::{Arguments, Known, Word, flag, gone, value};
use super::console::{Console, errors};
use super::end::End;
use super::number::byte;
use super::usage::Usage;
use super::{Io, Parsed};
use crate::asm::{self, Assembly, Failed, MissingFiles, Moment, Options};
use crate::files::reason;
use crate::module::rgb9;
use crate::report::warnings::{Behaviour, Flag};
use crate::report::{Diagnostic, Report, Severity};
use defines::Defines;
use dependencies::{Between, Rule};
use options::{digits, include_folder, precision, unbounded};
use state::StateFile;

const KNOWN: &[Known] = &[
    value("B", "backtrace"),
    value("b", "binary-digits"),
    value("", "color"),
    value("D", "define"),
    flag("E", "export-all"),
    value("g", "gfx-chars"),
    gone("H", "RGBDS 0.8.0 dropped it; write NOP after HALT where one is needed"),
    flag("h", "help"),
    value("I", "include"),
    value("M", "dependfile"),
    gone("L", "RGBDS 0.8.0 dropped it; LD is no longer changed to LDH"),
    gone("l", "RGBDS 0.8.0 dropped it; write LDH instead of LD"),
    flag("", "MC"),
    flag("", "MG"),
    flag("", "MP"),
    value("", "MQ"),
    value("", "MT"),
    value("o", "output"),
    value("P", "preinclude"),
    value("p", "pad-value"),
    value("Q", "q-precision"),
    value("r", "recursion-depth"),
    value("s", "state"),
    flag("V", "version"),
    flag("v", "verbose"),
    value("W", "warning"),
    flag("w", ""),
    value("X", "max-errors"),
];

const USAGE: Usage = Usage {
    tool: "rgbasm",
    synopsis: &[
        "[-EhVvw]",
        "[-B DEPTH]",
        "[-b CHARS]",
        "[--color WHEN]",
        "[-D NAME[=VALUE]]",
        "[-g CHARS]",
        "[-I FOLDER]",
        "[-M FILE]",
        "[-MC]",
        "[-MG]",
        "[-MP]",
        "[-MQ TARGET]",
        "[-MT TARGET]",
        "[-o FILE]",
        "[-P FILE]",
        "[-p VALUE]",
        "[-Q PRECISION]",
        "[-r DEPTH]",
        "[-s FEATURES:FILE]",
        "[-W WARNING]",
        "[-X COUNT]",
        "FILE",
    ],
    options: &[
        ("-E, --export-all", "export all labels"),
        ("-M, --dependfile FILE", "write a make rule to this file"),
        ("-o, --output FILE", "write the object to this file"),
        ("-p, --pad-value VALUE", "fill the space of DS with this value"),
        ("-s, --state FEATURES:FILE", "write parts of the final state to this file"),
        ("-V, --version", "print the version"),
        ("-W, --warning WARNING", "turn a warning on, or off with `no-`"),
    ],
};

/// The limit on errors when they go to a terminal.
const MOST_ERRORS_ON_A_TERMINAL: u64 = 100;
/// The largest source that is read.
const LARGEST_SOURCE: u64 = 1 << 30;

/// The options and operands of a command line.
#[derive(Default)]
struct Line {
    options: Options,
    defines: Defines,
    output: Option<BString>,
    rule: Rule,
    states: Vec<StateFile>,
    input: Option<BString>,
}

pub(super) fn run(arguments: Vec<BString>, io: &mut Io<'_>) -> u8 {
    let mut console = Console::new(io);
    match command(arguments, &mut console) {
        Ok(status) => status,
        Err(end) => console.end(end, &USAGE),
    }
}

/// The options alone, for a caller that supplies the source.
pub(super) fn options(arguments: Vec<BString>, io: &mut Io<'_>) -> Result<Parsed<Options>, u8> {
    let mut console = Console::new(io);
    match parse(arguments, &mut console) {
        Ok(Line { input: Some(_), .. }) => Err(console.end(several_inputs(), &USAGE)),
        Ok(Line { options, .. }) => Ok(Parsed { options, form: console.form, operands: Vec::new(), errors: 0 }),
        Err(end) => Err(console.end(end, &USAGE)),
    }
}

fn command(arguments: Vec<BString>, console: &mut Console<'_, '_>) -> Result<u8, End> {
    parse(arguments, console)?.assemble(console)
}

fn parse(arguments: Vec<BString>, console: &mut Console<'_, '_>) -> Result<Line, End> {
    let max_errors = if console.io.stderr_is_terminal { MOST_ERRORS_ON_A_TERMINAL } else { 0 };
    let options = Options { max_errors, moment: moment(console), ..Options::default() };
    let mut line = Line { options, ..Line::default() };
    let mut arguments = Arguments::new(arguments, KNOWN, console.io.files, console.io.until);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Option(name, value) => line.option(name, value, console)?,
            Word::Operand(_) if line.input.is_some() => return Err(several_inputs()),
            Word::Operand(input) => line.input = Some(input),
        }
    }
    Ok(line)
}

fn several_inputs() -> End {
    End::usage("several-inputs", "More than one input file specified")
}

/// The date and time that the source sees.
fn moment(console: &mut Console<'_, '_>) -> Moment {
    let environment = console.io.environment;
    let Some(text) = &environment.source_date_epoch else { return environment.now };
    let text = Vec::from_os_str_lossy(text);
    let seconds = text.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(seconds) = seconds.and_then(|text| text.parse().ok()) {
        return Moment { seconds, ..environment.now };
    }
    let text =
        format!("`SOURCE_DATE_EPOCH` is \"{}\", which is not a number of seconds; it is ignored", text.as_bstr());
    console.warning("source-date-epoch", text);
    environment.now
}

impl Line {
    fn option(&mut self, name: &str, value: BString, console: &mut Console<'_, '_>) -> Result<(), End> {
        let options = &mut self.options;
        match name {
            "B" => console.set_backtrace(&value)?,
            "b" => match digits("-b", &mut options.binary, b"01", &value)? {
                Ok(()) => {}
                Err(error) => self.error(*error, console)?,
            },
            "color" => console.set_color(&value)?,
            "D" => {
                let (name, value) = defines::parts(value);
                if let Some(text) = asm::obsolete(&name) {
                    self.warn(asm::Warning::Obsolete, text, console)?;
                }
                match self.defines.add(&name) {
                    Ok(()) => self.options.defines.push((name, value)),
                    Err(error) => self.error(*error, console)?,
                }
            }
            "E" => options.export_all = true,
            "g" => match digits("-g", &mut options.graphics, b"0123", &value)? {
                Ok(()) => {}
                Err(error) => self.error(*error, console)?,
            },
            "h" => return Err(console.help(&USAGE)),
            "I" => options.include_dirs.push(include_folder(value)),
            "M" => console.set_file(&mut self.rule.file, value, "dependency"),
            "MC" => options.missing_files = MissingFiles::Continue,
            "MG" if options.missing_files == MissingFiles::Refused => options.missing_files = MissingFiles::Stop,
            "MP" => self.rule.phony = true,
            "MQ" => self.rule.targets.push(value.replace("$", "$$").into()),
            "MT" => self.rule.targets.push(value),
            "o" => console.set_file(&mut self.output, value, "output"),
            "P" => options.preincludes.push(value),
            "p" => options.pad = byte("-p", &value)?,
            "Q" => options.precision = precision(&value)?,
            "r" => {
                let text = "Argument for option '-r' is out of range";
                let depth = unbounded("-r", &value)?.ok_or_else(|| End::fatal("out-of-range", text))?;
                options.depth = u32::try_from(depth).unwrap_or(u32::MAX);
            }
            "s" => state::add(&mut self.states, value.as_ref(), console)?,
            "V" => return Err(console.version("rgbasm")),
            "W" => console.set_warning(&mut options.warnings, &value),
            "w" => options.warnings.silence(),
            "X" => options.max_errors = unbounded("-X", &value)?.unwrap_or(u64::MAX),
            "v" => console.verbosity += 1,
            _ => {}
        }
        Ok(())
    }

    /// Reports a warning, as the options so far want it.
    fn warn(&mut self, flag: asm::Warning, text: String, console: &mut Console<'_, '_>) -> Result<(), End> {
        let severity = match self.options.warnings.behaviour(flag) {
            Behaviour::Off => return Ok(()),
            Behaviour::Warning => Severity::Warning,
            Behaviour::Error => Severity::Error,
        };
        let warning = Diagnostic { flag: Some(flag.name()), ..Diagnostic::new(severity, flag.name(), text) };
        if severity == Severity::Error {
            return self.error(warning, console);
        }
        console.message(warning);
        Ok(())
    }

    /// Reports an error that lets the assembly begin, to find more errors.
    fn error(&mut self, error: Diagnostic, console: &mut Console<'_, '_>) -> Result<(), End> {
        console.message(error);
        self.options.errors += 1;
        if self.options.errors == self.options.max_errors {
            self.too_many_errors(console);
            return Err(End::Failed);
        }
        Ok(())
    }

    fn assemble(mut self, console: &mut Console<'_, '_>) -> Result<u8, End> {
        if self.rule.targets.is_empty() {
            self.rule.targets.extend(self.output.clone());
        }
        console.show_options("rgbasm", &self.described(), "assembly");
        let no_input = || End::usage("no-input", "No input file specified (pass \"-\" to read from standard input)");
        let input = self.input.take().ok_or_else(no_input)?;
        let name: &BStr = if input == "-" { "<stdin>".into() } else { input.as_ref() };
        console.show_step(&format!("Assembling \"{name}\""));
        if let Some(path) = &self.rule.file {
            if self.rule.targets.is_empty() {
                let text = "A dependency file needs the name of a target: use '-o', '-MQ' or '-MT'";
                return Err(End::fatal("no-target", text));
            }
            console.foresee(path.as_ref(), "dependency file")?;
        }
        let source = match console.read(input.as_ref(), LARGEST_SOURCE) {
            Ok(source) => source,
            Err(error) => {
                self.write_rule(&[input.to_path_lossy().into_owned()], console)?;
                let text = format!("Failed to open \"{input}\": {}", reason(&error));
                return Err(End::fatal("unreadable-file", text));
            }
        };
        self.options.states = self.states.iter().map(|state| state.features.clone()).collect();
        self.options.all_symbols = self.output.is_some();
        let (files, until) = (console.io.files, console.io.until);
        let mut between = Between { rule: &self.rule, console, included: false };
        let result = asm::assemble(name, source.into(), &self.options, files, until, &mut between);
        let reads = match &result {
            Ok(assembly) => &assembly.reads,
            Err(failed) => &failed.reads,
        };
        if !self.rule.is_printed() {
            self.write_rule(reads, console)?;
        }
        match result {
            Ok(assembly) => self.write(&assembly, console),
            Err(failed) => Ok(self.failed(&failed, console)),
        }
    }

    /// `-M`. Even an assembly that fails writes what it read.
    fn write_rule(&self, reads: &[PathBuf], console: &mut Console<'_, '_>) -> Result<(), End> {
        if let Some(path) = &self.rule.file {
            let rule = self.rule.text(reads, console.io.files);
            console.write(path.as_ref(), &rule, "dependency file")?;
        }
        Ok(())
    }

    fn write(&self, assembly: &Assembly, console: &mut Console<'_, '_>) -> Result<u8, End> {
        let Some(module) = &assembly.module else { return Ok(0) };
        if let Some(path) = &self.output {
            write_at_end(assembly, path, &rgb9::write(module), "object file", console)?;
        }
        for (state, text) in self.states.iter().zip(&assembly.states) {
            write_at_end(assembly, &state.file, text, "state file", console)?;
        }
        Ok(0)
    }

    /// Prints the last line of an assembly with errors.
    fn failed(&self, failed: &Failed, console: &mut Console<'_, '_>) -> u8 {
        if failed.limit_reached {
            self.too_many_errors(console);
        } else if failed.stopped.is_some() {
            console.ending(&failed.to_string(), "");
        } else if !failed.fatal {
            console.ending(&format!("Assembly aborted with {}", errors(failed.errors)), "");
        }
        1
    }

    fn too_many_errors(&self, console: &mut Console<'_, '_>) {
        let most = errors(self.options.max_errors);
        let hint = " (configure with '-X/--max-errors')";
        console.ending(&format!("Assembly aborted after the maximum of {most}"), hint);
    }
}

/// Writes a file. As in RGBDS, an error is one at the end of the source.
fn write_at_end(
    assembly: &Assembly,
    path: &BString,
    content: &[u8],
    what: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), End> {
    console.write(path.as_ref(), content, what).map_err(|message| {
        console.message(Diagnostic { places: vec![assembly.end.clone()], ..*message });
        End::Failed
    })
}
