//! Leases (`fcntl(2)`): while this process has one on a file, anybody's open of that file waits.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;

/// As in `asm-generic/fcntl.h`; libc lacks it.
const F_SETSIG: libc::c_int = 10;

/// Takes one. Nobody else may have the file open: that would be [`WouldBlock`](io::ErrorKind::WouldBlock). Not every file
/// system has leases.
pub(crate) fn lease(file: &File) -> io::Result<()> {
    take(file, libc::F_WRLCK)
}

/// How long a process that is being started may take to its exec.
const COPIES_STAY: Duration = Duration::from_millis(10);

/// Whether anybody has the file open for writing. This process has it open for reading. It had it open for writing, and
/// processes that other threads are just starting have copies of that until their exec.
pub(crate) fn is_written(reader: &File) -> bool {
    let give_up = Instant::now() + COPIES_STAY;
    loop {
        let taken = take(reader, libc::F_RDLCK);
        let _ = give_back(reader);
        if !taken.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
            return false;
        }
        if give_up <= Instant::now() {
            return true;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn take(file: &File, kind: libc::c_int) -> io::Result<()> {
    // An open sends a signal to the owner, if there is one. The call in the middle makes this process the owner. So
    // that nothing happens until the last one, it is a signal that is ignored by default.
    control(file, F_SETSIG, libc::SIGURG)?;
    control(file, libc::F_SETLEASE, kind)?;
    control(file, libc::F_SETOWN, 0)?;
    Ok(())
}

/// Whether somebody waits to open it.
pub(crate) fn is_wanted(file: &File) -> io::Result<bool> {
    Ok(control(file, libc::F_GETLEASE, 0)? != libc::F_WRLCK)
}

/// Returns false if the lease had expired, so that the open did not wait (`/proc/sys/fs/lease-break-time`, 45 seconds).
pub(crate) fn give_back(file: &File) -> io::Result<bool> {
    match control(file, libc::F_SETLEASE, libc::F_UNLCK) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        done => done.map(|_| true),
    }
}

#[expect(unsafe_code, reason = "nix has no leases")]
fn control(file: &File, command: libc::c_int, value: libc::c_int) -> io::Result<libc::c_int> {
    // SAFETY: these commands take a number, and touch no memory of ours.
    let result = unsafe { libc::fcntl(file.as_raw_fd(), command, value) };
    Ok(Errno::result(result)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::FileExt;
    use std::sync::mpsc;

    #[test]
    fn an_open_waits_until_the_lease_is_given_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        lease(&file).unwrap();
        // What changes only names is no open.
        fs::hard_link(&path, dir.path().join("other")).unwrap();
        fs::rename(&path, dir.path().join("moved")).unwrap();
        fs::rename(dir.path().join("moved"), &path).unwrap();
        assert!(!is_wanted(&file).unwrap());
        let read = thread::spawn(move || fs::read_to_string(path).unwrap());
        while !is_wanted(&file).unwrap() {
            thread::yield_now();
        }
        file.write_all_at(b"all of it", 0).unwrap();
        assert!(give_back(&file).unwrap());
        assert_eq!(read.join().unwrap(), "all of it");
        assert!(!give_back(&file).unwrap());
    }

    #[test]
    fn there_is_no_lease_while_somebody_has_it_open() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        let (opened, is_open) = mpsc::channel();
        let (close, is_over) = mpsc::channel::<()>();
        let other = thread::spawn(move || {
            let other = File::open(path).unwrap();
            opened.send(()).unwrap();
            drop((is_over.recv(), other));
        });
        is_open.recv().unwrap();
        assert_eq!(lease(&file).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(close);
        other.join().unwrap();
        lease(&file).unwrap();
    }

    #[test]
    fn writers_are_known_and_readers_do_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "").unwrap();
        let reader = File::open(&path).unwrap();
        let other = File::open(&path).unwrap();
        assert!(!is_written(&reader));
        let writer = File::options().write(true).open(&path).unwrap();
        assert!(is_written(&reader));
        drop((other, writer));
        assert!(!is_written(&reader));
        // No lease is left.
        fs::write(&path, "").unwrap();
    }
}
