//! Formats values for interpolations and STRFMT.

use bstr::{BString, ByteSlice};

use super::expression::{Issues, note};
use super::format::{Argument, Spec, str_fmt};
use super::symbols::Value;
use super::{Asm, Done};
use crate::files::Content;

impl Asm<'_> {
    /// Parses the format before the `:` of an interpolation.
    pub(crate) fn format_spec(&mut self, text: &[u8]) -> Option<Spec> {
        let spec = Spec::parse(text);
        if spec.is_none() {
            self.error("invalid-format", format!("Invalid format \"{}\"", text.as_bstr()));
        }
        spec
    }

    /// A formatted value.
    pub(crate) fn formatted(&mut self, spec: Option<Spec>, value: &Value) -> Done<Content> {
        if let (None, Value::Text(text)) = (spec, value) {
            return Ok(text.clone());
        }
        let spec = spec.unwrap_or_default();
        let (most, mut issues, mut text) = (self.most_text(), Issues::default(), Vec::new());
        let mut report = |flaw| note(&mut issues, "Format", flaw);
        let done = match value {
            Value::Number(number) => spec.number(*number, self.settings.precision, &mut text, most, &mut report),
            Value::Text(shown) => spec.text(shown, &mut text, most, &mut report),
        };
        self.tell_issues(issues);
        if done.is_err() {
            return Err(self.text_too_long());
        }
        self.work(text.len())?;
        Ok(text.into())
    }

    /// STRFMT.
    pub(crate) fn strfmt(&mut self, format: &[u8], arguments: &[Value]) -> Done<BString> {
        let (most, mut issues, mut text) = (self.most_text(), Issues::default(), Vec::new());
        let arguments: Vec<_> = arguments
            .iter()
            .map(|argument| match argument {
                Value::Number(number) => Argument::Number(*number),
                Value::Text(text) => Argument::Text(text),
            })
            .collect();
        let mut report = |flaw| note(&mut issues, "STRFMT", flaw);
        let done = str_fmt(format, &arguments, self.settings.precision, &mut text, most, &mut report);
        self.tell_issues(issues);
        if done.is_err() {
            return Err(self.text_too_long());
        }
        Ok(text.into())
    }
}
