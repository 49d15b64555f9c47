//! `--usage` and `--report`: how full the banks are, for people and for programs.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use crate::messages::on_terminal;
use crate::support::{Folder, args, needs, rgbds};

const GAME: &str = "\
SECTION \"entry\", ROM0[$100]\n\tds 80
SECTION \"a \\\"quoted\\\" name\", ROM0[$150]\nMain:: ds $1EB0
SECTION \"full\", ROMX, BANK[1]\n\tds $4000
SECTION \"nothing\", ROMX, BANK[3]\nNothing::
SECTION \"much\", ROMX, BANK[6]\n\tds $3800
SECTION \"tiles\", VRAM[$8000], BANK[1]\n\tds 1
SECTION UNION \"work\", WRAM0\n\tds 100
SECTION UNION \"work\", WRAM0\n\tds 200
SECTION FRAGMENT \"high\", HRAM\n\tds 100
SECTION FRAGMENT \"high\", HRAM\n\tds 7
";

const BARS: &str = "\
ROM0     ████████████████████░░░░░░░░░░░░░░░░░░░░░  48%   7936 used   8448 free
ROMX 1   █████████████████████████████████████████ 100%  16384 used      0 free
ROMX 2-5 ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   0%      0 used  65536 free
ROMX 6   ████████████████████████████████████░░░░░  88%  14336 used   2048 free
ROMX all █████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░  31%  30720 used  67584 free
VRAM 0   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   0%      0 used   8192 free
VRAM 1   █░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   1%      1 used   8191 free
VRAM all █░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   1%      1 used  16383 free
WRAM0    ██░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   5%    200 used   3896 free
HRAM     ███████████████████████████████████░░░░░░  84%    107 used     20 free
";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("game.asm", GAME).write("bad.asm", "nonsense\n").write("empty.asm", "");
    folder
}

#[test]
fn bars_show_how_full_each_bank_is() {
    let folder = folder();
    let usage = |words: &str| folder.rgbpipe(args(words)).status(0);
    for words in [
        "build game.asm -o game.gb --usage",
        "build game.asm -o game.gb -m game.map --usage --quiet",
        "build game.asm --tar game.tar --usage --message-format short",
        "check game.asm --usage",
    ] {
        let ended = usage(words);
        assert_eq!((ended.stderr.as_str(), &ended.stdout[..]), (BARS, &b""[..]), "{words}");
    }
    // The map is only for the bars, unless it is asked for.
    assert_eq!(folder.names(), ["bad.asm", "empty.asm", "game.asm", "game.gb", "game.map", "game.tar"]);
    // The ROM is the same as without them.
    let rom = usage("build game.asm -o - --usage").stdout;
    assert!(rom == usage("build game.asm -o -").stdout);

    // Two regions have banks of other sizes with rgblink's -t and -w.
    folder.write("tiny.asm", "SECTION \"x\", ROM0\n\tds $7000\nSECTION \"w\", WRAM0\n\tds $1800\n");
    let said = usage("check tiny.asm --usage -t --wramx").stderr;
    let numbers: Vec<_> = said.split_whitespace().filter(|word| word.parse::<u32>().is_ok()).collect();
    assert_eq!(numbers, ["28672", "4096", "6144", "2048"], "{said}");

    assert_eq!(usage("check empty.asm --usage").stderr, "rgbpipe: all banks are empty\n");
    let failed = folder.rgbpipe(args("check bad.asm --usage")).status(1).stderr;
    assert_eq!(failed, folder.rgbpipe(args("check bad.asm")).status(1).stderr);
}

#[test]
fn bars_are_in_colour_on_a_terminal_only() {
    let folder = folder();
    let (status, sent, shown) = on_terminal(&folder, "check game.asm --usage", false);
    assert_eq!((status, shown.trim_end()), (0, BARS.trim_end()));
    for (line, colour) in [("ROM0    ", 32), ("ROMX 1  ", 31), ("ROMX 6  ", 33)] {
        assert!(sent.contains(&format!("{line} \x1b[{colour}m█")), "{sent:?}");
    }
    let (_, sent, _) = on_terminal(&folder, "check game.asm --usage --color never", false);
    assert_eq!(sent.replace("\r\n", "\n"), BARS);
    let piped = |words: &str| folder.rgbpipe(args(words));
    let coloured = piped("check game.asm --usage --color always").status(0).stderr;
    assert!(coloured.contains("\x1b[32m█"), "{coloured:?}");
    assert_eq!(piped("check game.asm --usage").env("FORCE_COLOR", "1").status(0).stderr, coloured);
    assert_eq!(piped("check game.asm --usage --color never").env("FORCE_COLOR", "1").status(0).stderr, BARS);
}

#[test]
fn without_a_readable_map_only_the_bars_are_missing() {
    let folder = folder();
    let rgblink = "#!/bin/sh\nrom=$2; echo nonsense > \"$4\"; shift 4; exec \"$REAL\" -o \"$rom\" \"$@\"\n";
    folder.write("rgblink", rgblink);
    std::fs::set_permissions(folder.path().join("rgblink"), Permissions::from_mode(0o755)).unwrap();
    let real = format!("{}rgblink", rgbds());
    let real = which::which(&real).unwrap();
    let build = |flags: &str| {
        let words = format!("build game.asm -o game.gb {flags}");
        folder.rgbpipe(args(&words)).env("RGBLINK", "./rgblink").env("REAL", &real).status(0)
    };
    let said = "rgbpipe: cannot tell how full the banks are: rgblink's map has an unknown format\n";
    assert_eq!(build("--usage").stderr, said);
    assert_eq!(folder.read("game.gb").len(), 7 * 0x4000);
    let report = String::from_utf8(build("--report -").stdout).unwrap();
    assert!(report.contains("\"usage\": null") && report.contains("game.gb"), "{report}");
}

#[test]
fn the_report_has_each_artifact_and_each_bank_and_jq_reads_it() {
    if !needs("jq") {
        return;
    }
    let folder = folder();
    let outputs = "-o game.gb -m game.map -n game.sym --tar game.tar --name named -M game.d";
    folder.rgbpipe(args(&format!("build game.asm --fix {outputs} --report report.json"))).ok();
    let jq = |filter: &str| {
        let ended = folder.command("jq", ["-r", filter, "report.json"]).ok();
        String::from_utf8(ended.stdout).unwrap()
    };
    // Other programs agree about the files.
    folder.sh("mkdir x; tar -C x -xf game.tar").ok();
    let files = "game.gb game.map game.sym game.tar x/named.gb x/named.map x/named.sym game.d";
    let sums = folder.sh(&format!("sha256sum {files} | sed 's/  .*//'; wc -c < game.gb")).ok().stdout;
    assert_eq!(jq(".artifacts[].sha256, .artifacts[0].size").into_bytes(), sums);
    assert_eq!(
        jq(r#".artifacts[] | [.kind, .path, .member // "-"] | join(" ")"#),
        "rom game.gb -\nmap game.map -\nsym game.sym -\ntar game.tar -\nrom game.tar named.gb\n\
         map game.tar named.map\nsym game.tar named.sym\ndeps game.d -\n"
    );
    assert_eq!(
        jq(r#".usage.regions[] | [.region, .banks, .size, .used, .free] | join(" ")"#),
        "ROM0 1 16384 7936 8448\nROMX 6 98304 30720 67584\nVRAM 2 16384 1 16383\nWRAM0 1 4096 200 3896\nHRAM 1 127 107 20\n"
    );
    assert_eq!(
        jq(r#".usage.banks[] | select(.used > 0) | [.region, .bank, .size, .used, .free] | join(" ")"#),
        "ROM0 0 16384 7936 8448\nROMX 1 16384 16384 0\nROMX 6 16384 14336 2048\nVRAM 1 8192 1 8191\n\
         WRAM0 0 4096 200 3896\nHRAM 0 127 107 20\n"
    );
    assert_eq!(
        jq(
            r#".usage.banks[] | select(.region == "ROM0" or .bank == 3) | .sections[] | [.name, .address, .size] | join(",")"#
        ),
        "entry,256,80\na \"quoted\" name,336,7856\nnothing,16384,0\n"
    );
    assert_eq!(jq("([.usage.banks[].free] | add) == ([.usage.regions[].free] | add)"), "true\n");

    // Written to standard output, if there is no other output, and as a record of the build.
    folder.write("report.json", folder.rgbpipe(args("build game.asm --report -")).ok().stdout);
    assert_eq!(jq("(.artifacts | length), (.usage.banks | length)"), "0\n11\n");
    let records = folder.rgbpipe(args("check game.asm --usage --message-format json")).status(0).stderr;
    folder.write("report.json", records);
    assert_eq!(jq(r#"select(.reason == "usage") | .regions[0].used"#), "7936\n");
    let records = folder.rgbpipe(args("check empty.asm --usage --message-format json")).status(0).stderr;
    folder.write("report.json", records);
    assert_eq!(jq(r#"select(.reason == "usage") | .banks, .regions | length"#), "0\n0\n");
}

#[test]
fn the_report_is_an_output_like_any_other() {
    let folder = folder();
    folder.write("report.json", "old").write("missing.asm", "INCLUDE \"none.inc\"\n");
    let before = folder.names();
    for (command, status, words) in [
        ("build game.asm -o game.gb --report game.gb", 2, "the ROM and the report"),
        ("build game.asm -o - --report -", 2, "the ROM and the report"),
        ("build game.asm --report game.asm", 2, "the report would overwrite an input"),
        ("build bad.asm -o game.gb --report report.json", 1, "bad.asm(1)"),
        ("build missing.asm -o game.gb -M - --MG --report report.json --usage", 0, "none.inc"),
    ] {
        let said = folder.rgbpipe(args(command)).status(status).stderr;
        assert!(said.contains(words), "{command}: {said}");
        assert_eq!((folder.names(), folder.read("report.json")), (before.clone(), b"old".to_vec()), "{command}");
    }
    // Even if nobody wants the ROM, the tools check it.
    for output in ["-o game.gb", "--report -", "--MT x -M -"] {
        let ended = folder.rgbpipe(args(&format!("build game.asm --fix-flags=-Lnone.1bpp {output}"))).status(1);
        assert!(ended.stderr.contains("none.1bpp") && ended.stdout.is_empty(), "{output}: {}", ended.stderr);
    }
}
