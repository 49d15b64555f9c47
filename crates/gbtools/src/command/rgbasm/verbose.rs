//! The lines that `-v` prints about rgbasm's options.

use bstr::{BString, ByteSlice};

use super::state::StateFile;
use super::{Line, MissingFiles, Options};
use crate::command::verbose::Described;

impl Line {
    pub(super) fn described(&self) -> Described {
        let (options, usual) = (&self.options, Options::default());
        let mut text = Described::default();
        text.flag(options.export_all, "Export all labels by default");
        if options.binary != usual.binary {
            text.line(format!("Binary digits: {}", quoted(&options.binary)));
        }
        if options.graphics != usual.graphics {
            text.line(format!("Graphics characters: {}", quoted(&options.graphics)));
        }
        text.line(format!("Fixed-point precision: Q{}.{}", 32 - options.precision, options.precision));
        text.line(format!("Pad value: 0x{:02X}", options.pad));
        text.line(format!("Maximum recursion depth {}", options.depth));
        if options.max_errors > 0 {
            text.line(format!("Maximum {} errors", options.max_errors));
        }
        let define = |(name, value): &(BString, BString)| format!("def {name} equs \"{value}\"");
        text.list("Definitions", options.defines.iter().map(define));
        let state = |state: &StateFile| {
            let file = if state.file == "-" { "<stdout>".into() } else { state.file.as_bstr() };
            format!("{file}: {}", state.names())
        };
        text.list("Output state files", self.states.iter().map(state));
        let source = self.input.as_ref().map(|input| if input == "-" { "<stdin>".into() } else { input.clone() });
        text.file("Input asm file", source.as_ref());
        text.file("Output object file", self.output.as_ref());
        text.list("Include file paths", &options.include_dirs);
        text.list("Preincluded files", &options.preincludes);
        self.describe_rule(&mut text);
        text
    }

    fn describe_rule(&self, text: &mut Described) {
        if self.rule.file.is_none() {
            return;
        }
        text.file("Output dependency file", self.rule.file.as_ref());
        if !self.rule.targets.is_empty() {
            text.line([b"Target file(s): ", bstr::join(" ", &self.rule.targets).as_slice()].concat());
        }
        text.line(match self.options.missing_files {
            MissingFiles::Refused => "Exit with an error on a missing dependency",
            MissingFiles::Stop => "Exit normally on a missing dependency",
            MissingFiles::Continue => "Continue processing after a missing dependency",
        });
        text.flag(self.rule.phony, "Generate phony dependencies");
    }
}

/// `'0', '1'`
fn quoted(digits: &[u8]) -> String {
    let digits: Vec<_> = digits.iter().map(|&digit| format!("'{}'", char::from(digit))).collect();
    digits.join(", ")
}
