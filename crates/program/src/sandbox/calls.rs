//! The system calls that no confined tool needs.

#![allow(clippy::wildcard_imports, reason = "a hundred numbers of system calls")]

use nix::libc::{self, *};

/// A condition on the lower half of an argument, which is all that these calls use.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    Is(libc::c_int),
    IsNot(libc::c_int),
    /// This flag is set.
    Has(libc::c_int),
    /// This flag is not set.
    Lacks(libc::c_int),
}

/// Denied to every confined tool.
pub(super) const HARMFUL: &[i64] = &[
    // Other processes.
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_process_madvise,
    SYS_process_mrelease,
    SYS_kcmp,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_sched_setparam,
    SYS_sched_setscheduler,
    SYS_sched_setattr,
    SYS_ioprio_set,
    SYS_migrate_pages,
    SYS_move_pages,
    // Leaving the process group that is ended with the build.
    SYS_setsid,
    SYS_setpgid,
    // Memory that outlives the tool, or that no limit counts.
    SYS_shmget,
    SYS_shmat,
    SYS_shmctl,
    SYS_semget,
    SYS_semop,
    SYS_semtimedop,
    SYS_semctl,
    SYS_msgget,
    SYS_msgsnd,
    SYS_msgrcv,
    SYS_msgctl,
    SYS_mq_open,
    SYS_mq_unlink,
    SYS_memfd_create,
    SYS_memfd_secret,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    // Ways around the rules for files.
    SYS_inotify_init1,
    SYS_inotify_add_watch,
    SYS_fanotify_init,
    SYS_fanotify_mark,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_setup,
    SYS_userfaultfd,
    SYS_bpf,
    SYS_perf_event_open,
    // The system.
    SYS_unshare,
    SYS_setns,
    SYS_chroot,
    SYS_pivot_root,
    SYS_mount,
    SYS_umount2,
    SYS_move_mount,
    SYS_open_tree,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_swapon,
    SYS_swapoff,
    SYS_quotactl,
    SYS_quotactl_fd,
    SYS_acct,
    SYS_syslog,
    SYS_reboot,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_vhangup,
    SYS_personality,
    #[cfg(target_arch = "x86_64")]
    SYS_inotify_init,
    #[cfg(target_arch = "x86_64")]
    SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    SYS_modify_ldt,
    #[cfg(target_arch = "x86_64")]
    SYS_kexec_file_load,
    #[cfg(target_arch = "x86_64")]
    SYS_uselib,
];

/// Denied to every confined tool if an argument, counted from 0, meets the condition.
pub(super) const HARMFUL_WITH: &[(i64, u8, Rule)] = &[
    // Another process's limits, priority, processors.
    (SYS_prlimit64, 0, Rule::IsNot(0)),
    (SYS_setpriority, 1, Rule::IsNot(0)),
    (SYS_sched_setaffinity, 0, Rule::IsNot(0)),
    // Outliving rgbpipe, or being traced.
    (SYS_prctl, 0, Rule::Is(PR_SET_PDEATHSIG)),
    (SYS_prctl, 0, Rule::Is(PR_SET_PTRACER)),
    // Any network. Landlock decides about connections between processes.
    (SYS_socket, 0, Rule::IsNot(AF_UNIX)),
    (SYS_socketpair, 0, Rule::IsNot(AF_UNIX)),
    // Typing on a terminal.
    (SYS_ioctl, 1, Rule::Is(FAKE_INPUT)),
    (SYS_ioctl, 1, Rule::Is(PASTE)),
    // A file that is open for reading: its attributes, and a hold on those who want to write to it.
    (SYS_ioctl, 1, Rule::Is(SET_FLAGS)),
    (SYS_ioctl, 1, Rule::Is(SET_ATTRIBUTES)),
    (SYS_ioctl, 1, Rule::Is(ENABLE_VERITY)),
    (SYS_ioctl, 1, Rule::Is(SET_ENCRYPTION_POLICY)),
    (SYS_fcntl, 1, Rule::Is(F_SETLEASE)),
    // Namespaces.
    (SYS_clone, 0, Rule::Has(CLONE_NEWNS)),
    (SYS_clone, 0, Rule::Has(CLONE_NEWCGROUP)),
    (SYS_clone, 0, Rule::Has(CLONE_NEWUTS)),
    (SYS_clone, 0, Rule::Has(CLONE_NEWIPC)),
    (SYS_clone, 0, Rule::Has(CLONE_NEWUSER)),
    (SYS_clone, 0, Rule::Has(CLONE_NEWPID)),
    (SYS_clone, 0, Rule::Has(CLONE_NEWNET)),
];

/// `TIOCSTI(2const)`: fakes input to a terminal.
const FAKE_INPUT: libc::c_int = 0x5412;
/// `ioctl_console(2)`, `TIOCLINUX`: pastes into a terminal, among other things.
const PASTE: libc::c_int = 0x541C;

/// `FS_IOC_SETFLAGS`, as `chattr(1)` does.
const SET_FLAGS: libc::c_int = 0x4008_6602;
/// `FS_IOC_FSSETXATTR`: flags and the quota's project.
const SET_ATTRIBUTES: libc::c_int = 0x401C_5820;
/// `FS_IOC_ENABLE_VERITY`: makes a file read-only for ever.
const ENABLE_VERITY: libc::c_int = 0x4080_6685;
/// `FS_IOC_SET_ENCRYPTION_POLICY`, as the kernel sees it, which ignores the sign.
const SET_ENCRYPTION_POLICY: libc::c_int = 0x800C_6613_u32.cast_signed();

/// Also denied to a tool that starts no processes, and only reads and writes its files.
pub(super) const OF_PROGRAMS: &[i64] = &[
    SYS_kill,
    SYS_socket,
    SYS_socketpair,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchmodat2,
    SYS_fchown,
    SYS_fchownat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    SYS_utimensat,
    #[cfg(target_arch = "x86_64")]
    SYS_fork,
    #[cfg(target_arch = "x86_64")]
    SYS_vfork,
    #[cfg(target_arch = "x86_64")]
    SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    SYS_chown,
    #[cfg(target_arch = "x86_64")]
    SYS_lchown,
    #[cfg(target_arch = "x86_64")]
    SYS_utime,
    #[cfg(target_arch = "x86_64")]
    SYS_utimes,
    #[cfg(target_arch = "x86_64")]
    SYS_futimesat,
];
