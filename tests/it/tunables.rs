//! What the tools get as `GLIBC_TUNABLES`.

#![cfg(target_os = "linux")]

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use rgbpipe::toolchain::rgbds::{MALLOC_TUNABLES, MALLOC_TUNABLES_HUGE_PAGES};

use crate::support::{Folder, Invocation, args, rgbds};

const SOURCE: &str = "SECTION \"game\", ROM0\n\tdb 1\n";

#[test]
fn what_the_user_has_set_of_glibc_tunables_stays_be_it_nothing() {
    let folder = Folder::new();
    let check = || tells_tunables(&folder, "rgbasm");
    assert_eq!(check().status(0).stderr, told(MALLOC_TUNABLES));
    for set in ["", "glibc.malloc.perturb=1"] {
        assert_eq!(check().env("GLIBC_TUNABLES", set).status(0).stderr, told(set));
    }
}

#[test]
fn a_link_has_huge_pages_where_memory_is_kept_or_was_used_a_moment_ago() {
    let folder = Folder::new();
    let link_after = |age: Duration| {
        let link = tells_tunables(&folder, "rgblink");
        File::open(folder.tmpdir()).unwrap().set_modified(SystemTime::now() - age).unwrap();
        link.status(0).stderr
    };
    // It takes its own folder, which it makes for rgbasm, for no other build's.
    let order = fs::read_to_string("/sys/module/page_reporting/parameters/page_reporting_order");
    let returned = order.is_ok_and(|order| (0..=10).contains(&order.trim().parse().unwrap_or(-1)));
    let expected = if returned { MALLOC_TUNABLES } else { MALLOC_TUNABLES_HUGE_PAGES };
    assert_eq!(link_after(Duration::from_secs(60)), told(expected));
    // (A busy machine may take longer than a moment to begin.)
    let just_now = || link_after(Duration::ZERO) == told(MALLOC_TUNABLES_HUGE_PAGES);
    assert!((0..20).any(|_| just_now()), "small pages after a build");
}

/// A check, of which `tool` tells on standard error what it has as `GLIBC_TUNABLES`, if nobody has set it.
fn tells_tunables<'a>(folder: &'a Folder, tool: &str) -> Invocation<'a> {
    folder.write("game.asm", SOURCE);
    folder.write(tool, "#!/bin/sh\necho \"[${GLIBC_TUNABLES-unset}]\" >&2\nexec \"$REAL\" \"$@\"\n");
    fs::set_permissions(folder.path().join(tool), Permissions::from_mode(0o755)).unwrap();
    let real = which::which(format!("{}{tool}", rgbds())).unwrap();
    let check = folder.rgbpipe(args("check game.asm")).env(&tool.to_uppercase(), format!("./{tool}"));
    let mut check = check.env("REAL", &real);
    check.command.env_remove("GLIBC_TUNABLES");
    check
}

fn told(tunables: &str) -> String {
    format!("[{tunables}]\n")
}
