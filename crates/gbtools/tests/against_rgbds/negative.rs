//! Negative numbers where there must be none, followed by what cannot stand there: the syntax error comes first.

use crate::programs::difference;

const STATEMENTS: [&str; 7] =
    ["INCBIN \"x\", #", "INCBIN \"x\", 0, #", "INCBIN \"x\", #, 1", "DS #", "RSSET #", "SHIFT #", "REPT #"];

const BEHIND: [&str; 7] = ["", " ,", ", 1", " , ,", " 1", " )", " :: nop"];

#[test]
fn a_negative_number_before_a_syntax_error_agrees() {
    for statement in STATEMENTS {
        for number in ["-1", "2 - 3", "1"] {
            for behind in BEHIND {
                let statement = statement.replace('#', number);
                let end = if statement.starts_with("REPT") { "\nENDR" } else { "" };
                let source = format!("SECTION \"s\", ROM0\n{statement}{behind}{end}\nPRINTLN 1\n");
                let difference = difference(&source);
                assert_eq!(difference, None, "{source}\n{}", difference.as_deref().unwrap_or_default());
            }
        }
    }
}
