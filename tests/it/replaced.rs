//! Old files give way to new ones: all or none, also where no file can be renamed; and what a file is to others stays.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use nix::unistd::{Gid, Uid, chown, geteuid};

use crate::support::{Folder, args, has};

const BUILD: &str = "rgbpipe build game.asm -o game.gb -m game.map -n game.sym";
const OUTPUTS: [&str; 3] = ["game.gb", "game.map", "game.sym"];

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("game.asm", "SECTION \"main\", ROM0\nMain:: db 1\n");
    folder.sh("rgbpipe build game.asm -o plain.gb -m plain.map -n plain.sym").ok();
    for output in OUTPUTS {
        // Longer than the new text, and shorter than the ROM.
        folder.write(output, "old ".repeat(1000));
    }
    folder
}

fn plain(output: &str) -> String {
    output.replace("game", "plain")
}

fn is_new(folder: &Folder) {
    for output in OUTPUTS {
        assert!(folder.read(output) == folder.read(plain(output)), "{output}");
    }
    nothing_hidden(folder);
}

fn is_old(folder: &Folder) {
    for output in OUTPUTS {
        assert!(folder.read(output) == "old ".repeat(1000).as_bytes(), "{output}");
    }
    nothing_hidden(folder);
}

fn nothing_hidden(folder: &Folder) {
    assert!(!folder.names().iter().any(|name| name.starts_with('.')), "{:?}", folder.names());
}

fn mode(folder: &Folder, name: &str, mode: u32) {
    fs::set_permissions(folder.path().join(name), Permissions::from_mode(mode)).unwrap();
}

/// A script in a mount namespace of its own.
fn mounts(folder: &Folder, script: &str) -> bool {
    let can = Folder::new().sh("exec unshare -rm true").run().status == 0;
    if has(can, "unshare") {
        folder.sh(&format!("exec unshare -rm sh -euc \"{script}\"")).ok();
    }
    can
}

#[test]
fn a_mount_point_is_written_over() {
    for output in OUTPUTS {
        let folder = folder();
        folder.write("outside", "old ".repeat(1000));
        if !mounts(&folder, &format!("mount --bind outside {output}; {BUILD}")) {
            return;
        }
        assert!(folder.read("outside") == folder.read(plain(output)), "{output}");
        for other in OUTPUTS.into_iter().filter(|other| *other != output) {
            assert!(folder.read(other) == folder.read(plain(other)), "{output}: {other}");
        }
        nothing_hidden(&folder);
    }
}

#[test]
fn a_full_mount_point_leaves_all_as_it_was() {
    // The first that is written, and the last.
    for full in ["game.gb", "game.tar"] {
        let folder = folder();
        folder.write("game.tar", "old ".repeat(1000));
        // The file system takes the old content, and not the new one.
        let script = format!(
            "mkdir small; mount -t tmpfs -o size=8k small small; cp {full} small; mount --bind small/{full} {full}; \
             if {BUILD} --tar game.tar -M game.d 2> said; then exit 9; fi; cat small/{full} > seen"
        );
        if !mounts(&folder, &script) {
            return;
        }
        is_old(&folder);
        assert!(folder.read("seen") == "old ".repeat(1000).as_bytes());
        let said = String::from_utf8(folder.read("said")).unwrap();
        assert_eq!(said, format!("rgbpipe: cannot write {full}: No space left on device\n"));
        assert!(!folder.names().contains(&"game.d".to_owned()));
    }
}

#[test]
fn a_file_that_can_be_written_needs_no_right_to_make_others() {
    let folder = folder();
    fs::create_dir(folder.path().join("dir")).unwrap();
    folder.write("dir/game.gb", "old");
    mode(&folder, "dir/game.gb", 0o666);
    mode(&folder, "dir", 0o555);
    folder.as_anyone(args("build game.asm -o dir/game.gb -m game.map -n game.sym")).ok();
    assert!(folder.read("dir/game.gb") == folder.read("plain.gb"));
    // But a new one does.
    let said = folder.as_anyone(args("build game.asm -o dir/new.gb")).status(3).stderr;
    assert!(said.starts_with("rgbpipe: cannot write dir/new.gb: cannot create a file in "), "{said}");
    mode(&folder, "dir", 0o755);
}

/// Whether another user can run the programs under test.
fn has_second_user() -> bool {
    let rgbpipe = PathBuf::from(env!("CARGO_BIN_EXE_rgbpipe"));
    let reachable = rgbpipe.ancestors().all(|dir| fs::metadata(dir).is_ok_and(|dir| dir.mode() & 0o001 != 0));
    has(geteuid().is_root() && reachable, "a second user")
}

/// rgbpipe as another user, in a folder that this user can read.
fn as_nobody(folder: &Folder, words: &str) {
    for dir in [folder.path().parent().unwrap().to_owned(), folder.tmpdir()] {
        fs::set_permissions(dir, Permissions::from_mode(0o777)).unwrap();
    }
    let own = ["--reuid=65534", "--regid=65534", "--groups=65533", env!("CARGO_BIN_EXE_rgbpipe")];
    let words = own.into_iter().map(Into::into).chain(args(words));
    folder.command("setpriv", words).ok();
}

#[test]
fn another_users_file_in_a_sticky_directory_is_overwritten() {
    if !has_second_user() {
        return;
    }
    let folder = folder();
    mode(&folder, ".", 0o1777);
    for output in OUTPUTS {
        mode(&folder, output, 0o666);
    }
    let inode = fs::metadata(folder.path().join("game.map")).unwrap().ino();
    as_nobody(&folder, "build --toolchain builtin game.asm -o game.gb -m game.map -n game.sym");
    is_new(&folder);
    let metadata = fs::metadata(folder.path().join("game.map")).unwrap();
    assert_eq!((metadata.ino(), metadata.uid(), metadata.mode() & 0o777), (inode, 0, 0o666));
}

#[test]
fn group_and_owner_stay() {
    if !has_second_user() {
        return;
    }
    // The superuser gives it back; somebody else writes it over, or has the group too.
    let folder = folder();
    let path = folder.path().join("game.gb");
    let seen = || {
        let metadata = fs::metadata(&path).unwrap();
        (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777)
    };
    chown(&path, Some(Uid::from_raw(65533)), Some(Gid::from_raw(65532))).unwrap();
    mode(&folder, "game.gb", 0o640);
    folder.rgbpipe(args("build game.asm -o game.gb")).ok();
    assert_eq!(seen(), (65533, 65532, 0o640));
    assert!(folder.read("game.gb") == folder.read("plain.gb"));

    mode(&folder, ".", 0o777);
    for (group, owner_after) in [(65532, 65533), (65533, 65534)] {
        folder.write("game.gb", "old");
        chown(&path, Some(Uid::from_raw(65533)), Some(Gid::from_raw(group))).unwrap();
        mode(&folder, "game.gb", 0o666);
        as_nobody(&folder, "build --toolchain builtin game.asm -o game.gb");
        assert_eq!(seen(), (owner_after, group, 0o666));
        assert!(folder.read("game.gb") == folder.read("plain.gb"));
    }
}

/// An ACL in the form of its attribute (`linux/posix_acl_xattr.h`): user 1234 may read, the group may not.
fn acl() -> Vec<u8> {
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, u32::MAX), (2, 4, 1234), (4, 0, u32::MAX), (0x10, 4, u32::MAX), (0x20, 0, u32::MAX)];
    let entries = entries
        .iter()
        .flat_map(|(tag, rights, id)| [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat());
    2_u32.to_le_bytes().into_iter().chain(entries).collect()
}

const ACL: &str = "system.posix_acl_access";

#[test]
fn an_acl_and_attributes_stay() {
    let folder = folder();
    let path = folder.path().join("game.gb");
    if !has(xattr::set(&path, ACL, &acl()).is_ok() && xattr::set(&path, "user.note", b"mine").is_ok(), "ACLs") {
        return;
    }
    // An attribute of new files in this directory, which the old ones do not have.
    xattr::set(folder.path(), "system.posix_acl_default", &acl()).unwrap();
    mode(&folder, "game.map", 0o600);
    folder.sh(&format!("umask 0; {BUILD}")).ok();
    assert_eq!(xattr::get(&path, ACL).unwrap(), Some(acl()));
    assert_eq!(xattr::get(&path, "user.note").unwrap(), Some(b"mine".to_vec()));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
    assert_eq!(xattr::get(folder.path().join("game.map"), ACL).unwrap(), None);
    assert_eq!(fs::metadata(folder.path().join("game.map")).unwrap().mode() & 0o777, 0o600);
    is_new(&folder);
}

#[test]
fn errors_name_the_output_and_nothing_else() {
    let folder = folder();
    // The limit takes the new file before it is whole.
    let said = folder.sh(&format!("ulimit -f 8; trap '' XFSZ; exec {BUILD}")).status(3).stderr;
    assert_eq!(said, "rgbpipe: cannot write game.gb: File too large\n");
    is_old(&folder);
}
