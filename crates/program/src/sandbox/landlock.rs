//! The sandbox of Linux: Landlock (`landlock(7)`), a filter of system calls, and no capabilities. The rules are created
//! before the fork. Between fork and exec, the tool only applies them to itself, permanently.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, Scope,
};
use nix::errno::Errno;
use nix::libc;
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};

use super::filter::Filter;
pub(super) use super::loader::for_program;
use super::{Place, Sandbox, SandboxError, Support};
use crate::system::Setup;

/// Rules to apply to a tool.
#[derive(Debug)]
pub(crate) struct Confinement {
    rules: OwnedFd,
    filter: Option<Filter>,
    /// The descriptors that the tool is given, besides its standard streams.
    given: Vec<RawFd>,
}

/// The operations that the first Landlock (Linux 5.13) can deny: reading, listing, running, writing, creating and
/// removing files. A kernel that can deny less gets no sandbox.
fn required() -> BitFlags<AccessFs> {
    AccessFs::from_all(ABI::V1)
}

impl Confinement {
    /// `ports` is the directory of the tool's ports. The tool may open them for reading and writing, and empty those that
    /// are files. If all are `files`, it may also create and remove regular files there, and otherwise nothing.
    pub(crate) fn new(sandbox: &Sandbox, ports: Option<&Path>, files: bool) -> Result<Self, SandboxError> {
        let support = support()?;
        let filter = if support.system_calls {
            Some(Filter::new(sandbox.processes).map_err(|error| SandboxError::Rules(io::Error::other(error)))?)
        } else {
            None
        };
        // An output that is opened again is a file by then.
        let empty = if support.truncation { AccessFs::Truncate.into() } else { BitFlags::empty() };
        let in_ports = if files { AccessFs::MakeReg | AccessFs::RemoveFile | empty } else { empty };
        let rules = rules(sandbox, ports, in_ports).map_err(|error| SandboxError::Rules(io::Error::other(error)))?;
        let given = sandbox.read.iter().filter_map(Place::descriptor).filter(|fd| is_inherited(*fd)).collect();
        // `None` is a ruleset that the kernel does not know.
        let rules: Option<OwnedFd> = rules.into();
        rules.map(|rules| Self { rules, filter, given }).ok_or_else(|| unsupported("the kernel has no Landlock"))
    }

    /// Applies the rules to the tool at its start, and so to everything that it starts.
    #[expect(unsafe_code, reason = "`RulesetCreated::restrict_self` would do the same, but may allocate")]
    pub(crate) fn setup(self) -> Setup {
        Box::new(move || {
            close_all_but(&self.given)?;
            // Without this only the superuser may restrict itself. It also disables set-user-ID programs.
            nix::sys::prctl::set_no_new_privs()?;
            let no_flags: libc::c_uint = 0;
            // SAFETY: a bare system call that takes a descriptor, open until the setup is dropped, and flags; it
            // touches no memory of ours.
            let result = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, self.rules.as_raw_fd(), no_flags) };
            Errno::result(result)?;
            // With `no_new_privs`, exec does not restore them, not even for the superuser.
            let none = CapabilitySet::empty();
            set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
                .map_err(|errno| Errno::from_raw(errno.raw_os_error()))?;
            // Last, because it denies some of the calls above.
            self.filter.as_ref().map_or(Ok(()), Filter::apply)
        })
    }
}

/// Whether this process was given the descriptor, and did not open it itself.
#[expect(unsafe_code, reason = "the safe interfaces take only descriptors that are known to be open")]
fn is_inherited(fd: RawFd) -> bool {
    // SAFETY: F_GETFD takes no argument, and changes nothing, even for an invalid descriptor.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
    flags != -1 && flags & libc::FD_CLOEXEC == 0
}

/// Has all descriptors but these and the standard streams closed at the exec. Landlock is about opening files, not about open
/// ones, and not about pipes.
#[expect(unsafe_code, reason = "nix has no close_range(2), and its fcntl wants descriptors with an owner")]
fn close_all_but(given: &[RawFd]) -> nix::Result<()> {
    let (first, last) = (libc::STDERR_FILENO + 1, libc::c_uint::MAX);
    // SAFETY: with this flag it closes nothing yet. It takes numbers and touches no memory.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, libc::CLOSE_RANGE_CLOEXEC) };
    Errno::result(result)?;
    for fd in given.iter().filter(|fd| **fd >= first) {
        // SAFETY: F_SETFD takes a number and touches no memory.
        Errno::result(unsafe { libc::fcntl(*fd, libc::F_SETFD, 0) })?;
    }
    Ok(())
}

fn rules(
    sandbox: &Sandbox,
    ports: Option<&Path>,
    in_ports: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(required())?
        // The other rights are used if this kernel has them. `Support` reports which it has.
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V9))?
        .handle_access(AccessNet::from_all(ABI::V10))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .set_compatibility(CompatLevel::HardRequirement);
    // No right to list a directory. No tool needs it, and names that a source does not know stay unknown to it.
    let read = BitFlags::from(AccessFs::ReadFile);
    let grants = sandbox.read.iter().map(|place| (place, read));
    let grants = grants.chain(sandbox.run.iter().map(|place| (place, read | AccessFs::Execute)));
    // The rule is for the directory and not for each FIFO, because a FIFO is replaced when it is opened again.
    let ports = ports.map(Place::new);
    let grants = grants.chain(ports.iter().map(|dir| (dir, read | AccessFs::WriteFile | in_ports)));
    for (place, access) in grants {
        // A path that could not be opened cannot be read by the tool either.
        if let Some(held) = place.held() {
            rules = rules.add_rule(PathBeneath::new(held, access))?;
        }
    }
    Ok(rules)
}

/// Asks the kernel by creating rulesets and dropping them.
pub(super) fn support() -> Result<Support, SandboxError> {
    let strict = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    strict().handle_access(required()).and_then(Ruleset::create).map_err(|error| {
        let error = error.to_string();
        unsupported(&format!("the kernel's Landlock (Linux 5.13 or newer) is missing or disabled ({error})"))
    })?;
    let files = |access: AccessFs| strict().handle_access(access).is_ok();
    let net = |access: AccessNet| strict().handle_access(access).is_ok();
    Ok(Support {
        truncation: files(AccessFs::Truncate),
        tcp: net(AccessNet::ConnectTcp),
        devices: files(AccessFs::IoctlDev),
        signals: strict().scope(Scope::Signal).is_ok(),
        unix_sockets: files(AccessFs::ResolveUnix),
        udp: net(AccessNet::ConnectSendUdp),
        system_calls: Filter::is_supported(),
    })
}

fn unsupported(why: &str) -> SandboxError {
    SandboxError::Unsupported(why.to_owned())
}
