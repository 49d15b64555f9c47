//! Streams that block, although another process that shares them may have made them non-blocking.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// Reads and writes wait, as those of a blocking stream do.
#[derive(Debug)]
pub(crate) struct Patient<T>(pub(crate) T);

impl<T: AsFd> Patient<T> {
    fn wait<U>(&mut self, flags: PollFlags, mut work: impl FnMut(&mut T) -> io::Result<U>) -> io::Result<U> {
        loop {
            match work(&mut self.0) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    match poll(&mut [PollFd::new(&self.0, flags)], None) {
                        Ok(_) | Err(Errno::INTR) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                done => return done,
            }
        }
    }
}

impl<T: Read + AsFd> Read for Patient<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wait(PollFlags::IN, |stream| stream.read(buffer))
    }
}

impl<T: Write + AsFd> Write for Patient<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait(PollFlags::OUT, |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.wait(PollFlags::OUT, Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::BorrowedFd;

    use super::*;

    /// Works every other time only.
    struct Moody<T>(T, bool);

    impl<T> Moody<T> {
        fn stream(&mut self) -> io::Result<&mut T> {
            self.1 = !self.1;
            if self.1 { Err(ErrorKind::WouldBlock.into()) } else { Ok(&mut self.0) }
        }
    }

    impl<T: AsFd> AsFd for Moody<T> {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }
    }

    impl<T: Read> Read for Moody<T> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.stream()?.read(buffer)
        }
    }

    impl<T: Write> Write for Moody<T> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.stream()?.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.stream()?.flush()
        }
    }

    #[test]
    fn a_stream_that_would_block_is_tried_again() {
        let (reader, writer) = io::pipe().unwrap();
        let (mut reader, mut writer) = (Patient(Moody(reader, false)), Patient(Moody(writer, false)));
        writer.write_all(b"one").unwrap();
        writer.flush().unwrap();
        writer.write_all(b" two").unwrap();
        drop(writer);
        assert_eq!(io::read_to_string(&mut reader).unwrap(), "one two");
    }
}
