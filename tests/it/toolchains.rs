//! Toolchains written outside the library, through its public trait.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rgbpipe::toolchain::{Linkable, Object, Outcome, Run, Source, Text, Toolchain};
use rgbpipe::{Artifacts, Error, FixOptions, Input, Request, Silent, Until, build_with};

/// A whole toolchain. A source is its ROM in hexadecimal digits.
struct Hexadecimal;

impl Toolchain for Hexadecimal {
    fn assemble(&self, source: Source<'_>, _: &Request, _: &Run<'_>) -> Result<Outcome<Object>, Error> {
        let Text::Stdin(text) = source.text else { return Err(Error::Unsupported("no source files".into())) };
        let text = String::from_utf8_lossy(text);
        let bytes = text.split_whitespace().map(|digits| u8::from_str_radix(digits, 16));
        Ok(bytes.collect::<Result<_, _>>().map(Object::Bytes).into())
    }

    fn link(&self, objects: &[Linkable<'_>], _: &Request, _: &Run<'_>) -> Result<Outcome<Artifacts>, Error> {
        let mut rom = Vec::new();
        for object in objects {
            let Linkable::Assembled(_, object) = object else { return Err(Error::Unsupported("no objects".into())) };
            rom.extend_from_slice(&object.bytes());
        }
        Ok(Outcome::done(Artifacts { rom: Some(rom), ..Artifacts::default() }))
    }
}

fn build(toolchain: &dyn Toolchain, sources: &[&str]) -> Result<Artifacts, Error> {
    let request = Request::new(sources.iter().map(|text| Input::Stdin((*text).into())));
    build_with(&request, toolchain, &Run::new(&Until::never(), &Silent))
}

#[test]
fn a_toolchain_of_twenty_lines_builds_a_rom() {
    assert_eq!(build(&Hexadecimal, &["18 FE", "C9"]).unwrap().rom.unwrap(), [0x18, 0xFE, 0xC9]);

    let Err(Error::Steps(failures)) = build(&Hexadecimal, &["00", "nothing"]) else { panic!("that is no number") };
    assert_eq!(failures[0].to_string(), "assembling -: invalid digit found in string");

    let mut request = Request::new([Input::Object("a.o".into())]);
    let run = |request: &Request| build_with(request, &Hexadecimal, &Run::new(&Until::never(), &Silent));
    assert_eq!(run(&request).unwrap_err().to_string(), "no objects");
    request.inputs = vec![Input::Stdin(b"00".to_vec())];
    request.fix = Some(FixOptions::default());
    assert_eq!(run(&request).unwrap_err().to_string(), "this toolchain does not fix headers");
    assert_eq!(Hexadecimal.commands(&request, &Run::new(&Until::never(), &Silent)).unwrap(), None);
}

/// The same, with a fixer.
struct WithFixer;

impl Toolchain for WithFixer {
    fn assemble(&self, source: Source<'_>, request: &Request, run: &Run<'_>) -> Result<Outcome<Object>, Error> {
        Hexadecimal.assemble(source, request, run)
    }

    fn link(&self, objects: &[Linkable<'_>], request: &Request, run: &Run<'_>) -> Result<Outcome<Artifacts>, Error> {
        Hexadecimal.link(objects, request, run)
    }

    fn fix(&self, rom: &[u8], _: &Path, _: &FixOptions, _: &Run<'_>) -> Result<Outcome<Vec<u8>>, Error> {
        Ok(Outcome::done([rom, &[0xFF]].concat()))
    }
}

#[test]
fn the_fixer_gets_the_rom_of_the_linker() {
    assert_eq!(build(&WithFixer, &["18 FE"]).unwrap().rom.unwrap(), [0x18, 0xFE]);
    let mut request = Request::new([Input::Stdin(b"18 FE".to_vec())]);
    request.fix = Some(FixOptions::default());
    let artifacts = build_with(&request, &WithFixer, &Run::new(&Until::never(), &Silent)).unwrap();
    assert_eq!(artifacts.rom.unwrap(), [0x18, 0xFE, 0xFF]);
}

/// Counts the assemblies that it is asked for, and does none.
#[derive(Default)]
struct Unfit(AtomicUsize);

impl Toolchain for Unfit {
    fn assemble(&self, _: Source<'_>, _: &Request, _: &Run<'_>) -> Result<Outcome<Object>, Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(Error::Cancelled)
    }

    fn link(&self, _: &[Linkable<'_>], _: &Request, _: &Run<'_>) -> Result<Outcome<Artifacts>, Error> {
        unreachable!("there is nothing to link")
    }
}

#[test]
fn no_step_begins_after_a_failed_one() {
    let unfit = Unfit::default();
    let mut request = Request::new([Input::Stdin(Vec::new()), Input::Source("a".into()), Input::Source("b".into())]);
    request.jobs = NonZeroUsize::new(1);
    assert!(matches!(build_with(&request, &unfit, &Run::new(&Until::never(), &Silent)), Err(Error::Cancelled)));
    assert_eq!(unfit.0.into_inner(), 1);
}
