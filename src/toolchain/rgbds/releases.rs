//! The options of each release of RGBDS, from manual pages and changelogs, and from trying the tools.

use std::ffi::OsStr;

use super::error::Error;
use super::flags::Flags;
use super::getopt::{Syntax, Word};
use super::version::Version;
use super::{files, script};
use crate::request::{MissingFiles, Request};
use crate::role::Role;

/// The first `rgblink` with `-W`.
pub(super) const LINKER_WARNINGS: Version = Version::new(0, 9, 4);
/// The first `rgbasm` with `-X`.
pub(super) const MAX_ERRORS: Version = Version::new(0, 7, 0);
/// The first `rgbasm` with `-MC`. An older one writes a file called `C`.
const READ_ON: Version = Version::new(0, 9, 4);
/// The first `rgbasm` that accepts several `-P`. Older ones use only the last.
const SEVERAL_PREINCLUDES: Version = Version::new(0, 9, 4);
/// The first tools that read `@FILE`.
const AT_FILES: Version = Version::new(1, 0, 0);
/// The first tools that read numbers as in the assembly language. `rgbfix` always read `$FF`.
const NUMBERS: Version = Version::new(1, 0, 0);

/// Options that some releases since 0.6 do not have yet, each with the first release that has it.
const NEW: [(Role, char, Version); 11] = [
    (Role::Assembler, 'X', MAX_ERRORS),
    (Role::Assembler, 's', Version::new(0, 9, 0)),
    (Role::Assembler, 'B', Version::new(1, 0, 0)),
    (Role::Assembler, '#', Version::new(1, 0, 0)),
    (Role::Linker, 'W', LINKER_WARNINGS),
    (Role::Linker, 'B', Version::new(1, 0, 0)),
    (Role::Linker, '#', Version::new(1, 0, 0)),
    (Role::Fixer, 'L', Version::new(0, 8, 0)),
    (Role::Fixer, 'W', Version::new(0, 9, 4)),
    (Role::Fixer, 'w', Version::new(0, 9, 4)),
    (Role::Fixer, '#', Version::new(1, 0, 0)),
];

/// Options that were removed, each with the first release without it.
const GONE: [(Role, char, Version); 5] = [
    (Role::Assembler, 'H', Version::new(0, 8, 0)),
    (Role::Assembler, 'i', Version::new(0, 8, 0)),
    (Role::Assembler, 'L', Version::new(0, 8, 0)),
    (Role::Assembler, 'l', Version::new(0, 8, 0)),
    (Role::Linker, 's', Version::new(0, 8, 0)),
];

/// Options that rgbpipe itself uses. A second one would redirect an output.
const RESERVED: [(Role, &[char]); 3] =
    [(Role::Assembler, &['o', 'M']), (Role::Linker, &['o', 'm', 'n']), (Role::Fixer, &['o'])];

/// Something in a request that a release may lack.
#[derive(Debug, PartialEq, Eq)]
enum Need {
    Since(Version),
    Before(Version),
}

/// Refuses what the tools found cannot do. `version` is called only if something depends on it.
pub(super) fn check(
    request: &Request,
    flags: &Flags,
    version: impl Fn(Role) -> Result<Option<Version>, Error>,
) -> Result<(), Error> {
    // `-p $FF` is passed on in a form that every release reads.
    let pad = |pad: &Option<String>| pad.as_ref().filter(|pad| !pad.starts_with('$')).map(|pad| ('p', pad.into()));
    let precision = request.assemble.precision.as_ref().map(|precision| ('Q', precision.into()));
    let fix = request.fix.as_ref();
    let given = [
        Some((Role::Assembler, [pad(&request.assemble.pad), precision])),
        Some((Role::Linker, [pad(&request.link.pad), None])),
        fix.map(|fix| (Role::Fixer, [pad(&fix.pad), None])),
    ];
    let mut needs = Vec::new();
    for (role, numbers) in given.into_iter().flatten() {
        let syntax = Syntax::of(role);
        let words = files::words(syntax, flags.of(role));
        refuse_reserved(role, syntax, &words)?;
        let numbers = numbers.into_iter().flatten().map(|(letter, value)| Word::Value(letter, value));
        let words = words.into_iter().chain(numbers);
        needs.extend(words.filter_map(|word| need(role, syntax, &word)).map(|need| (role, need)));
    }
    if request.assemble.preincludes.len() > 1 {
        needs.push((Role::Assembler, ("more than one -P".to_owned(), Need::Since(SEVERAL_PREINCLUDES))));
    }
    if request.wanted.dependencies == Some(MissingFiles::Continue) {
        needs.push((Role::Assembler, ("-MC".to_owned(), Need::Since(READ_ON))));
    }
    for (role, (option, need)) in needs {
        // An unknown release is treated like the latest.
        let Some(found) = version(role)? else { continue };
        match need {
            Need::Since(since) if found < since => {
                return Err(Error::OptionTooNew { option, role, since, found });
            }
            Need::Before(gone) if found >= gone => {
                return Err(Error::OptionGone { option, role, gone, found });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the option at the start of `argument`, such as `-X` or `--max-errors`, takes a value. `None` if it is not an
/// option that a caller may give to this tool.
pub fn takes_value(role: Role, argument: &str) -> Option<bool> {
    let (letter, takes_value) = match Syntax::of(role).read(&[argument.into(), "value".into()]).first()? {
        Word::Value(letter, _) => (*letter, true),
        Word::Switch(letter) => (*letter, false),
        Word::Operand(_) | Word::AtFile(_) => return None,
    };
    // A long name may be abbreviated to its first letter, which says little.
    let is_cut = argument.len() == 2 && !argument.ends_with(letter);
    let is_gone = GONE.iter().any(|(its, gone, _)| (*its, *gone) == (role, letter));
    (!is_cut && !is_gone && !reserved(role).any(|reserved| reserved == letter)).then_some(takes_value)
}

fn reserved(role: Role) -> impl Iterator<Item = char> {
    RESERVED.iter().filter(move |(its, _)| *its == role).flat_map(|(_, letters)| letters.iter().copied())
}

fn refuse_reserved(role: Role, syntax: &Syntax, words: &[Word]) -> Result<(), Error> {
    let hiding = words.iter().find_map(|word| match word {
        Word::AtFile(file) if script::is_hidden(file.as_ref()) => Some(file),
        _ => None,
    });
    if let Some(file) = hiding {
        return Err(Error::HiddenArguments { role, path: file.into() });
    }
    let taken = words.iter().find_map(|word| match word {
        Word::Value(letter, _) | Word::Switch(letter) => {
            reserved(role).find(|reserved| reserved == letter).map(|letter| syntax.words(letter))
        }
        // rgbfix would also change this file in place.
        Word::Operand(file) if role == Role::Fixer => Some(file.to_string_lossy().into_owned()),
        Word::Operand(_) | Word::AtFile(_) => None,
    });
    taken.map_or(Ok(()), |argument| Err(Error::ReservedArgument { role, argument }))
}

/// The requirement of a word, if some release since 0.6 lacks it, and the option as the manual writes it.
fn need(role: Role, syntax: &Syntax, word: &Word) -> Option<(String, Need)> {
    let (letter, value) = match word {
        Word::Value(letter, value) => (*letter, Some(value)),
        Word::Switch(letter) => (*letter, None),
        Word::AtFile(file) => return Some((format!("@{}", file.display()), Need::Since(AT_FILES))),
        Word::Operand(_) => return None,
    };
    let find = |(its, option, version): &(Role, char, Version)| (*its == role && *option == letter).then_some(*version);
    let option = || syntax.words(letter);
    if let Some(since) = NEW.iter().find_map(find) {
        return Some((option(), Need::Since(since)));
    }
    if let Some(gone) = GONE.iter().find_map(find) {
        return Some((option(), Need::Before(gone)));
    }
    let value = value.filter(|value| takes_number(role, letter) && is_new_number(role, value))?;
    Some((format!("the number {} after -{letter}", value.display()), Need::Since(NUMBERS)))
}

fn takes_number(role: Role, letter: char) -> bool {
    match role {
        Role::Assembler => "pQr".contains(letter),
        Role::Linker => letter == 'p',
        Role::Fixer => "lnpr".contains(letter),
    }
}

/// Whether a number has a prefix that C's `strtoul(3)` does not know. Releases up to 0.9 use that function.
fn is_new_number(role: Role, value: &OsStr) -> bool {
    let text = value.to_string_lossy().to_ascii_lowercase();
    let text = text.trim_start_matches(['.', ' ', '\t']);
    ["%", "&", "0b", "0o"].iter().any(|prefix| text.starts_with(prefix))
        || (text.starts_with('$') && role != Role::Fixer)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::request::FixOptions;
    use crate::toolchain::rgbds::names::name;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').filter(|word| !word.is_empty()).map(OsString::from).collect()
    }

    /// The result of the check for these flags and this release.
    fn checked(role: Role, flags: &str, found: Version) -> Result<(), String> {
        let mut given = Flags::default();
        match role {
            Role::Assembler => given.assembler = words(flags),
            Role::Linker => given.linker = words(flags),
            Role::Fixer => given.fixer = words(flags),
        }
        check(&fixed(), &given, |_| Ok(Some(found))).map_err(|error| error.to_string())
    }

    fn fixed() -> Request {
        Request { fix: Some(FixOptions::default()), ..Request::new([]) }
    }

    #[test]
    fn each_option_is_refused_by_the_releases_that_lack_it() {
        for (role, flags, option, since) in [
            (Role::Assembler, "-E -X 5", "-X, --max-errors", [0, 7, 0]),
            (Role::Assembler, "-EX5", "-X, --max-errors", [0, 7, 0]),
            (Role::Assembler, "--max-errors=5", "-X, --max-errors", [0, 7, 0]),
            (Role::Assembler, "-s all:x", "-s, --state", [0, 9, 0]),
            (Role::Assembler, "-B collapse", "-B, --backtrace", [1, 0, 0]),
            (Role::Assembler, "--color never", "--color", [1, 0, 0]),
            (Role::Assembler, "@more", "@more", [1, 0, 0]),
            (Role::Assembler, "-r $20", "the number $20 after -r", [1, 0, 0]),
            (Role::Assembler, "-Q.%100", "the number .%100 after -Q", [1, 0, 0]),
            (Role::Linker, "-Wall", "-W, --warning", [0, 9, 4]),
            (Role::Linker, "-B0", "-B, --backtrace", [1, 0, 0]),
            (Role::Linker, "-p 0b1", "the number 0b1 after -p", [1, 0, 0]),
            (Role::Linker, "-color=always", "--color", [1, 0, 0]),
            (Role::Fixer, "-vL logo", "-L, --logo", [0, 8, 0]),
            (Role::Fixer, "-w", "-w", [0, 9, 4]),
            (Role::Fixer, "-Wno-mbc", "-W, --warning", [0, 9, 4]),
            (Role::Fixer, "-p &17", "the number &17 after -p", [1, 0, 0]),
        ] {
            let [major, minor, patch] = since;
            let since = Version::new(major, minor, patch);
            assert_eq!(checked(role, flags, since), Ok(()), "{role} {flags}");
            let before = Version::new(0, 6, 1);
            let words = format!("{option} needs {} {since} or newer; this one is 0.6.1", name(role));
            assert_eq!(checked(role, flags, before), Err(words), "{role} {flags}");
        }
    }

    #[test]
    fn options_that_were_removed_are_refused_too() {
        for (role, flags) in [(Role::Assembler, "-lH"), (Role::Assembler, "-i dir"), (Role::Linker, "-s main")] {
            assert_eq!(checked(role, flags, Version::new(0, 7, 0)), Ok(()), "{flags}");
            let words = checked(role, flags, Version::new(0, 8, 0)).unwrap_err();
            assert!(words.contains(&format!("{} 0.8.0 removed", name(role))), "{words}");
        }
    }

    #[test]
    fn no_version_is_needed_for_options_of_all_releases() {
        let mut request = fixed();
        let assembler = words("-E -DNAME=-X -D @x -p 0xFF -Q 12 -r 64 -Wall -w -b01 -g .:;# -v");
        request.assemble.pad = Some("$FF".to_owned());
        request.assemble.preincludes = vec!["one.inc".into()];
        let linker = words("-d -M -S romx=3 -w -x -p 255 -- -W");
        let fixer = words("-v -p $FF -t %T -i &ABC -m MBC5 -O -k 0b -l $33");
        check(&request, &Flags { assembler, linker, fixer }, |role| panic!("{role} was asked")).unwrap();
    }

    #[test]
    fn an_unknown_release_is_assumed_to_have_all_options() {
        let flags = Flags { assembler: words("-X 5 -H @x"), ..Flags::default() };
        check(&fixed(), &flags, |_| Ok(None)).unwrap();
    }

    #[test]
    fn it_is_known_which_options_take_a_value() {
        for (option, expected) in [
            ("-X", [Some(true), None, None]),
            ("--title", [None, None, Some(true)]),
            ("-w", [Some(false); 3]),
            ("-s", [Some(true), None, Some(false)]),
            ("--output", [None; 3]),
            ("-g", [Some(true), None, None]),
            ("-Z", [None; 3]),
            ("x.asm", [None; 3]),
        ] {
            assert_eq!(Role::ALL.map(|role| takes_value(role, option)), expected, "{option}");
        }
    }

    #[test]
    fn arguments_that_take_an_output_away_are_refused() {
        let refused = |flags: &str| checked(Role::Assembler, flags, Version::new(1, 0, 4)).is_err();
        for flags in
            ["-o x", "-E -ox", "-Eo x", "--output x", "--output=x", "-output", "-o", "-M x", "-MP", "--depend=x"]
        {
            assert!(refused(flags), "{flags}");
        }
        assert!(!refused("-E -DNAME=-o --define -o -D -M"));
    }
}
