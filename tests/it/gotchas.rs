//! Surprises that the README and SECURITY.md mention, unless another test covers them.

use crate::support::{Folder, args};

const SOURCE: &str = "SECTION \"game\", ROM0\n\tdb 1\n";

#[test]
fn a_hard_link_to_an_old_output_keeps_the_old_content() {
    let folder = Folder::new();
    folder.write("game.asm", SOURCE).write("game.gb", "old");
    std::fs::hard_link(folder.path().join("game.gb"), folder.path().join("link.gb")).unwrap();
    folder.rgbpipe(args("build game.asm -o game.gb")).ok();
    assert_eq!((folder.read("link.gb"), folder.read("game.gb").len()), (b"old".to_vec(), 0x4000));
}

#[test]
fn a_pipe_has_no_size() {
    let folder = Folder::new();
    folder.write("file", "12345");
    let size = folder.rgbpipe(args("exec --in file=file -- wc -c {file}")).ok().stdout;
    assert!(size.starts_with(b"5 "), "what is read");
    let size = folder.rgbpipe(args("exec --in file=file -- ls -ln {file}")).ok().stdout;
    assert_eq!(String::from_utf8(size).unwrap().split_whitespace().nth(4), Some("0"));
}

#[test]
fn a_name_that_a_stranger_has_chosen_is_a_name_after_dashes() {
    let folder = Folder::new();
    folder
        .write("-ovil.asm", SOURCE)
        .write("@words.asm", SOURCE.replace("game", "other"))
        .write("words.asm", "-n x.sym");
    let before = folder.names();
    for names in ["-- -ovil.asm @words.asm", "./-ovil.asm ./@words.asm"] {
        let rom = folder.rgbpipe(args(&format!("build -o - {names}"))).ok().stdout;
        assert_eq!(rom[..2], [1, 1], "{names}");
        assert_eq!(folder.names(), before);
    }
    // Without the dashes, the names would be options.
    folder.rgbpipe(args("build -ovil.asm @words.asm ./@words.asm")).ok();
    assert!(folder.names().contains(&"x.sym".to_owned()) && folder.read("vil.asm").len() == 0x4000);
}
