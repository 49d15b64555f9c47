//! The text of `--help`, and the usage that follows an error in a command line.

use std::fmt::Write;

/// The usage of a tool.
pub(super) struct Usage {
    pub(super) tool: &'static str,
    /// The parts of the synopsis. No line break comes inside one.
    pub(super) synopsis: &'static [&'static str],
    /// The most important options, with a description each.
    pub(super) options: &'static [(&'static str, &'static str)],
}

/// The width of the text if it is not known.
const COLUMNS: usize = 80;

impl Usage {
    /// The text, wrapped to this width.
    pub(super) fn text(&self, columns: Option<usize>) -> String {
        let columns = columns.filter(|&columns| columns > 0).unwrap_or(COLUMNS);
        let mut text = format!("Usage: {}", self.tool);
        let indent = text.len();
        let mut column = indent;
        for piece in self.synopsis {
            if column > indent && column + 1 + piece.len() > columns {
                let _ = write!(text, "\n{:indent$}", "");
                column = indent;
            }
            let _ = write!(text, " {piece}");
            column += 1 + piece.len();
        }
        text.push_str("\n\nUseful options:\n");
        let width = self.options.iter().map(|(option, _)| option.len()).max().unwrap_or_default();
        for (option, purpose) in self.options {
            let _ = writeln!(text, "    {option:width$}  {purpose}");
        }
        let _ = writeln!(text, "\nFor more, see {}(1): https://rgbds.gbdev.io/docs/{}.1", self.tool, self.tool);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Usage;

    #[test]
    fn the_synopsis_is_wrapped() {
        let usage = Usage { tool: "tool", synopsis: &["[-ab]", "[-c FILE]", "FILE"], options: &[("-a", "does a")] };
        assert!(
            usage.text(Some(24)).starts_with("Usage: tool [-ab]\n            [-c FILE]\n            FILE\n\nUseful")
        );
        assert!(
            usage.text(None).starts_with("Usage: tool [-ab] [-c FILE] FILE\n\nUseful options:\n    -a  does a\n\n")
        );
    }
}
