//! Other releases of RGBDS, played by tools that print another version and do nothing else.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::support::{Folder, args};

/// Creates tools in the folder `tools` that claim to be these releases of `rgbasm`, `rgblink` and `rgbfix`. For any
/// other arguments, they append them to `ran` and fail.
fn releases(folder: &Folder, versions: [&str; 3]) {
    for (tool, version) in ["rgbasm", "rgblink", "rgbfix"].into_iter().zip(versions) {
        let path = format!("tools/{tool}");
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && {{ echo asked >> asked; echo {tool} v{version}; exit; }}\necho \"$*\" >> ran\nexit 1\n"
        );
        folder.write(&path, script);
        std::fs::set_permissions(folder.path().join(path), Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn doctor_checks_that_the_linker_reads_the_assemblers_objects() {
    let folder = Folder::new();
    let refused = |written, read| {
        format!("rgblink will refuse the objects: they have revision {written}, and it reads revision {read}")
    };
    for (rgbasm, rgblink, status, words) in [
        ("1.0.4", "1.0.4", 0, None),
        ("1.0.4", "1.0.0", 0, Some("but their objects have the same revision".to_owned())),
        ("0.9.3", "0.9.2", 0, Some("but their objects have the same revision".to_owned())),
        ("1.0.4", "0.9.4", 3, Some(refused(13, 12))),
        ("0.9.1", "0.9.2", 3, Some(refused(11, 12))),
        ("0.7.0", "0.8.0", 3, Some(refused(9, 10))),
        ("1.0.4", "1.7.0", 0, Some("rgblink may refuse the objects".to_owned())),
    ] {
        releases(&folder, [rgbasm, rgblink, rgblink]);
        let ended = folder.rgbpipe(args("doctor --rgbds tools")).status(status);
        let report = String::from_utf8(ended.stdout).unwrap();
        let different = format!("rgbasm {rgbasm} and rgblink {rgblink} are from different releases");
        let line = report.lines().find(|line| line.contains("different releases"));
        match words {
            None => assert_eq!(line, None),
            Some(words) => assert!(
                line.is_some_and(|line| line.contains(&different) && line.contains(&words)),
                "{rgbasm} and {rgblink}: {report}"
            ),
        }
        assert!(!report.contains("brew install"), "nothing is missing: {report}");
    }
    // An rgbfix from another release does no harm.
    releases(&folder, ["1.0.4", "1.0.4", "0.7.0"]);
    let report = String::from_utf8(folder.rgbpipe(args("doctor --rgbds tools")).ok().stdout).unwrap();
    assert!(!report.contains("different"), "{report}");
}

#[test]
fn doctor_reports_a_different_release_in_the_project() {
    let folder = Folder::new();
    releases(&folder, ["1.0.4", "1.0.4", "1.0.3"]);
    let doctor = |dir: &str| {
        let mut doctor = folder.rgbpipe(["doctor", "--rgbds"]);
        doctor.command.arg(folder.path().join("tools")).current_dir(folder.path().join(dir));
        let report = String::from_utf8(doctor.ok().stdout).unwrap();
        let line = report.lines().find_map(|line| line.strip_prefix("warning  ")).unwrap_or_default();
        line.replace(&format!("{}/", folder.path().canonicalize().unwrap().display()), "")
    };
    std::fs::create_dir_all(folder.path().join("src/deep")).unwrap();
    assert_eq!(doctor("src/deep"), "");
    for (text, words) in [
        ("1.0.3\n", ".rgbds-version asks for 1.0.3; rgbasm is 1.0.4, rgblink is 1.0.4"),
        (" v0.9.4 \r\n", ".rgbds-version asks for 0.9.4; rgbasm is 1.0.4, rgblink is 1.0.4, rgbfix is 1.0.3"),
    ] {
        folder.write(".rgbds-version", text);
        assert_eq!(doctor("src/deep"), words);
        assert_eq!(doctor("."), words);
    }
    // The nearest file counts.
    releases(&folder, ["1.0.4", "1.0.4", "1.0.4"]);
    folder.write("src/.rgbds-version", "1.0.4\n");
    assert_eq!(doctor("src/deep"), "");
}

/// It may be a link to a secret, or something that never ends.
#[test]
fn doctor_shows_nothing_of_a_version_file_but_a_version() {
    let folder = Folder::new();
    releases(&folder, ["1.0.4"; 3]);
    folder.write("secret", "1.0.3 secret\n").write("version", "1.0.3\n");
    std::fs::create_dir(folder.path().join("src")).unwrap();
    let no_release = "does not name a release, such as 1.0.4";
    let (no_file, a_link) = ("is not a regular file", "is a link, which is not followed");
    for (command, words) in [
        ("printf latest >", no_release),
        ("printf '' >", no_release),
        ("printf '\\033[2J\\007' >", no_release),
        ("printf '\\377' >", no_release),
        ("printf 1.0.99999999999 >", no_release),
        // An address, and a secret behind a version.
        ("echo 10.0.0.1 >", no_release),
        ("cat secret >", no_release),
        ("ln", no_release),
        ("yes 1.0.3 | head -c 1000000 >", no_release),
        ("{ echo 1.0.3; yes '' | head -c 1000000; } >", no_release),
        ("mkfifo", no_file),
        ("mkdir", no_file),
        ("mknod -m 644", no_file),
        ("ln -s ../secret", a_link),
        ("ln -s ../version", a_link),
        ("ln -s /dev/zero", a_link),
        ("ln -s no/such/file", a_link),
    ] {
        let (before, after) = match command {
            "ln" => ("ln secret", ""),
            "mknod -m 644" if !nix::unistd::geteuid().is_root() => continue,
            "mknod -m 644" => (command, " c 1 5"),
            command => (command, ""),
        };
        folder.sh(&format!("rm -rf src/.rgbds-version; {before} src/.rgbds-version{after}")).ok();
        let mut doctor = folder.rgbpipe(["doctor", "--rgbds"]);
        doctor.command.arg(folder.path().join("tools")).current_dir(folder.path().join("src"));
        let report = String::from_utf8(doctor.ok().stdout).unwrap();
        assert!(report.contains(&format!("/src/.rgbds-version {words}\n")), "{command}: {report}");
        assert!(!report.contains("secret") && !report.contains("10.0"), "{command}: {report}");
    }
}

#[test]
fn an_option_that_a_release_lacks_is_refused_before_anything_runs() {
    let folder = Folder::new();
    folder.write("x.asm", "SECTION \"x\", ROM0\nIsX:: db 1\n").write("game.gb", "old");
    for (options, versions, words) in [
        ("--asm-flags=-X5", "0.6.1", "-X, --max-errors needs rgbasm 0.7.0 or newer; this one is 0.6.1"),
        ("--asm-flags=--state=all:x", "0.8.0", "-s, --state needs rgbasm 0.9.0 or newer; this one is 0.8.0"),
        ("-P x.inc -P y.inc", "0.9.3", "more than one -P needs rgbasm 0.9.4 or newer; this one is 0.9.3"),
        ("-M x.d --MC", "0.9.3", "-MC needs rgbasm 0.9.4 or newer; this one is 0.9.3"),
        ("-p %11", "0.9.4", "the number %11 after -p needs rgbasm 1.0.0 or newer; this one is 0.9.4"),
        ("-Q $C", "0.9.4", "the number $C after -Q needs rgbasm 1.0.0 or newer; this one is 0.9.4"),
        ("--link-flags -Wall", "0.9.3", "-W, --warning needs rgblink 0.9.4 or newer; this one is 0.9.3"),
        ("--link-flags=@x.args", "0.9.4", "@x.args needs rgblink 1.0.0 or newer; this one is 0.9.4"),
        ("--fix-flags '-v -L x.1bpp'", "0.7.0", "-L, --logo needs rgbfix 0.8.0 or newer; this one is 0.7.0"),
        ("--asm-flags=-h --asm-flags=-L", "1.0.4", "rgbasm 0.8.0 removed -L; this one is 1.0.4"),
    ] {
        folder.write("x.inc", "").write("y.inc", "");
        releases(&folder, [versions; 3]);
        let command = shell_words::split(&format!("build x.asm - -o game.gb --rgbds tools {options}")).unwrap();
        // The refusal does not wait for standard input.
        let ended = folder.rgbpipe(&command).status(2);
        assert_eq!(ended.stderr, format!("rgbpipe: {words}\n"), "{options}");
        assert!(!folder.names().contains(&"ran".to_owned()), "{options}: a tool was run");
        assert_eq!(folder.read("game.gb"), b"old");
    }
}

#[test]
fn no_tool_is_asked_for_its_version_about_options_of_all_releases() {
    let folder = Folder::new();
    folder.write("x.asm", "").write("x.inc", "");
    releases(&folder, ["0.6.0", "0.6.0", "0.6.0"]);
    let options = "-E -D X=2 -P x.inc -Q 12 -p $AA --asm-flags=-r32 --link-flags=-M --fix-flags '-p $FF -O' -S romx=3";
    let command = format!("build --dry-run x.asm -o game.gb --rgbds tools {options}");
    folder.rgbpipe(shell_words::split(&command).unwrap()).ok();
    assert_eq!(folder.names(), ["tools", "x.asm", "x.inc"]);
}

/// `-W` goes to both tools, and each gets what its release has, by its manual.
#[test]
fn warnings_reach_only_a_linker_that_has_them() {
    let folder = Folder::new();
    folder.write("x.asm", "");
    let asked = "-Wall -Wno-shift -Wextra -Wnumeric-string=1 -Wtruncation=2 -Werror=truncation=1 -Wno-truncation -Wlarge-constant \
                 -Wall=2 -Werror=assert -Wmbc";
    for (rgblink, given) in [
        ("0.9.3", ""),
        ("0.9.4", "-Wall -Wno-shift -Wno-truncation -Werror=assert"),
        ("1.0.1", "-Wall -Wno-shift -Wtruncation=2 -Werror=truncation=1 -Wno-truncation -Werror=assert"),
        (
            "1.0.4",
            "-Wall -Wno-shift -Wtruncation=2 -Werror=truncation=1 -Wno-truncation -Wlarge-constant -Werror=assert",
        ),
    ] {
        releases(&folder, ["0.9.3", rgblink, "0.9.3"]);
        let printed =
            folder.rgbpipe(args(&format!("build --dry-run x.asm -o game.gb --rgbds tools/ {asked}"))).ok().stdout;
        let printed = String::from_utf8(printed).unwrap();
        let [assembler, linker] = &printed.lines().collect::<Vec<_>>()[..] else { panic!("{printed}") };
        let words: Vec<_> =
            ["tools/rgblink", "-o", "game.gb"].into_iter().chain(given.split_whitespace()).chain(["x.o"]).collect();
        assert_eq!(linker.split(' ').collect::<Vec<_>>(), words, "{rgblink}");
        // rgbasm gets them all, so a mistake is reported exactly once.
        assert_eq!(assembler.matches("-W").count(), asked.matches("-W").count(), "{assembler}");
    }
}

/// The real tools complain of no warning that one of them knows, and of one that none knows just once.
#[test]
fn a_warning_is_unknown_once_or_not_at_all() {
    let folder = Folder::new();
    folder.write("x.asm", "SECTION \"x\", ROM0\n\tdb 1\n");
    let known = ["", "no-", "error=", "no-error="].map(|before| {
        let names =
            ["all", "everything", "assert", "div", "large-constant", "obsolete", "shift", "shift-amount", "truncation"];
        let more = ["extra", "unmapped-char", "numeric-string", "purge", "user", "backwards-for"];
        names.into_iter().chain(more).map(|name| format!(" -W{before}{name}")).collect::<Vec<_>>().concat()
    });
    let levels =
        "-Wtruncation=0 -Wtruncation=2 -Werror=truncation=2 -Wnumeric-string=1 -Wunmapped-char=2 -Wpurge=1 -Werror";
    for toolchain in ["rgbds", "builtin"] {
        folder
            .rgbpipe(args(&format!("check x.asm --toolchain {toolchain} {} {levels} -Wno-error", known.concat())))
            .ok();
        for unknown in ["nonsense", "all=2", "no-truncation=1", "shift=1"] {
            let said = folder.rgbpipe(["check", "x.asm", "--toolchain", toolchain, "-W", unknown]).run().stderr;
            assert_eq!(said.matches("warning: ").count(), 1, "{toolchain} {unknown}: {said}");
        }
    }
}

#[test]
fn a_dry_run_waits_for_a_version_no_longer_than_its_timeout() {
    let folder = Folder::new();
    folder.write("x.asm", "");
    releases(&folder, ["1.0.4"; 3]);
    folder.write("tools/rgblink", "#!/bin/sh\nexec sleep 1000\n");
    let before = Instant::now();
    let ended =
        folder.rgbpipe(args("build --dry-run x.asm -o game.gb --rgbds tools/ -W all --timeout 0.2")).status(124);
    assert_eq!((ended.stdout, ended.stderr), (Vec::new(), "rgbpipe: timed out\n".to_owned()));
    // Less than the ten seconds that a tool may take to print its version.
    assert!(before.elapsed() < Duration::from_secs(9), "{:?}", before.elapsed());
}
