//! The words of messages that count something.

use crate::said;

fn texts(source: &str) -> Vec<String> {
    said(source).iter().map(|message| message.text.to_string()).collect()
}

#[test]
fn every_open_condition_is_counted_even_if_it_is_skipped() {
    assert_eq!(texts("IF 0\n IF 1\n IF 0\n"), ["The text ends with 3 unterminated IFs"]);
    assert_eq!(texts("IF 1\nELIF 1\n IF 1\n ENDC\n"), ["The text ends with 1 unterminated IF"]);
}

#[test]
fn a_number_of_arguments_is_singular_or_plural() {
    let wrong = |arguments: &str| texts(&format!("MACRO m\nPRINTLN \\9\nENDM\n m {arguments}\n"));
    assert_eq!(wrong(""), ["Macro argument `\\9` not defined: there are 0 arguments"]);
    assert_eq!(wrong("1"), ["Macro argument `\\9` not defined: there is 1 argument"]);
    assert_eq!(wrong("1, 2"), ["Macro argument `\\9` not defined: there are 2 arguments"]);
    assert_eq!(texts("PRINTLN STRFMT(\"%d\")\n"), ["STRFMT: The format needs 1 argument, but there are 0"]);
    assert_eq!(texts("PRINTLN STRFMT(\"%d%d\", 1)\n"), ["STRFMT: The format needs 2 arguments, but there is 1"]);
}

#[test]
fn a_wrong_format_is_one_mistake() {
    assert_eq!(texts("DEF x EQU 1\nPRINTLN \"{z:z:x}\"\n"), ["Invalid format \"z\""]);
}
