//! Reads files, macro calls and loops in order.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice};

use super::bounds::LARGEST_FILE;
use super::input::{Arguments, Body, ContextKind, Iteration};
use super::nodes::Kind as NodeKind;
use super::options::MissingFiles;
use super::symbols::{Kind, Macro};
use super::token::{Mark, Token};
use super::{Asm, Done, Halt, Name};
use crate::files::{Content, reason};
use crate::module::{NodeId, Place};

/// A text that begins at the end of the line, because a `]]` is behind the statement that names it. The rest of the line has
/// its place already.
pub(crate) struct Entering {
    kind: ContextKind,
    node: NodeId,
    line: u32,
    body: Body,
    /// The node of the line.
    outer: NodeId,
}

impl Asm<'_> {
    /// Reads all lines, or those of a fragment literal up to `]]`.
    pub(crate) fn lines(&mut self, in_fragment: bool) -> Done {
        loop {
            self.poll()?;
            if !self.has_peeked() {
                self.input.begin_line();
            }
            if !self.has_peeked() && self.raw_char().is_none() {
                if self.enter_late() || self.next_text()? {
                    continue;
                }
                return if in_fragment { Err(self.unterminated_fragment()) } else { Ok(()) };
            }
            if in_fragment && self.peek()? == Token::Mark(Mark::CloseBrackets) {
                return Ok(());
            }
            match self.line() {
                Ok(()) => {}
                Err(Halt::Line) => self.drop_line()?,
                Err(Halt::Run) => return Err(Halt::Run),
            }
            if !self.entering.is_empty() && !self.lexer.closing {
                self.enter_late();
            }
        }
    }

    /// Reports that the source ends within a fragment literal. Nothing is read after that.
    fn unterminated_fragment(&mut self) -> Halt {
        let _error_first = self.unexpected("`]]`");
        self.fatal("fragment-literal", "The source ends in a fragment literal")
    }

    /// Skips the rest of a line after an error.
    #[cold]
    fn drop_line(&mut self) -> Done {
        self.lexer.keep_names = false;
        while !matches!(self.next()?, Token::Newline | Token::End) {}
        Ok(())
    }

    /// Continues after the end of the innermost context's text. Returns false at the end of the source.
    #[inline(never)]
    fn next_text(&mut self) -> Done<bool> {
        let context = self.input.context();
        let open = self.input.ifs.len() - context.ifs;
        if open > 0 {
            let plural = if open == 1 { "" } else { "s" };
            return Err(self.fatal("unterminated-if", format!("The text ends with {open} unterminated IF{plural}")));
        }
        if let ContextKind::Loop { broken: false, .. } = context.kind
            && self.next_iteration()?
        {
            return Ok(true);
        }
        if self.input.contexts.len() == 1 {
            return Ok(false);
        }
        let len = self.input.text_len();
        let lexed = self.input.lexed();
        if let Some(context) = self.input.leave() {
            if let Some(lexed) = lexed {
                self.bodies.leave(lexed);
            }
            self.nodes.leave(context.node);
            self.free_memory(match &context.kind {
                ContextKind::File => len,
                ContextKind::Macro => context.arguments.as_ref().map_or(0, |arguments| arguments.memory()),
                ContextKind::Loop { copied, .. } => *copied,
            });
            self.spare(context.arguments);
        }
        Ok(true)
    }

    /// Starts the next iteration of a loop, if there is one.
    fn next_iteration(&mut self) -> Done<bool> {
        let context = self.input.context_mut();
        let ContextKind::Loop { start, first_line, iteration, .. } = &mut context.kind else { return Ok(false) };
        iteration.value = iteration.value.wrapping_add(iteration.step);
        let Iteration { variable, value, left, .. } = *iteration;
        let more = left > 0;
        iteration.left = left.saturating_sub(1);
        let (start, first_line, node) = (*start, *first_line, context.node);
        if let Some(name) = variable {
            self.set_loop_variable(name, value)?;
        }
        let node = self.nodes.next_iteration(node);
        self.input.context_mut().node = node;
        if let Some(name) = variable {
            // The variable gets the place of the iteration that it belongs to.
            let place = self.input.place();
            self.set_place(name, place);
        }
        if more {
            let context = self.input.context_mut();
            context.line = first_line;
            self.input.rewind(start);
        }
        Ok(more)
    }

    fn set_loop_variable(&mut self, name: Name, value: i32) -> Done {
        self.define_variable(name, value);
        if !matches!(self.symbols.get(name).kind, Kind::Variable(_)) {
            let shown = self.names.get(name).as_bstr().to_owned();
            return Err(
                self.fatal("loop-variable", format!("`{shown}` is the variable of a loop, but is no longer a number"))
            );
        }
        Ok(())
    }

    /// Ends the assembly if the nesting exceeds the limit.
    fn check_depth(&mut self) -> Done {
        if self.input.contexts.len() + self.entering.len() > self.settings.depth as usize {
            return Err(self.recursion_limit(""));
        }
        Ok(())
    }

    /// Starts a macro.
    pub(crate) fn enter_macro(&mut self, name: Name, arguments: Rc<Arguments>, quiet: bool) -> Done {
        self.check_depth()?;
        if matches!(&self.symbols.get(name).kind, Kind::Macro(called) if called.borrowed) {
            self.symbols.own_macro(name);
        }
        let symbol = self.symbols.get_mut(name);
        let Kind::Macro(called) = &mut symbol.kind else { return Ok(()) };
        let Macro { body, line, quiet: always_quiet, .. } = &mut **called;
        if body.lexed.is_none() {
            body.lexed = self.bodies.begin(body.start, body.end, true);
        }
        if let Some(lexed) = body.lexed {
            self.bodies.enter(lexed);
        }
        let (body, line, quiet) = (body.clone(), *line, quiet || *always_quiet);
        let kind = NodeKind::Macro { name, definition: symbol.place.map(|place| place.node) };
        self.use_memory(arguments.memory())?;
        let node = self.nodes.enter(self.here(), kind, quiet);
        self.input.enter(ContextKind::Macro, node, line, body, Some(arguments));
        Ok(())
    }

    /// Starts a text, or does so at the end of the line, if a `]]` comes first.
    fn enter(&mut self, kind: ContextKind, node: NodeId, line: u32, body: Body) {
        if self.lexer.closing {
            let outer = std::mem::replace(&mut self.input.context_mut().node, node);
            self.entering.push(Entering { kind, node, line, body, outer });
        } else {
            let arguments = self.input.context().arguments.clone();
            self.input.enter(kind, node, line, body, arguments);
        }
    }

    /// Starts the texts that have waited for the end of the line, the last one innermost. Returns false if there are none.
    fn enter_late(&mut self) -> bool {
        let Some(first) = self.entering.first() else { return false };
        self.input.context_mut().node = first.outer;
        let arguments = self.input.context().arguments.clone();
        for Entering { kind, node, line, body, outer: _ } in self.entering.drain(..) {
            self.input.enter(kind, node, line, body, arguments.clone());
        }
        true
    }

    /// Starts the first iteration of a loop, if there is one.
    pub(crate) fn enter_loop(&mut self, mut body: Body, place: Place, iteration: Iteration, quiet: bool) -> Done {
        let Some(left) = iteration.left.checked_sub(1) else { return Ok(()) };
        self.check_depth()?;
        if body.lexed.is_none() && left > 0 {
            body.lexed = self.bodies.begin(body.start, body.end, false);
        }
        if let Some(lexed) = body.lexed {
            self.bodies.enter(lexed);
        }
        let (start, copied) = (body.start, body.copied());
        self.use_memory(copied)?;
        let iteration = Iteration { left, ..iteration };
        let node = self.nodes.enter(Some(place), NodeKind::Loop(1), quiet);
        let first_line = place.line + 1;
        let kind = ContextKind::Loop { start, copied, first_line, iteration, broken: false };
        self.enter(kind, node, first_line, body);
        Ok(())
    }

    /// Starts a file.
    pub(crate) fn enter_file(&mut self, path: &BStr, content: Content, parent: Option<Place>, quiet: bool) -> Done {
        self.check_depth()?;
        self.use_memory(content.len())?;
        let name = self.names.intern(path);
        let node = self.nodes.enter(parent, NodeKind::File(name), quiet);
        self.enter(ContextKind::File, node, 1, Body::whole(content));
        Ok(())
    }

    /// Starts the files of `-P`. Each is read from the start of the one after it, the last one from the start of the
    /// source.
    pub(crate) fn enter_preincludes(&mut self) -> Done {
        for path in self.options.preincludes.iter().rev() {
            // These files are read before the first line.
            let line = std::mem::take(&mut self.input.context_mut().line);
            let parent = self.here();
            let found = self.read_file(path.as_bstr(), "-P");
            self.input.context_mut().line = line;
            if let Some((path, content)) = found? {
                self.enter_file(path.as_bstr(), content, parent, false)?;
            }
        }
        Ok(())
    }

    /// Finds and reads a file that the source names. None if it is missing, after an error or if
    /// [`MissingFiles`] allows it.
    pub(crate) fn read_file(&mut self, name: &BStr, what: &str) -> Done<Option<(BString, Content)>> {
        if self.limit_reached {
            return Err(Halt::Run);
        }
        let most = self.room().min(LARGEST_FILE);
        let mut path = name.to_owned();
        let mut file = path_of(&path);
        // Most files are at the first path, so try to read that before searching.
        let mut read = self.files.read(&file, most, self.until);
        if read.is_err() {
            self.stopped = self.until.stop();
            if self.stopped.is_some() {
                return Err(Halt::Run);
            }
            let Some(found) = self.find_file(name) else {
                return self.missing_file(name, what, &io::ErrorKind::NotFound.into()).map(|()| None);
            };
            if found != path {
                path = found;
                file = path_of(&path);
                read = self.files.read(&file, most, self.until);
            }
        }
        match read {
            Ok(content) => {
                self.use_memory(path.len() + size_of::<PathBuf>())?;
                self.work(content.len())?;
                self.uses(file);
                Ok(Some((path, content)))
            }
            Err(error) => {
                self.stopped = self.until.stop();
                if self.stopped.is_some() {
                    return Err(Halt::Run);
                }
                if error.kind() == io::ErrorKind::FileTooLarge {
                    let text = format!("{what}: `{name}` has more than {most} bytes, which is the limit");
                    return Err(self.fatal("file-limit", text));
                }
                self.error("unreadable-file", format!("{what}: `{name}` cannot be read: {}", reason(&error)));
                Ok(None)
            }
        }
    }

    /// Notes that a file is used.
    pub(crate) fn uses(&mut self, file: PathBuf) {
        self.report.uses(&file);
        self.reads.push(file);
    }

    /// Finds a file: at this path, or below a directory of `-I`.
    pub(crate) fn find_file(&self, name: &BStr) -> Option<BString> {
        if self.files.is_file(&path_of(name)) {
            return Some(name.into());
        }
        let below = self.options.include_dirs.iter().map(|dir| {
            let slash: &[u8] = if dir.ends_with(b"/") { b"" } else { b"/" };
            BString::from([dir.as_slice(), slash, name].concat())
        });
        below.into_iter().find(|path| self.files.is_file(&path_of(path)))
    }

    /// Handles a missing file: an error, unless missing files are allowed.
    pub(crate) fn missing_file(&mut self, name: &BStr, what: &str, error: &io::Error) -> Done {
        if self.options.missing_files == MissingFiles::Refused {
            let why = if error.kind() == io::ErrorKind::NotFound {
                "there is no such file".to_owned()
            } else {
                reason(error)
            };
            self.error("missing-file", format!("{what}: `{name}` cannot be read: {why}"));
            return Ok(());
        }
        self.uses(path_of(name));
        self.incomplete = true;
        if self.options.missing_files == MissingFiles::Stop { Err(Halt::Run) } else { Ok(()) }
    }
}

/// The path in a source. If it is invalid on this system, the result is a path that does not exist.
pub(super) fn path_of(name: &[u8]) -> PathBuf {
    name.to_path().map_or_else(|_| PathBuf::from(name.to_str_lossy().into_owned()), PathBuf::from)
}
