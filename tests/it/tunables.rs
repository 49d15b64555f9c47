//! Variables for the C library and the dynamic loader, and what the tools get of them.

#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use rgbpipe::toolchain::rgbds::HUGE_PAGES;

use crate::support::{Folder, Invocation, args, rgbds};

const SOURCE: &str = "SECTION \"game\", ROM0\n\tdb 1\n";

#[test]
fn glibc_tunables_of_the_user_are_kept_even_if_empty() {
    let folder = Folder::new();
    for tool in ["rgbasm", "rgblink"] {
        for set in ["", "glibc.malloc.perturb=1"] {
            assert_eq!(tells_tunables(&folder, tool).env("GLIBC_TUNABLES", set).status(0).stderr, told(set));
        }
    }
}

#[test]
fn a_link_has_huge_pages_where_the_kernel_keeps_freed_memory_and_a_small_assembly_never() {
    let folder = Folder::new();
    let order = fs::read_to_string("/sys/module/page_reporting/parameters/page_reporting_order");
    let returned = order.is_ok_and(|order| (0..=10).contains(&order.trim().parse().unwrap_or(-1)));
    let expected = if returned { "unset" } else { HUGE_PAGES };
    for _ in 0..2 {
        // Earlier runs do not matter.
        assert_eq!(tells_tunables(&folder, "rgblink").status(0).stderr, told(expected));
        assert_eq!(tells_tunables(&folder, "rgbasm").status(0).stderr, told("unset"));
    }
}

/// A check in which `tool` prints the value of `GLIBC_TUNABLES` that it gets. The variable is not set outside.
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

/// The loader prints on standard output, where rgbfix writes the ROM. Text that it prints for rgbpipe itself cannot be
/// prevented.
#[test]
fn what_the_loader_prints_is_not_in_the_rom() {
    let folder = Folder::new();
    folder.write("game.asm", SOURCE);
    folder.rgbpipe(args("build game.asm --fix -o plain.gb")).ok();
    folder.rgbpipe(args("build game.asm --fix -o game.gb")).env("LD_SHOW_AUXV", "1").ok();
    assert!(folder.read("game.gb") == folder.read("plain.gb"));
}
