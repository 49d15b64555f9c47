//! The system calls that a confined tool cannot make (`seccomp(2)`). Landlock is only about files. A tool that was
//! taken over could do other harm: stop other processes, outlive the build, keep memory that no limit counts.
//!
//! The listed calls are denied, and so are calls that are newer than the list. A list of allowed calls would break with
//! the next C library.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use nix::errno::Errno;
use nix::libc;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, sock_filter,
};

use super::calls;

/// The newest system call that was considered, `mseal(2)`. From 424 on, the numbers are the same on all processors.
const NEWEST: u32 = 462;

/// `clone3(2)`.
const CLONE3: u32 = 435;

/// A program for the kernel that decides on each system call.
#[derive(Debug)]
pub(super) struct Filter(BpfProgram);

impl Filter {
    /// `processes` says whether the tool may start others, and set modes and times of files.
    pub(super) fn new(processes: bool) -> Result<Self, BackendError> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
        rules.extend(calls::HARMFUL.iter().map(|call| (*call, Vec::new())));
        for &(call, argument, rule) in calls::HARMFUL_WITH {
            rules.entry(call).or_default().push(SeccompRule::new(vec![condition(argument, rule)?])?);
        }
        if !processes {
            rules.extend(calls::OF_PROGRAMS.iter().map(|call| (*call, Vec::new())));
            // Only threads are allowed.
            let no_thread = calls::Rule::Lacks(libc::CLONE_THREAD);
            rules.entry(libc::SYS_clone).or_default().push(SeccompRule::new(vec![condition(0, no_thread)?])?);
        }
        let denied = SeccompAction::Errno(Errno::EPERM as u32);
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, ARCH.try_into()?)?;
        let mut program = absent().to_vec();
        program.extend(BpfProgram::try_from(filter)?);
        Ok(Self(program))
    }

    /// Whether the running kernel supports filters (`PR_SET_SECCOMP(2const)`).
    #[expect(unsafe_code, reason = "nix has no such call")]
    pub(super) fn is_supported() -> bool {
        // SAFETY: a filter at no address sets none: EFAULT from a kernel that would have one.
        let result = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, std::ptr::null::<()>()) };
        Errno::result(result) == Err(Errno::EFAULT)
    }

    /// Applies it to this process, permanently. Does not allocate, unless it fails.
    pub(super) fn apply(&self) -> nix::Result<()> {
        seccompiler::apply_filter(&self.0).map_err(|_| Errno::last())
    }
}

/// Calls that fail as if the kernel did not have them: calls unknown here, among them the whole x32 interface, and
/// `clone3`, whose flags a filter cannot see. C libraries then use `clone`.
fn absent() -> [sock_filter; 4] {
    const LOAD_WORD: u16 = 0x20;
    const JUMP_IF_GREATER: u16 = 0x25;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    const NUMBER: u32 = 0;
    let instruction = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    [
        instruction(LOAD_WORD, 0, 0, NUMBER),
        instruction(JUMP_IF_GREATER, 1, 0, NEWEST),
        instruction(JUMP_IF_EQUAL, 0, 1, CLONE3),
        instruction(RETURN, 0, 0, libc::SECCOMP_RET_ERRNO | Errno::ENOSYS as u32),
    ]
}

fn condition(argument: u8, rule: calls::Rule) -> Result<SeccompCondition, BackendError> {
    let bits = |value: libc::c_int| u64::from(value.cast_unsigned());
    let (operator, value) = match rule {
        calls::Rule::Is(value) => (SeccompCmpOp::Eq, bits(value)),
        calls::Rule::IsNot(value) => (SeccompCmpOp::Ne, bits(value)),
        calls::Rule::Has(flag) => (SeccompCmpOp::MaskedEq(bits(flag)), bits(flag)),
        calls::Rule::Lacks(flag) => (SeccompCmpOp::MaskedEq(bits(flag)), 0),
    };
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
}
