//! The variables that no tool inherits.

use std::ffi::{OsStr, OsString};

use bstr::ByteSlice;

/// Variables of this process that make the dynamic loader print to standard output (`ld.so(8)`): the libraries instead
/// of running the program, or the kernel's information before that. The exit status does not show it.
pub(super) fn for_the_loader_alone() -> impl Iterator<Item = OsString> {
    std::env::vars_os().filter(|(name, value)| makes_the_loader_print(name, value)).map(|(name, _)| name)
}

fn makes_the_loader_print(name: &OsStr, value: &OsStr) -> bool {
    match name.as_encoded_bytes() {
        b"LD_SHOW_AUXV" | b"LD_TRACE_LOADED_OBJECTS" | b"LD_TRACE_PRELINKING" => true,
        b"LD_DEBUG" => value.as_encoded_bytes().fields_with(|c| " ,:".contains(c)).any(|word| word == b"help"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_prints_instead_of_a_program_is_kept_from_it() {
        let is_kept = |name: &str, value: &str| makes_the_loader_print(name.as_ref(), value.as_ref());
        for name in ["LD_TRACE_LOADED_OBJECTS", "LD_TRACE_PRELINKING", "LD_SHOW_AUXV"] {
            assert!(is_kept(name, "1") && is_kept(name, ""), "{name}");
        }
        assert!(is_kept("LD_DEBUG", "help") && is_kept("LD_DEBUG", "files,help") && is_kept("LD_DEBUG", "all help:x"));
        for (name, value) in [("LD_DEBUG", "files"), ("LD_DEBUG", ""), ("LD_PRELOAD", "help"), ("PATH", "/bin")] {
            assert!(!is_kept(name, value), "{name}");
        }
    }

    /// The variable is set for the test that runs this one again, in a process of its own.
    #[cfg(target_os = "linux")]
    #[test]
    #[expect(unsafe_code, reason = "the loader would list the libraries of this test, if it were set from the start")]
    fn a_tool_runs_whatever_the_loader_is_asked_for() {
        use crate::Program;
        use std::process::Command;

        if std::env::var_os("RGBPIPE_TEST_ALONE").is_none() {
            let test = "environment::tests::a_tool_runs_whatever_the_loader_is_asked_for";
            let mut alone = Command::new(std::env::current_exe().unwrap());
            assert!(alone.args(["--exact", test]).env("RGBPIPE_TEST_ALONE", "1").status().unwrap().success());
            return;
        }
        for (name, value) in [
            ("LD_TRACE_LOADED_OBJECTS", "1"),
            ("LD_DEBUG", "help"),
            ("LD_SHOW_AUXV", "1"),
            ("LD_TRACE_LOADED_OBJECTS", ""),
        ] {
            // SAFETY: this process runs one test, and no other thread of it uses the environment.
            unsafe { std::env::set_var(name, value) };
            let finished = Program::new("echo").arg("here").run().unwrap();
            assert_eq!(finished.stdout.bytes.as_bstr(), "here\n", "{name}={value}");
            // Variables that the caller sets are passed on.
            let asked = Program::new("echo").env("LD_TRACE_LOADED_OBJECTS", "1").run().unwrap();
            assert!(asked.stdout.bytes.contains_str("libc"), "{:?}", asked.stdout);
            // SAFETY: as above.
            unsafe { std::env::remove_var(name) };
        }
    }
}
