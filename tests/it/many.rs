//! Thousands of messages, and thousands of ports.

use std::time::{Duration, Instant};

use crate::support::{Ended, Folder, args, needs};

/// With a limit of memory that leaves room for what is printed, and not for a record of each message.
fn flooded(folder: &Folder, words: &str) -> Ended {
    let script = format!("ulimit -v 250000; exec rgbpipe check flood.asm {words}");
    folder.sh(&script).env("MALLOC_ARENA_MAX", "1").env("RGBASM", folder.path().join("flood")).run()
}

/// An assembler that prints 16 MiB of this line.
fn with_flood(line: &str) -> Folder {
    with_bytes(line, 16 << 20)
}

fn with_bytes(line: &str, bytes: usize) -> Folder {
    let folder = Folder::new();
    folder.write("flood", format!("#!/bin/sh\nyes '{line}' | head -c {bytes} >&2\nexit 1\n")).write("flood.asm", "");
    folder.sh("chmod +x flood").ok();
    folder
}

#[test]
fn a_flood_of_messages_is_cut_and_the_rest_is_counted() {
    let folder = with_flood("error: ");
    // The line has eight bytes, and ten thousand are kept.
    let rest = (16 << 20) - 80_000;
    for format in ["human", "short", "github"] {
        let ended = flooded(&folder, &format!("--message-format {format}"));
        assert_eq!(ended.status, 1, "{format}");
        let lines: Vec<_> = ended.stderr.lines().collect();
        assert!((10_001..10_004).contains(&lines.len()), "{format}: {} lines", lines.len());
        assert!(
            lines[10_000..].concat().contains(&format!("{rest} more bytes from rgbasm flood.asm omitted")),
            "{format}"
        );
    }
    let ended = flooded(&folder, "--message-format json");
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert_eq!((ended.status, lines.len()), (1, 10_002));
    assert!(
        lines[10_000].ends_with(&format!(r#""stream":"stderr","text":"","omitted":{rest}}}"#)),
        "{}",
        lines[10_000]
    );
}

/// Each control character is six bytes of JSON, and the text of a message is in it twice.
#[test]
fn json_of_control_characters_is_no_larger_than_what_is_kept() {
    for line in ["\x01\x01\x01\x01", "error: \x01\x01\x01\x01"] {
        let folder = with_bytes(line, 6 << 20);
        let ended = flooded(&folder, "--message-format json");
        assert_eq!(ended.status, 1);
        assert!(ended.stderr.len() < 17 << 20, "{line:?}: {}", ended.stderr.len());
        assert!(ended.stderr.contains(r#""text":"","omitted":"#), "{line:?}");
    }
    // One message of 16 MiB.
    let folder = with_flood("\x01\x01");
    folder
        .write("flood", "#!/bin/sh\nprintf 'error: ' >&2\ntr '\\0' '\\1' < /dev/zero | head -c 16000000 >&2\nexit 1\n");
    let ended = flooded(&folder, "--message-format json");
    assert!(ended.stderr.contains(r#""omitted":16000007"#) && ended.stderr.len() < 1000, "{}", ended.stderr.len());
}

#[test]
fn the_built_in_toolchain_counts_as_well() {
    let folder = Folder::new();
    folder.write("flood.asm", "REPT 20000\n WARN \"\"\nENDR\nSECTION \"a\", ROM0\n db 1\n");
    for (format, more) in [("human", "more bytes from rgbasm flood.asm omitted"), ("json", r#""text":"","omitted":"#)] {
        let ended =
            folder.rgbpipe(args(&format!("check flood.asm --toolchain builtin --message-format {format}"))).status(0);
        assert_eq!(ended.stderr.matches("[-Wuser]").count(), 9_900);
        assert!(ended.stderr.contains(more), "{format}");
    }
}

#[test]
fn no_number_of_warnings_hides_the_error() {
    let folder = Folder::new();
    folder.write("flood.asm", "REPT 20000\n WARN \"\"\nENDR\n FAIL \"why\"\n");
    for toolchain in ["builtin", "rgbds"] {
        for format in ["human", "short", "github", "json"] {
            let words = format!("check flood.asm --toolchain {toolchain} --message-format {format}");
            let ended = folder.rgbpipe(args(&words)).status(1);
            assert!(ended.stderr.contains("why"), "{words}");
            assert!(ended.stderr.contains("omitted"), "{words}");
        }
    }
}

/// Making them, finding out where they go and removing them takes no longer than the program may take.
#[test]
fn thousands_of_ports_end_with_the_timeout_as_one_does() {
    if !needs("sleep") {
        return;
    }
    let folder = Folder::new();
    folder.write("in", "x");
    let names = |count: usize| (0..count).map(|number| format!("{{p{number}}}"));
    for (option, to) in [("--in", "in"), ("--out", "out"), ("--seekable --out", "out")] {
        let mut words = args("exec --timeout 0.5");
        for number in 0..3000 {
            let to = if to == "in" { "in".to_owned() } else { format!("out{number}") };
            words.extend(
                args(&format!("{option} p{number}={to}")).into_iter().skip(usize::from(number > 0 && option.len() > 6)),
            );
        }
        words.extend(args("-- sh -c").into_iter().chain(["sleep 1000".into()]));
        words.extend(names(3000).map(Into::into));
        let before = Instant::now();
        let ended = folder.rgbpipe(words).status(124);
        let took = before.elapsed();
        println!("{option}: {took:?}");
        assert!(took < Duration::from_secs(10), "{option}: {took:?}\n{}", ended.stderr);
        assert_eq!(folder.names(), ["in"]);
    }
}

#[test]
fn each_of_hundreds_of_ports_has_its_content() {
    let folder = Folder::new();
    folder.write("in", "x");
    let mut words = args("exec");
    for number in 0..600 {
        words.extend(args(&format!("--out p{number}=out{number}")));
    }
    // Opened all at once, and closed together.
    words.extend(args("-- python3 -c"));
    words.push("import sys\nfiles = [open(name, 'w') for name in sys.argv[1:]]\nfor number, file in enumerate(files): file.write(str(number))".into());
    words.extend((0..600).map(|number| format!("{{p{number}}}").into()));
    if needs("python3") {
        folder.rgbpipe(words).ok();
        for number in 0..600 {
            assert_eq!(folder.read(format!("out{number}")), number.to_string().as_bytes());
        }
    }
}
