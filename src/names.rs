//! The names of the objects of a build. The objects are not files here, but the printed commands and the messages need
//! names, and so does a caller that saves them.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::confine::plain;
use crate::request::{Input, Request};

impl Request {
    /// The name of each source's object, in the order of the sources. As in Makefiles, it is the source's path with the
    /// ending `.o`, or `stdin.o` for standard input. With [`object_dir`](Self::object_dir), all are in that directory.
    ///
    /// Each name is unique, and differs from all other file names of this build: a number is added if necessary, as in
    /// `game-2.o`.
    pub fn object_names(&self) -> Vec<PathBuf> {
        let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        let mut taken: HashSet<_> = self.named_files().map(|path| plain(&cwd.join(path))).collect();
        let names = self.inputs.iter().filter_map(|input| match input {
            Input::Source(path) => Some(path.with_extension("o")),
            Input::Stdin(_) => Some(PathBuf::from("stdin.o")),
            Input::Object(_) => None,
        });
        let names = names.map(|name| match (&self.object_dir, name.file_name()) {
            (Some(dir), Some(file)) => dir.join(file),
            _ => name,
        });
        // rgblink must not read the name as an option or as a response file.
        let names = names.map(|name| if is_odd(&name) { Path::new(".").join(name) } else { name });
        let mut numbers = HashMap::new();
        let mut unused = |name: PathBuf| {
            if taken.insert(plain(&cwd.join(&name))) {
                return name;
            }
            // All smaller numbers were tried for an earlier object.
            let number = numbers.entry(name.clone()).or_insert(1);
            loop {
                *number += 1;
                let other = numbered(&name, *number);
                if taken.insert(plain(&cwd.join(&other))) {
                    return other;
                }
            }
        };
        names.map(&mut unused).collect()
    }

    /// Every file that the request names.
    fn named_files(&self) -> impl Iterator<Item = &PathBuf> {
        let inputs = self.inputs.iter().filter_map(Input::path);
        let wanted = [&self.wanted.rom, &self.wanted.map, &self.wanted.sym].into_iter().flatten();
        inputs.chain(&self.assemble.preincludes).chain(&self.link.script).chain(&self.link.overlay).chain(wanted)
    }
}

/// Whether a path would be read as an option or as a response file (`@FILE`).
pub(crate) fn is_odd(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    path.starts_with(b"-") || path.starts_with(b"@")
}

/// `name-2` for `name`.
fn numbered(name: &Path, number: u32) -> PathBuf {
    let mut file = name.file_stem().unwrap_or_default().to_owned();
    file.push(format!("-{number}"));
    if let Some(ending) = name.extension() {
        file = OsString::from_iter([&file, OsStr::new("."), ending]);
    }
    name.with_file_name(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(change: impl FnOnce(&mut Request)) -> Vec<String> {
        let mut request = Request::new([]);
        change(&mut request);
        request.object_names().iter().map(|name| name.to_str().unwrap().to_owned()).collect()
    }

    fn of(paths: &[&str]) -> impl FnOnce(&mut Request) {
        let inputs = paths.iter().map(|path| match *path {
            "-" => Input::Stdin(Vec::new()),
            object if object.contains(".o") => Input::Object(object.into()),
            source => Input::Source(source.into()),
        });
        let inputs = inputs.collect();
        |request| request.inputs = inputs
    }

    #[test]
    fn an_object_is_beside_its_source() {
        assert_eq!(names(of(&["a.asm", "src/b.x.asm", "../c", "-"])), ["a.o", "src/b.x.o", "../c.o", "stdin.o"]);
        assert_eq!(names(of(&["-a.asm", "@b.asm", "c/-.asm"])), ["./-a.o", "./@b.o", "c/-.o"]);
    }

    #[test]
    fn no_two_have_one_name() {
        assert_eq!(
            names(of(&["a.asm", "x/a.asm", "a.z80", "./a.s", "x/../a"])),
            ["a.o", "x/a.o", "a-2.o", "./a-3.o", "x/../a-4.o"]
        );
        assert_eq!(names(of(&["-", "stdin.asm", "stdin-2.asm"])), ["stdin.o", "stdin-2.o", "stdin-2-2.o"]);
    }

    #[test]
    fn many_of_one_name_take_no_longer_than_many_of_others() {
        let paths: Vec<_> = (0..20_000).map(|number| format!("{number}/main.asm")).collect();
        let names = names(|request| {
            of(&paths.iter().map(String::as_str).collect::<Vec<_>>())(request);
            request.object_dir = Some("obj".into());
        });
        assert_eq!(names[19_999], "obj/main-20000.o");
    }

    #[test]
    fn a_target_called_like_another_file_of_the_build_is_refused() {
        assert_eq!(names(of(&["a.asm", "./a.o"])), ["a-2.o"]);
        let names = names(|request| {
            of(&["a.asm", "b.asm"])(request);
            request.wanted.rom = Some("a.o".into());
            request.link.overlay = Some("b.o".into());
        });
        assert_eq!(names, ["a-2.o", "b-2.o"]);
    }

    #[test]
    fn save_temps_keeps_all_objects_in_one_directory() {
        let names = names(|request| {
            of(&["a.asm", "/x/a.asm", "../b.asm", "-"])(request);
            request.object_dir = Some("-obj".into());
        });
        assert_eq!(names, ["-obj/a.o", "-obj/a-2.o", "-obj/b.o", "-obj/stdin.o"].map(|name| format!("./{name}")));
    }
}
