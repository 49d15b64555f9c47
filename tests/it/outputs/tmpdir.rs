//! `TMPDIR`: only directories and FIFOs are ever there, and they are removed.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};

use nix::sys::stat::Mode;

use crate::support::{Folder, args};

use super::folder;

#[test]
fn other_files_in_tmpdir_are_kept() {
    let folder = folder();
    let precious = folder.tmpdir().join("rgbpipe-0.1.0/src/main.rs");
    std::fs::create_dir_all(precious.parent().unwrap()).unwrap();
    std::fs::write(&precious, "precious").unwrap();
    folder.rgbpipe(args("build game.asm -o game.gb")).ok();
    assert_eq!(std::fs::read(&precious).unwrap(), b"precious");
    std::fs::remove_dir_all(folder.tmpdir().join("rgbpipe-0.1.0")).unwrap();
}

#[test]
fn an_empty_tmpdir_is_none() {
    let folder = folder();
    let script = "TMPDIR= rgbpipe exec --in a=game.asm --out b=- -- sh -c 'dirname \"$(dirname \"$1\")\" > \"$2\"' sh '{a}' '{b}'";
    assert_eq!(folder.sh(script).ok().stdout, b"/tmp\n");
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_but_the_outputs_is_ever_made() {
    use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

    let folder = Folder::with_program("greeter");
    let watch = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).unwrap();
    let events = AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO;
    for dir in ["", "src", "include", "data"] {
        watch.add_watch(&folder.path().join(dir), events).unwrap();
    }
    let in_tmp = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).unwrap();
    in_tmp.add_watch(&folder.tmpdir(), events).unwrap();

    // No process of the build can write a byte to any regular file, or a core dump if it tries.
    let build = "ulimit -c 0; ulimit -f 0; exec rgbpipe build -I include -l layout.link --fix src/*.asm";
    let tar = folder.sh(build).ok().stdout;
    assert_eq!(&tar[..10], b"bob.gb\0\0\0\0");
    assert!(folder.sh("ulimit -c 0; ulimit -f 0; echo x > proof").run().status != 0, "the limit does not work");
    std::fs::remove_file(folder.path().join("proof")).unwrap();

    let made = |watch: &Inotify| {
        let events = watch.read_events().unwrap_or_default();
        events.into_iter().map(|event| event.name.unwrap().into_string().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(made(&watch), ["proof"]);
    let in_tmp = made(&in_tmp);
    assert!(in_tmp.len() >= 11 && in_tmp.iter().all(|name| name.starts_with("rgbpipe-")), "{in_tmp:?}");
}

#[test]
fn no_byte_of_a_build_is_ever_in_a_file_in_tmpdir() {
    let folder = Folder::with_program("greeter");
    let over = std::sync::atomic::AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut seen = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                for dir in std::fs::read_dir(folder.tmpdir()).unwrap().flatten() {
                    for port in std::fs::read_dir(dir.path()).into_iter().flatten().flatten() {
                        // An output that has been opened is followed by an empty file, for those that open it again.
                        if let Ok(port) = port.metadata() {
                            assert!(port.file_type().is_fifo() || port.is_file() && port.len() == 0, "{port:?}");
                            seen += u32::from(port.file_type().is_fifo());
                        }
                    }
                }
            }
            seen
        });
        let build = "rgbpipe build -I include src/*.asm > /dev/null";
        let builds: Vec<_> = (0..5).map(|_| folder.sh(build).run().status).collect();
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(builds, [0; 5]);
        watcher.join().unwrap()
    });
    assert!(seen > 0, "the watcher saw no FIFO: it proves nothing");
}

#[test]
fn all_that_killed_runs_left_is_removed_by_a_short_run() {
    let folder = folder();
    for number in 0..1000 {
        let dir = folder.tmpdir().join(format!("rgbpipe-fifos-{number:06}"));
        std::fs::create_dir(&dir).unwrap();
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).unwrap();
        nix::unistd::mkfifo(&dir.join("0-port"), Mode::S_IRWXU).unwrap();
    }
    folder.rgbpipe(args("exec -- true")).ok();
    assert_eq!(std::fs::read_dir(folder.tmpdir()).unwrap().count(), 0);
}
