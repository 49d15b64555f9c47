//! Turns the command line into a checked request. Impossible requests are refused here, before any tool runs.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use rgbpipe::program::{Limits, Sandbox};
use rgbpipe::toolchain::rgbds::Flags;
use rgbpipe::toolchain::{Audience, Chosen};
use rgbpipe::{AssembleOptions, FixOptions, Input, LinkOptions, Request, Wanted};

use crate::bounds::{limits, sandbox, timeout};
use crate::build::inputs::input;
use crate::build::objects;
use crate::cli::{Build, Check, Common, FixerOptions, MessageFormat, Shown, When};
use crate::ending::{Ending, Refusal};
use crate::outputs::destinations::Destinations;
use crate::process::make::Make;
use crate::process::standard_streams::is_stdin;
use crate::toolchain::choose;

/// A build that can be started.
pub(crate) struct BuildPlan {
    /// For a source on standard input, an [`Input::Stdin`] that is still empty.
    pub(crate) request: Request,
    pub(crate) toolchain: Chosen,
    pub(crate) make: Make,
    pub(crate) audience: Audience,
    pub(crate) timeout: Option<Duration>,
    pub(crate) limits: Limits,
    pub(crate) sandbox: Option<Sandbox>,
    pub(crate) destinations: Destinations,
    pub(crate) shown: Shown,
    /// Show source lines under messages.
    pub(crate) snippets: bool,
    /// Only print the plain commands.
    pub(crate) dry_run: bool,
}

impl BuildPlan {
    pub(crate) fn of_build(args: Build, make: Make) -> Result<Self, Ending> {
        let Build { common, outputs, dependencies } = args;
        let usage = common.shown.usage;
        let to = |inputs: &[Input], read: &[&PathBuf]| Destinations::new(&outputs, &dependencies, inputs, read, usage);
        let mut plan = Self::new(common, make, to)?;
        plan.dry_run = outputs.dry_run;
        plan.request.object_dir = outputs.save_temps;
        objects::check(&plan.request, &plan.destinations)?;
        plan.request.wanted.reads |= objects::replaces(&plan.request) && !plan.dry_run;
        Ok(plan)
    }

    pub(crate) fn of_check(args: Check, make: Make) -> Result<Self, Ending> {
        let usage = args.common.shown.usage;
        Self::new(args.common, make, |inputs, _| Destinations::nowhere(inputs, usage))
    }

    /// `to` decides where outputs go. It gets the inputs, and all files that are read by name.
    fn new(
        args: Common,
        make: Make,
        to: impl FnOnce(&[Input], &[&PathBuf]) -> Result<(Destinations, Wanted), Ending>,
    ) -> Result<Self, Ending> {
        let inputs = args.inputs.into_iter().map(input).collect::<Result<Vec<_>, _>>();
        let inputs = inputs.map_err(|refusal| perhaps_a_title(refusal, args.linker.tiny))?;
        if inputs.iter().filter(|input| matches!(input, Input::Stdin(_))).count() > 1 {
            return Err(Refusal::StdinTwice.into());
        }
        let (assembler, linker, both) = (args.assembler, args.linker, args.both);
        for (what, file) in [("linker script", &linker.script), ("overlay", &linker.overlay)] {
            if file.as_ref().is_some_and(|file| is_stdin(file)) {
                return Err(Refusal::NotFromStdin(what).into());
            }
        }
        if assembler.preincludes.iter().any(|file| is_stdin(file)) {
            return Err(Refusal::NotFromStdin("pre-included file").into());
        }

        let stdin = PathBuf::from("-");
        let read = inputs.iter().map(|input| input.path().unwrap_or(&stdin));
        let read =
            read.chain(&assembler.preincludes).chain(&linker.script).chain(&linker.overlay).chain(&args.response_files);
        let (destinations, wanted) = to(&inputs, &read.collect::<Vec<_>>())?;

        let flags = Flags {
            assembler: split_all("--asm-flags", &assembler.asm_flags)?,
            linker: split_all("--link-flags", &linker.link_flags)?,
            fixer: split_all("--fix-flags", args.fixer.fix_flags.as_slice())?,
        };
        let mut request = Request::new(inputs);
        request.wanted = wanted;
        request.assemble = AssembleOptions {
            defines: assembler.defines,
            include_dirs: assembler.include_dirs,
            preincludes: assembler.preincludes,
            export_all: assembler.export_all,
            precision: assembler.precision,
            warnings: both.warnings.clone(),
            pad: both.pad.clone(),
        };
        request.link = LinkOptions {
            script: linker.script,
            tiny: linker.tiny,
            dmg: linker.dmg,
            wramx: linker.wramx,
            nopad: linker.nopad,
            overlay: linker.overlay,
            scramble: linker.scramble,
            warnings: both.warnings,
            pad: both.pad,
        };
        request.fix = fix(&args.fixer);
        let make = make.with_jobs(args.running.jobs);
        request.jobs = args.running.jobs.or(make.jobs());
        let running = args.running;
        let sandbox = || sandbox(|cwd| request.may_read(cwd), &running.allow_read);
        let sandbox = running.sandbox.then(sandbox).transpose()?;
        Ok(Self {
            request,
            toolchain: choose(args.tools, flags)?,
            make,
            audience: audience(&args.shown),
            timeout: timeout(&running.bounds),
            limits: limits(&running.bounds),
            sandbox,
            destinations,
            snippets: snippets(&args.shown),
            shown: args.shown,
            dry_run: false,
        })
    }
}

/// rgbfix has `-t TITLE`, and rgblink `-t` without a value.
fn perhaps_a_title(refusal: Refusal, tiny: bool) -> Refusal {
    match refusal {
        Refusal::Input { path, cause }
            if tiny && !path.as_os_str().as_encoded_bytes().iter().any(|byte| b"./".contains(byte)) =>
        {
            Refusal::Title { path, cause }
        }
        refusal => refusal,
    }
}

fn snippets(shown: &Shown) -> bool {
    shown.message_format == MessageFormat::Human
        && match shown.snippets {
            When::Auto => std::io::stderr().is_terminal(),
            When::Always => true,
            When::Never => false,
        }
}

fn audience(shown: &Shown) -> Audience {
    if shown.message_format != MessageFormat::Human {
        return Audience::Plain;
    }
    let terminal = std::io::stderr().is_terminal();
    match shown.color {
        When::Always => Audience::Coloured,
        When::Never => Audience::Plain,
        When::Auto if terminal && !is_set("NO_COLOR") => Audience::Person,
        When::Auto => Audience::Default,
    }
}

/// Whether rgbpipe's own output is in colour, as the tools' messages are.
pub(crate) fn is_coloured(audience: Audience) -> bool {
    match audience {
        Audience::Person | Audience::Coloured => true,
        Audience::Plain => false,
        Audience::Default => is_set("FORCE_COLOR"),
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

/// With flags alone, rgbfix runs too, but only with these.
fn fix(fixer: &FixerOptions) -> Option<FixOptions> {
    let with_flags_alone = fixer.fix_flags.as_ref().map(|_| FixOptions::none());
    if fixer.fix { Some(FixOptions::default()) } else { with_flags_alone }
}

/// Splits as a shell would, without expanding anything.
fn split(option: &'static str, flags: &str) -> Result<Vec<OsString>, Refusal> {
    let words = shell_words::split(flags).map_err(|cause| Refusal::Flags { option, flags: flags.to_owned(), cause })?;
    Ok(words.into_iter().map(OsString::from).collect())
}

fn split_all(option: &'static str, flags: &[String]) -> Result<Vec<OsString>, Refusal> {
    let words = flags.iter().map(|flags| split(option, flags)).collect::<Result<Vec<_>, _>>()?;
    Ok(words.concat())
}
