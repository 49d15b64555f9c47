//! Lists the files that the tools of a confined build may read.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::request::{Input, Request};

impl Request {
    /// The files and directories that the tools of this build need to read, for
    /// [`Sandbox::read`](crate::program::Sandbox::read).
    ///
    /// They are `cwd`, which is the absolute path of the working directory, and what the request names outside of it:
    /// the directories of sources, pre-included files and linker scripts, because these can name their neighbours;
    /// include directories; and objects, overlays and descriptors (`/dev/fd/3`) as single files, because they cannot.
    ///
    /// A path inside the working directory adds nothing. So a symbolic link in that directory, which may be a
    /// stranger's, does not open the place that it leads to. Files named in [`Flags`](crate::toolchain::rgbds::Flags)
    /// are not included.
    pub fn may_read(&self, cwd: &Path) -> Vec<PathBuf> {
        let with_neighbours = |path: &Path| match path.parent() {
            // The neighbours of a descriptor are all others.
            Some(dir) if ["/dev/fd", "/proc/self/fd"].iter().any(|fds| dir == Path::new(fds)) => Some(path.to_owned()),
            dir => dir.map(Path::to_owned),
        };
        let inputs = self.inputs.iter().filter_map(|input| match input {
            Input::Source(path) => with_neighbours(path),
            Input::Object(path) => Some(path.clone()),
            Input::Stdin(_) => None,
        });
        let included =
            self.assemble.preincludes.iter().chain(&self.link.script).filter_map(|file| with_neighbours(file));
        let named =
            inputs.chain(included).chain(self.assemble.include_dirs.iter().cloned()).chain(self.link.overlay.clone());
        let mut allowed = vec![cwd.to_owned()];
        for path in named {
            let path = plain(&cwd.join(path));
            if !path.starts_with(cwd) && !allowed.contains(&path) {
                allowed.push(path);
            }
        }
        allowed
    }
}

/// An absolute path without `.` and `..`, computed from the path's text alone. If a component before `..` is a symbolic
/// link, the real path differs, but here only the text matters.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut words: Vec<&OsStr> = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(word) => words.push(word),
            Component::ParentDir => drop(words.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    Path::new("/").join(words.into_iter().collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(change: impl FnOnce(&mut Request)) -> Vec<String> {
        let mut request = Request::new([]);
        change(&mut request);
        let reads = request.may_read(Path::new("/home/me/game"));
        assert_eq!(reads[0], Path::new("/home/me/game"));
        reads[1..].iter().map(|path| path.to_str().unwrap().to_owned()).collect()
    }

    fn sources(paths: &[&str]) -> Vec<String> {
        reads(|request| request.inputs = paths.iter().map(|path| Input::Source(path.into())).collect())
    }

    #[test]
    fn the_working_directory_has_all_that_is_named_inside_it() {
        let inside =
            ["a.asm", "src/a.asm", "./src/../a.asm", "../game/a.asm", "/home/me/game/a.asm", "/home/./me/game/x/a.asm"];
        assert_eq!(sources(&inside), Vec::<String>::new());
    }

    #[test]
    fn directories_outside_the_project_keep_their_spelling() {
        let outside =
            ["../lib/a.asm", "/opt/src/a.asm", "src/../../b/a.asm", "/home/me/game2/a.asm", "../lib/b.asm", "/a.asm"];
        assert_eq!(sources(&outside), ["/home/me/lib", "/opt/src", "/home/me/b", "/home/me/game2", "/"]);
        assert_eq!(sources(&["/dev/fd/63", "/proc/self/fd/5"]), ["/dev/fd/63", "/proc/self/fd/5"]);
    }

    #[test]
    fn each_kind_of_file_gets_what_it_can_name() {
        let all = reads(|request| {
            request.inputs = vec![Input::Object("/o/x.o".into()), Input::Stdin(Vec::new())];
            request.assemble.preincludes = vec!["/p/x.inc".into()];
            request.assemble.include_dirs = vec!["/i".into(), "include".into()];
            request.link.script = Some("/s/x.link".into());
            request.link.overlay = Some("/v/x.gb".into());
        });
        assert_eq!(all, ["/o/x.o", "/p", "/s", "/i", "/v/x.gb"]);
    }
}
