//! What `--help` shows, and what follows a mistake in a command line.

use std::fmt::Write;

/// How a tool is used.
pub(super) struct Usage {
    pub(super) tool: &'static str,
    /// What its command line may have, each as one piece.
    pub(super) synopsis: &'static [&'static str],
    /// The options that most people need, and what they do.
    pub(super) options: &'static [(&'static str, &'static str)],
}

/// How wide the text is if nobody says.
const COLUMNS: usize = 80;

impl Usage {
    /// The text, at most that wide.
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
    fn the_synopsis_is_broken_where_the_width_ends() {
        let usage = Usage { tool: "tool", synopsis: &["[-ab]", "[-c FILE]", "FILE"], options: &[("-a", "does a")] };
        assert!(
            usage.text(Some(24)).starts_with("Usage: tool [-ab]\n            [-c FILE]\n            FILE\n\nUseful")
        );
        assert!(
            usage.text(None).starts_with("Usage: tool [-ab] [-c FILE] FILE\n\nUseful options:\n    -a  does a\n\n")
        );
    }
}
