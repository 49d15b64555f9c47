use std::collections::HashMap;
use std::os::unix::fs::FileTypeExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::fifo::Fifo;

/// A separate directory for directories of FIFOs, because other runs on this machine clean up the usual one.
fn place() -> TempDir {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap()
}

fn private_in(place: &TempDir, prefix: &str) -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).permissions(Permissions::from_mode(0o700)).tempdir_in(place).unwrap()
}

/// A FIFO that stays when this returns.
fn make(path: &Path) {
    std::mem::forget(Fifo::make(path.to_owned()).unwrap());
}

#[test]
fn the_directory_is_private_and_is_removed_with_its_fifos() {
    let mut dir = PortDir::of_fifos();
    let fifo = Fifo::make(dir.port("port".as_ref()).unwrap()).unwrap();
    let path = fifo.path().to_owned();
    assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    drop(dir);
    assert!(!path.parent().unwrap().exists());
}

#[test]
fn a_directory_is_removed_despite_changes_by_a_tool() {
    let place = place();
    let changes: [fn(&Path); 7] = [
        |dir| fs::set_permissions(dir, Permissions::from_mode(0o000)).unwrap(),
        |dir| fs::write(dir.join("file"), "").unwrap(),
        // Nothing is removed from such a directory, except by the superuser.
        |dir| {
            fs::create_dir_all(dir.join("of/ten")).unwrap();
            fs::set_permissions(dir.join("of/ten"), Permissions::from_mode(0o0)).unwrap();
            fs::set_permissions(dir.join("of"), Permissions::from_mode(0o0)).unwrap();
        },
        |dir| fs::rename(dir, dir.with_extension("moved")).unwrap(),
        |dir| {
            fs::rename(dir, dir.with_extension("moved")).unwrap();
            fs::write(dir.with_extension("moved").join("file"), "").unwrap();
            fs::set_permissions(dir.with_extension("moved"), Permissions::from_mode(0o100)).unwrap();
        },
        |dir| {
            fs::rename(dir, dir.with_extension("moved")).unwrap();
            fs::create_dir(dir).unwrap();
        },
        |dir| {
            fs::rename(dir, dir.with_extension("moved")).unwrap();
            std::os::unix::fs::symlink("/nowhere", dir).unwrap();
        },
    ];
    // Only /proc shows a new name.
    let changes = if cfg!(target_os = "linux") { &changes[..] } else { &changes[..3] };
    for change in changes {
        let locked = Locked::new_in(place.path(), FIFOS).unwrap();
        change(locked.dir.path());
        drop(locked);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}

#[test]
fn only_what_nobody_has_locked_is_left_behind() {
    let place = place();
    let dir = |prefix: &str| private_in(&place, prefix);
    let used = Locked::new_in(place.path(), FIFOS).unwrap();
    let (left, files, full) = (dir(FIFOS), dir(FILES), dir(FIFOS));
    make(&left.path().join("0-port"));
    fs::write(files.path().join("0-port"), "x").unwrap();
    // A tool may have replaced its output by a file, and made others beside it.
    make(&full.path().join("0-port"));
    fs::write(full.path().join("1-port"), "x").unwrap();
    fs::create_dir(full.path().join("directory")).unwrap();
    fs::set_permissions(full.path().join("directory"), Permissions::from_mode(0o000)).unwrap();
    // Things that a person may keep there: another name, another mode.
    let (other, open) = (dir("rgbpipe-"), dir(FILES));
    fs::set_permissions(open.path(), Permissions::from_mode(0o755)).unwrap();
    remove_left_behind_in(place.path());
    assert!([used.dir.path(), other.path(), open.path()].iter().all(|dir| dir.exists()));
    assert!([&left, &files, &full].iter().all(|dir| !dir.path().exists()));
}

/// Also for a user who is not the superuser, for whom no mode is an obstacle.
#[test]
fn what_is_left_behind_goes_whatever_mode_it_has() {
    let place = place();
    let mode = |dir: &Path, mode| fs::set_permissions(dir, Permissions::from_mode(mode)).unwrap();
    let left =
        [(FIFOS, 0o000), (FIFOS, 0o500), (FIFOS, 0o777), (FILES, 0o000), (FILES, 0o100)].map(|(prefix, bits)| {
            let dir = private_in(&place, prefix);
            if prefix == FIFOS {
                make(&dir.path().join("0-port"));
            } else {
                fs::write(dir.path().join("0-port"), "").unwrap();
            }
            mode(dir.path(), bits);
            dir
        });
    let used = Locked::new_in(place.path(), FIFOS).unwrap();
    mode(used.dir.path(), 0o000);
    remove_left_behind_in(place.path());
    for dir in left {
        assert!(!dir.path().exists());
    }
    assert_eq!(fs::metadata(used.dir.path()).unwrap().mode() & 0o777, 0);
}

#[test]
fn other_users_directories_and_targets_of_links_are_not_swept() {
    let place = place();
    let (foreign, far) = (private_in(&place, FIFOS), private_in(&place, "rgbpipe-"));
    make(&far.path().join("0-port"));
    for prefix in [FIFOS, FILES] {
        std::os::unix::fs::symlink(far.path(), place.path().join(format!("{prefix}aBc123"))).unwrap();
    }
    let is_root = nix::unistd::geteuid().is_root();
    if is_root {
        std::os::unix::fs::chown(foreign.path(), Some(54321), None).unwrap();
    }
    remove_left_behind_in(place.path());
    assert!(far.path().join("0-port").exists(), "a link was followed");
    assert!(!is_root || foreign.path().exists(), "another user's");
}

#[test]
fn a_directory_that_was_swept_too_early_is_made_again() {
    let place = place();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    remove_left_behind_in(place.path());
                }
            });
        }
        let made = (0..2000).map(|_| {
            let locked = Locked::new_in(place.path(), FIFOS)?;
            let _port = Fifo::make(locked.dir.path().join("port"))?;
            Ok(locked.dir.path().join("port").exists())
        });
        let made: Vec<io::Result<bool>> = made.collect();
        over.store(true, Ordering::Relaxed);
        assert!(made.iter().all(|made| matches!(made, Ok(true))), "{:?}", made.iter().find(|made| made.is_err()));
    });
}

#[test]
fn locking_each_directory_at_once_stops_no_run() {
    let place = place();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut held = HashMap::new();
            while !over.load(Ordering::Relaxed) {
                for entry in fs::read_dir(place.path()).unwrap().flatten() {
                    if let Ok(dir) = open_dir(&entry.path())
                        && let Ok(lock) = Flock::lock(dir, FlockArg::LockSharedNonblock)
                    {
                        held.insert(entry.path(), lock);
                    }
                }
            }
        });
        let before = Instant::now();
        let mut unlocked = 0;
        while before.elapsed() < Duration::from_millis(300) {
            let made = Locked::new_in(place.path(), FIFOS).unwrap();
            unlocked += usize::from(matches!(made.held, Held::Unlocked(_)));
            assert!(made.dir.path().exists());
        }
        over.store(true, Ordering::Relaxed);
        println!("{unlocked} were locked by the other");
    });
}

#[test]
fn only_drawn_names_are_taken_for_ours() {
    assert!(is_drawn("rgbpipe-fifos-aB3dEf".as_ref(), FIFOS));
    for name in ["", "aB3dE", "aB3dEfg", "a.3dEf"].map(|drawn| format!("{FIFOS}{drawn}")) {
        assert!(!is_drawn(name.as_ref(), FIFOS), "{name}");
    }
    assert!(!is_drawn("rgbpipe-aB3dEf".as_ref(), FIFOS));
}
