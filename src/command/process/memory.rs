//! How this process gets memory from the system. docs/decisions.md has the figures.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use nix::libc::{M_MMAP_THRESHOLD, M_TOP_PAD, M_TRIM_THRESHOLD, c_int, mallopt};

/// glibc's limits for its own heaps (mallopt(3)), in bytes: it takes this much more than it needs at a time, gives back
/// memory if so much is free, and asks the system itself for pieces larger than this.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LIMITS: [(c_int, c_int); 3] = [(M_TOP_PAD, 4 << 20), (M_TRIM_THRESHOLD, 1 << 30), (M_MMAP_THRESHOLD, 32 << 20)];

/// Lets the built-in toolchain reuse memory from source to source instead of returning it, and take it in large steps: each
/// step stops the other threads that need memory. `GLIBC_TUNABLES` in the environment takes precedence.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no crate here sets these limits")]
pub(crate) fn keep() {
    if std::env::var_os("GLIBC_TUNABLES").is_none() {
        for (limit, value) in LIMITS {
            // SAFETY: it changes only when memory is requested and returned, and no other thread runs yet. A refusal
            // leaves the default.
            unsafe { mallopt(limit, value) };
        }
    }
}

/// Other systems have no such limits.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn keep() {}
