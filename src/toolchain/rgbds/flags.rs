//! Arguments for the tools that have no option in a request.

use std::ffi::OsString;

use crate::role::Role;

/// More arguments for each tool, passed on unchanged after the options of a request.
///
/// ```
/// use rgbpipe::toolchain::{Run, rgbds::{Flags, Rgbds}};
/// use rgbpipe::{FixOptions, Input, Request, Silent, Until, build_with};
///
/// let fixer = ["-t", "HELLO"].map(Into::into).to_vec();
/// let rgbds = Rgbds::from_env().with_flags(Flags { fixer, ..Flags::default() });
/// let mut request = Request::new([Input::Stdin(b"SECTION \"main\", ROM0\n\tdb 1\n".to_vec())]);
/// request.fix = Some(FixOptions::default());
/// let rom = build_with(&request, &rgbds, &Run::new(&Until::never(), &Silent))?.rom.expect("wanted");
/// assert_eq!(rom[0x134..0x139], *b"HELLO");
/// # Ok::<(), rgbpipe::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// For `rgbasm`.
    pub assembler: Vec<OsString>,
    /// For `rgblink`.
    pub linker: Vec<OsString>,
    /// For `rgbfix`, if it runs.
    pub fixer: Vec<OsString>,
}

impl Flags {
    pub(super) fn of(&self, role: Role) -> &[OsString] {
        match role {
            Role::Assembler => &self.assembler,
            Role::Linker => &self.linker,
            Role::Fixer => &self.fixer,
        }
    }
}
