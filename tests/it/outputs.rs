//! Where artifacts go: all or nothing, and what users expect of paths, `-` and tars.

mod tars;
mod tmpdir;

use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};

use nix::sys::stat::Mode;

use crate::support::{Folder, args, needs, programs};

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("game.asm", std::fs::read(programs().join("hello.asm")).unwrap());
    folder
}

/// Builds ROM, map and symbols with the plain tools, called `plain`.
fn plain(folder: &Folder) {
    folder.tool("rgbasm", args("-o plain.o game.asm")).ok();
    folder.tool("rgblink", args("-o plain.gb -m plain.map -n plain.sym plain.o")).ok();
}

#[test]
fn files_have_the_mode_that_the_umask_leaves() {
    let folder = folder();
    for (umask, mode) in [("022", 0o644), ("077", 0o600), ("002", 0o664), ("000", 0o666), ("777", 0)] {
        let build = format!("umask {umask}; exec rgbpipe build game.asm -o {umask}.gb --tar {umask}.tar");
        // The first build creates them, the second replaces them.
        for _ in 0..2 {
            folder.sh(&build).ok();
            for ending in ["gb", "tar"] {
                let metadata = std::fs::metadata(folder.path().join(format!("{umask}.{ending}"))).unwrap();
                assert_eq!(metadata.mode() & 0o7777, mode, "{ending}, umask {umask}");
            }
        }
    }
}

#[test]
fn a_file_that_is_replaced_keeps_its_permissions() {
    let folder = folder();
    for (old, new) in [(0o600, 0o600), (0o664, 0o664), (0o4755, 0o755)] {
        folder.write("game.gb", "old");
        let path = folder.path().join("game.gb");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(old)).unwrap();
        folder.rgbpipe(args("build game.asm -o game.gb")).ok();
        assert_eq!(std::fs::metadata(path).unwrap().mode() & 0o7777, new);
    }
}

#[test]
fn a_umask_that_takes_all_leaves_the_pipes_usable() {
    let folder = folder();
    std::fs::set_permissions(folder.tmpdir(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut invocation = folder.as_anyone(args("build game.asm -o -"));
    let rom = {
        use std::os::unix::process::CommandExt;
        #[expect(unsafe_code, reason = "what a child does before its exec")]
        // SAFETY: umask(2) is a bare system call.
        unsafe {
            invocation.command.pre_exec(|| {
                nix::sys::stat::umask(Mode::from_bits_truncate(0o777));
                Ok(())
            });
        }
        invocation.ok().stdout
    };
    plain(&folder);
    assert!(rom == folder.read("plain.gb"));
}

#[test]
fn only_a_rom_replaces_the_rom() {
    let folder = folder();
    for (flags, tool) in [("--fix-flags=-V", None), ("--fix-flags=-h", None), ("--fix", Some("true"))] {
        folder.write("game.gb", "old");
        let invocation = folder.rgbpipe(["build", "game.asm", "-o", "game.gb", flags]);
        let invocation = match tool {
            Some(tool) => invocation.env("RGBFIX", tool),
            None => invocation,
        };
        let ended = invocation.status(1);
        assert!(ended.stderr.contains("did not write 'game.gb'"), "{flags}: {}", ended.stderr);
        assert_eq!(folder.read("game.gb"), b"old", "{flags}");
    }
}

#[test]
fn a_file_is_replaced_in_one_step_and_a_link_to_it_followed() {
    let folder = folder();
    plain(&folder);
    folder.write("real/old.gb", "old").write("other.gb", "old");
    std::fs::create_dir(folder.path().join("links")).unwrap();
    symlink("../real/old.gb", folder.path().join("links/game.gb")).unwrap();
    symlink("../real/new.sym", folder.path().join("links/game.sym")).unwrap();
    symlink("game.sym", folder.path().join("links/twice.sym")).unwrap();
    symlink("loop.b", folder.path().join("loop.a")).unwrap();
    symlink("loop.a", folder.path().join("loop.b")).unwrap();
    let old = std::fs::File::open(folder.path().join("real/old.gb")).unwrap();
    folder.rgbpipe(args("build game.asm -o links/game.gb -n links/twice.sym")).ok();
    // A process that has the old file open still reads the old content.
    assert_eq!(std::io::read_to_string(old).unwrap(), "old");
    for link in ["links/game.gb", "links/game.sym", "links/twice.sym"] {
        assert!(std::fs::symlink_metadata(folder.path().join(link)).unwrap().is_symlink(), "{link}");
    }
    assert!(folder.read("real/old.gb") == folder.read("plain.gb"));
    assert!(folder.read("real/new.sym") == folder.read("plain.sym"));
    let words = folder.rgbpipe(args("build game.asm -o loop.a")).status(3).stderr;
    assert!(words.contains("loop.a") && words.to_lowercase().contains("symbolic link"), "{words}");
    assert_eq!(
        folder.names(),
        ["game.asm", "links", "loop.a", "loop.b", "other.gb", "plain.gb", "plain.map", "plain.o", "plain.sym", "real"]
    );
}

#[test]
fn the_second_run_is_as_the_first() {
    let folder = folder();
    let build = || folder.rgbpipe(args("build game.asm -o game.gb -m game.map -n game.sym --tar game.tar")).ok();
    build();
    let read = || ["game.gb", "game.map", "game.sym", "game.tar"].map(|file| folder.read(file));
    let first = read();
    build();
    assert!(read() == first);
    assert_eq!(folder.names(), ["game.asm", "game.gb", "game.map", "game.sym", "game.tar"]);
}

#[test]
fn a_file_that_is_not_regular_is_written_in_place() {
    let folder = folder();
    plain(&folder);
    folder.rgbpipe(args("build game.asm -o /dev/null -m /dev/null -n game.sym")).ok();
    assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    assert!(folder.read("game.sym") == folder.read("plain.sym"));

    nix::unistd::mkfifo(&folder.path().join("fifo"), Mode::S_IRWXU).unwrap();
    folder.sh("cat fifo > copy.gb & rgbpipe build game.asm -o fifo; wait").ok();
    assert!(folder.read("copy.gb") == folder.read("plain.gb"));
    assert!(std::fs::metadata(folder.path().join("fifo")).unwrap().file_type().is_fifo());

    assert!(folder.rgbpipe(args("build game.asm -o /dev/stdout")).ok().stdout == folder.read("plain.gb"));
    assert_eq!(
        folder.rgbpipe(args("build game.asm -n /dev/stderr")).status(0).stderr.as_bytes(),
        folder.read("plain.sym")
    );
    // A file that is open already is written at its position: appended to, or from the start.
    let build = "rgbpipe build game.asm -n";
    folder.sh(&format!("echo before > log; {build} /dev/stdout >> log; {build} - >> log")).ok();
    let sym = String::from_utf8(folder.read("plain.sym")).unwrap();
    assert_eq!(String::from_utf8(folder.read("log")).unwrap(), format!("before\n{sym}{sym}"));
    if needs("bash") {
        let script = format!("{build} >(cat > sub.sym; echo done) | cat");
        let ended = folder.command("bash", ["-euc", &script]).ok();
        assert_eq!(ended.stdout, b"done\n");
        assert!(folder.read("sub.sym") == folder.read("plain.sym"));
    }
    let words = folder.rgbpipe(args("build game.asm -o /dev/full -n new.sym")).status(3).stderr;
    assert_eq!(words, "rgbpipe: cannot write /dev/full: No space left on device\n");
    assert!(!folder.names().contains(&"new.sym".to_owned()), "a failed build made a file");
}

#[test]
fn a_source_can_be_any_file_that_can_be_read() {
    let folder = folder();
    plain(&folder);
    symlink("game.asm", folder.path().join("link")).unwrap();
    folder.rgbpipe(args("build link -o link.gb")).ok();
    assert!(folder.read("link.gb") == folder.read("plain.gb"));
    let source = folder.read("game.asm");
    for path in ["/dev/stdin", "/proc/self/fd/0"] {
        let built = folder.rgbpipe(["build", path, "--rom", "-"]).stdin(source.clone()).ok();
        assert!(built.stdout == folder.read("plain.gb"), "{path}");
    }
    if needs("bash") {
        let script = "rgbpipe build <(cat game.asm) --rom -";
        assert!(folder.command("bash", ["-euc", script]).ok().stdout == folder.read("plain.gb"));
    }
    // Empty standard input is a source like any other.
    assert_eq!(folder.rgbpipe(args("build - -n -")).ok().stdout, b"; File generated by rgblink\n");
}

#[test]
fn an_open_file_is_not_replaced() {
    let folder = folder();
    plain(&folder);
    symlink("/dev/fd/3", folder.path().join("link")).unwrap();
    symlink("link", folder.path().join("link of link")).unwrap();
    let inode = || std::fs::metadata(folder.path().join("log")).unwrap().ino();
    for path in ["/dev/fd/3", "/proc/self/fd/3", "link", "link of link"] {
        folder.write("log", "x".repeat(100_000));
        let before = inode();
        folder.sh(&format!("rgbpipe build game.asm -n '{path}' 3<>log")).ok();
        assert!(folder.read("log") == folder.read("plain.sym"), "{path}");
        assert_eq!(inode(), before, "{path}");
    }
    // And standard output keeps its position.
    symlink("/dev/stdout", folder.path().join("out")).unwrap();
    symlink("out", folder.path().join("out of out")).unwrap();
    for path in ["out", "out of out"] {
        folder.sh(&format!("echo before > log; rgbpipe build game.asm -n '{path}' >> log")).ok();
        assert_eq!(folder.read("log"), [b"before\n", &folder.read("plain.sym")[..]].concat(), "{path}");
    }
}

#[test]
fn a_socket_is_refused_before_any_tool_runs() {
    let folder = folder();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let words = folder.rgbpipe(args("build game.asm -o socket")).env("RGBASM", "./none").status(3).stderr;
    assert_eq!(words, "rgbpipe: cannot write socket: it is a socket\n");
}

/// `--fix-flags` adds to `--fix`. Alone, it is all that rgbfix gets.
#[test]
fn more_flags_are_not_less_of_a_fix() {
    let folder = Folder::new();
    folder.write("game.asm", "SECTION \"header\", ROM0[$100]\n\tds $50\n");
    for (flags, by_hand) in [
        ("--fix", "-v -p 0xFF"),
        ("--fix --fix-flags=-tFOO", "-v -p 0xFF -t FOO"),
        ("--fix-flags=-tFOO --fix", "-v -p 0xFF -t FOO"),
        ("--fix --fix-flags=-p0x12", "-v -p 0x12"),
        ("--fix-flags=-tFOO", "-t FOO"),
    ] {
        println!("{flags}");
        folder.rgbpipe(args("build game.asm -x -o plain.gb")).ok();
        folder.tool("rgbfix", args(&format!("{by_hand} plain.gb"))).ok();
        folder.rgbpipe(args(&format!("build game.asm -x -o fixed.gb {flags}"))).ok();
        assert_eq!(folder.read("fixed.gb"), folder.read("plain.gb"));
        let is_valid = folder.read("fixed.gb")[0x14D] != 0;
        assert_eq!(is_valid, flags.contains("--fix ") || flags.ends_with("--fix"), "a checksum");
        let printed = folder.rgbpipe(args(&format!("build game.asm -x -o fixed.gb --dry-run {flags}"))).ok().stdout;
        let words = by_hand.replace("-t FOO", "-tFOO").replace("-p 0x12", "-p 0xFF -p0x12");
        // The path of the tool may need quotes.
        let printed = String::from_utf8(printed).unwrap().replace('\'', "");
        assert!(printed.contains(&format!("rgbfix {words} fixed.gb\n")), "{printed}");
    }
}
