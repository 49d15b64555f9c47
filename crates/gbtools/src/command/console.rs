//! Prints a command's messages, and decides its exit status.

use std::io::{self, Read};
use std::num::NonZeroU32;

use bstr::{BStr, BString, ByteSlice};

use super::end::End;
use super::number::number;
use super::usage::Usage;
use super::verbose::Described;
use super::{Io, RELEASE};
use crate::files::reason;
use crate::report::form::Form;
use crate::report::warnings::{Flag, Warnings};
use crate::report::{Diagnostic, Report, Severity};

/// A command's streams, and the form of its messages.
pub(super) struct Console<'a, 'io> {
    pub(super) io: &'a mut Io<'io>,
    pub(super) form: Form,
    /// How many times `-v` was given.
    pub(super) verbosity: u32,
}

impl<'a, 'io> Console<'a, 'io> {
    pub(super) fn new(io: &'a mut Io<'io>) -> Self {
        let mut console = Self { io, form: Form::default(), verbosity: 0 };
        console.form.colored = console.colored_by_itself();
        console
    }

    fn colored_by_itself(&self) -> bool {
        self.io.environment.is_coloured(self.io.stderr_is_terminal)
    }

    /// `--color`.
    pub(super) fn set_color(&mut self, when: &[u8]) -> Result<(), End> {
        self.form.colored = match when.to_ascii_lowercase().as_slice() {
            b"always" => true,
            b"never" => false,
            b"auto" => self.colored_by_itself(),
            _ => return Err(End::invalid("--color")),
        };
        Ok(())
    }

    /// `-B`.
    pub(super) fn set_backtrace(&mut self, value: &[u8]) -> Result<(), End> {
        match value.to_ascii_lowercase().as_slice() {
            b"all" => self.form.quiet_frames = true,
            b"no-all" => self.form.quiet_frames = false,
            b"collapse" => self.form.collapsed = true,
            b"no-collapse" => self.form.collapsed = false,
            _ => {
                let most = number(value).ok_or_else(|| End::invalid("-B"))?;
                self.form.most_frames = NonZeroU32::new(u32::try_from(most).unwrap_or(u32::MAX));
            }
        }
        Ok(())
    }

    /// `-W`.
    pub(super) fn set_warning<F: Flag>(&mut self, warnings: &mut Warnings<F>, switch: &[u8]) {
        if let Err(problem) = warnings.set(switch) {
            self.message(problem.diagnostic());
        }
    }

    /// `--version`.
    pub(super) fn version(&mut self, tool: &str) -> End {
        let text = format!("{tool} {RELEASE}\n{}\n", self.io.part_of);
        let _ = self.io.stdout.write_all(text.as_bytes());
        End::Done
    }

    /// `--help`.
    pub(super) fn help(&mut self, usage: &Usage) -> End {
        let text = usage.text(self.io.environment.columns);
        let _ = self.io.stdout.write_all(text.as_bytes());
        End::Done
    }

    /// The content of a file, or of standard input for `-`.
    pub(super) fn read(&mut self, path: &BStr, most: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        self.read_into(&mut content, path, most)?;
        Ok(content)
    }

    /// Like [`read`](Self::read), but replaces the content of a buffer.
    pub(super) fn read_into(&mut self, buffer: &mut Vec<u8>, path: &BStr, most: u64) -> io::Result<()> {
        if path != "-" {
            return self.io.files.read_into(buffer, &path.to_path_lossy(), most, self.io.until);
        }
        buffer.clear();
        (&mut *self.io.stdin).take(most.saturating_add(1)).read_to_end(buffer)?;
        if buffer.len() as u64 > most { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(()) }
    }

    /// Writes to a file, or to standard output for `-`.
    pub(super) fn write(&mut self, path: &BStr, content: &[u8], what: &str) -> Result<(), Box<Diagnostic>> {
        let result = if path == "-" {
            self.io.stdout.write_all(content)
        } else {
            self.io.outputs.write(&path.to_path_lossy(), content)
        };
        result.map_err(|error| unwritable("write", path, &error, what))
    }

    /// Fails if it is known now that [`write`](Self::write) will fail.
    pub(super) fn foresee(&mut self, path: &BStr, what: &str) -> Result<(), Box<Diagnostic>> {
        if path == "-" {
            return Ok(());
        }
        self.io.outputs.foresee(&path.to_path_lossy()).map_err(|error| unwritable("open", path, &error, what))
    }

    /// Sets a file that can be given only once. Warns if it was already set.
    pub(super) fn set_file(&mut self, file: &mut Option<BString>, value: BString, what: &str) {
        if let Some(old) = file.replace(value) {
            self.warning("overriding", format!("Overriding {what} file \"{old}\""));
        }
    }

    /// Reports an error without a place.
    pub(super) fn error(&mut self, code: &'static str, text: impl Into<BString>) {
        self.message(Diagnostic::new(Severity::Error, code, text));
    }

    /// Reports a warning without a place or a flag.
    pub(super) fn warning(&mut self, code: &'static str, text: impl Into<BString>) {
        self.message(Diagnostic::new(Severity::Warning, code, text));
    }

    /// `-v`: prints the options before the work begins, one a line.
    pub(super) fn show_options(&mut self, tool: &str, options: &Described, work: &str) {
        if self.verbosity > 0 {
            let head = format!("{tool} {RELEASE}\nOptions:\n");
            self.verbose(&[head.as_bytes(), &options.lines, format!("Ready for {work}\n").as_bytes()].concat());
        }
    }

    /// `-vv`: prints the current step.
    pub(super) fn show_step(&mut self, step: &str) {
        if self.verbosity > 1 {
            self.verbose(format!("{step}\n").as_bytes());
        }
    }

    fn verbose(&mut self, text: &[u8]) {
        let mut shown = Vec::new();
        self.form.verbose(text, &mut shown);
        let _ = self.io.stderr.write_all(&shown);
    }

    /// Prints the last line of a run with errors.
    pub(super) fn ending(&mut self, text: &str, hint: &str) {
        let mut line = Vec::new();
        self.form.ending(text, hint, &mut line);
        let _ = self.io.stderr.write_all(&line);
    }

    /// The exit status of a command that ended early.
    pub(super) fn end(&mut self, end: End, usage: &Usage) -> u8 {
        let (severity, code, text, shown) = match end {
            End::Done => return 0,
            End::Failed => return 1,
            End::Fatal { severity, code, text, usage } => (severity, code, text, usage),
        };
        self.message(Diagnostic::new(severity, code, text));
        if shown {
            let text = usage.text(self.io.environment.columns);
            let _ = self.io.stderr.write_all(text.as_bytes());
        }
        1
    }
}

impl Report for Console<'_, '_> {
    fn message(&mut self, message: Diagnostic) {
        if let Some(messages) = &mut self.io.messages {
            return messages.message(message);
        }
        let mut text = Vec::new();
        self.form.print(&message, &mut text);
        // If messages cannot be written, there is no other place to say so.
        let _ = self.io.stderr.write_all(&text);
    }

    fn print(&mut self, text: &[u8]) {
        let _ = self.io.stdout.write_all(text);
    }
}

fn unwritable(step: &str, path: &BStr, error: &io::Error, what: &str) -> Box<Diagnostic> {
    let text = format!("Failed to {step} {what} \"{path}\": {}", reason(error));
    Diagnostic::new(Severity::Fatal, "unwritable-file", text).into()
}

/// `1 error`, `2 errors`.
pub(super) fn errors(count: u64) -> String {
    format!("{count} error{}", if count == 1 { "" } else { "s" })
}
