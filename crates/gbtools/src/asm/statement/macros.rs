//! Macros, loops and included files.

use std::ops::Range;

use bstr::ByteSlice;

use super::{Asm, Done, Keyword, Mark, Token};
use crate::asm::expression::Behind;
use crate::asm::input::{Arguments, Body, ContextKind, Iteration};
use crate::asm::lexer::RawArguments;
use crate::asm::names::Name;
use crate::asm::symbols::Kind;
use crate::asm::warnings::Warning;
use crate::module::Place;

impl Asm<'_> {
    /// Parses the name that a directive defines. It is not expanded, even if it is an EQUS symbol.
    pub(super) fn defined_name(&mut self) -> Done<Name> {
        self.lexer.keep_names = true;
        let token = self.next();
        self.lexer.keep_names = false;
        match token? {
            Token::Name(name) | Token::Label(name) => Ok(name),
            Token::At => Ok(self.pc),
            token => Err(self.unexpected_token(token, "a name without a dot")),
        }
    }

    /// Parses the optional `?` after MACRO, REPT and FOR.
    fn quiet(&mut self) -> Done<bool> {
        self.accept(Mark::Question)
    }

    #[inline(never)]
    pub(super) fn macro_(&mut self) -> Done {
        self.skip();
        self.lexer.keep_names = true;
        let quiet = self.quiet();
        let name = self.defined_name();
        self.lexer.keep_names = false;
        let (quiet, name) = (quiet?, name?);
        let place = self.input.place();
        self.end_of_body_line()?;
        match self.capture(Keyword::Endm)? {
            Some(body) => {
                self.end_of_line()?;
                self.define_macro(name, body, place, quiet);
            }
            None => self.error("unterminated-macro", "Unterminated macro definition"),
        }
        Ok(())
    }

    /// Calls a macro whose name has been read.
    pub(super) fn call_macro(&mut self, name: Name, quiet: bool) -> Done {
        let known = matches!(self.symbols.get(name).kind, Kind::Macro(_));
        let range = if known { None } else { self.token_range() };
        let arguments = self.raw_arguments(RawArguments::Macro)?;
        if matches!(self.symbols.get(name).kind, Kind::Macro(_)) {
            self.use_line_end();
            return self.enter_macro(name, arguments, quiet);
        }
        self.no_macro(name, &arguments, range);
        Ok(())
    }

    /// Reports the call of a name that is not a macro.
    #[cold]
    fn no_macro(&mut self, name: Name, arguments: &Arguments, range: Option<Range<u32>>) {
        let shown = self.names.get(name).as_bstr().to_owned();
        let (code, text) = if let Kind::Undefined = self.symbols.get(name).kind {
            let hint = self.hint_for_macro(name, arguments.get(0));
            let purged = if self.symbols.get(name).purged { "; it was purged" } else { "" };
            (hint.code("undefined-macro"), format!("Undefined macro `{shown}`{purged}{}", hint.text))
        } else {
            ("undefined-macro", format!("`{shown}` is not a macro"))
        };
        // An expansion that ends at the end of the line is not part of the message.
        self.raw_char();
        self.input.forget_ended();
        self.error_in(range, code, text);
    }

    /// Consumes the end of the line.
    fn use_line_end(&mut self) {
        match self.raw_char() {
            Some(b'\n') => {
                self.input.advance(1);
                self.input.end_line();
            }
            Some(b'\r') => {
                self.input.advance(1);
                self.skip_line_feed();
                self.input.end_line();
            }
            _ => {}
        }
    }

    #[inline(never)]
    pub(super) fn rept(&mut self) -> Done {
        let line = self.input.context().line;
        self.skip();
        let quiet = self.quiet()?;
        self.behind = Behind::default();
        let count = self.constant_expression()?;
        self.end_of_body_line()?;
        let Ok(left) = u64::try_from(count) else {
            return Err(self.fatal("negative-rept", format!("REPT cannot repeat {count} times")));
        };
        let Some(body) = self.loop_body()? else { return Ok(()) };
        self.repeat(body, line, quiet, Iteration { variable: None, value: 0, step: 0, left })
    }

    #[inline(never)]
    pub(super) fn for_(&mut self) -> Done {
        let line = self.input.context().line;
        self.skip();
        self.lexer.keep_names = true;
        let quiet = self.quiet();
        let name = self.defined_name();
        self.lexer.keep_names = false;
        let (quiet, name) = (quiet?, name?);
        self.comma()?;
        self.behind = Behind { comma: true, ..Behind::default() };
        let first = self.constant_expression()?;
        let (mut from, mut to, mut step) = (0, first, 1);
        if self.accept(Mark::Comma)? {
            from = first;
            to = self.constant_expression()?;
            if self.accept(Mark::Comma)? {
                step = self.constant_expression()?;
            }
        }
        self.end_of_body_line()?;
        let Some(body) = self.loop_body()? else { return Ok(()) };
        self.define_variable(name, from);
        if !matches!(self.symbols.get(name).kind, Kind::Variable(_)) {
            return self.end_of_line();
        }
        let distance = i64::from(to) - i64::from(from);
        let backwards = (distance > 0 && step < 0) || (distance < 0 && step > 0);
        if step == 0 {
            self.error("for-step", "A FOR with a step of 0 never ends");
        } else if backwards {
            self.warn(Warning::BackwardsFor, format!("FOR goes backwards from {from} to {to} by {step}"));
        }
        // Rounded up: the last step may pass the end.
        let left =
            if step == 0 || backwards { 0 } else { distance.unsigned_abs().div_ceil(step.unsigned_abs().into()) };
        self.repeat(body, line, quiet, Iteration { variable: Some(name), value: from, step, left })
    }

    /// Consumes the end of a line that has a body behind it. `]]` is no such end.
    fn end_of_body_line(&mut self) -> Done {
        self.expect_end()?;
        if self.lexer.closing {
            return Err(self.unexpected("the end of the line"));
        }
        self.skip();
        Ok(())
    }

    /// Reads the body of a loop, and the line of its ENDR without the end of the line. None after an error.
    fn loop_body(&mut self) -> Done<Option<Body>> {
        let body = self.capture(Keyword::Endr)?;
        if body.is_some() {
            self.expect_end()?;
        } else {
            self.error("unterminated-loop", "Unterminated loop: its ENDR is missing");
        }
        Ok(body)
    }

    /// Starts a loop whose body has been read.
    fn repeat(&mut self, body: Body, line: u32, quiet: bool, iteration: Iteration) -> Done {
        self.end_of_line()?;
        let node = self.input.context().node;
        self.enter_loop(body, Place { node, line }, iteration, quiet)
    }

    pub(super) fn break_(&mut self) -> Done {
        self.skip();
        self.end_of_line()?;
        if !matches!(self.input.context().kind, ContextKind::Loop { .. }) {
            self.error("outside-loop", "BREAK outside of a loop");
            return Ok(());
        }
        // What is skipped begins behind a `]]`.
        self.lexer.closing = false;
        if !self.skip_iteration()? {
            return Err(self.fatal("unbalanced-break", "IF and ENDC do not match in the lines that BREAK skips"));
        }
        let context = self.input.context();
        let ifs = context.ifs;
        self.input.ifs.truncate(ifs);
        if let ContextKind::Loop { broken, .. } = &mut self.input.context_mut().kind {
            *broken = true;
        }
        Ok(())
    }

    pub(super) fn shift(&mut self) -> Done {
        self.skip();
        let count = if self.at_end()? { 1 } else { self.constant_expression()? };
        self.expect_end()?;
        match self.input.context().arguments.clone() {
            None => self.error("outside-macro", "SHIFT outside of a macro"),
            Some(arguments) => {
                let (all, shift) = (arguments.bounds.len(), arguments.shift.get());
                let wanted = i64::try_from(shift).unwrap_or(i64::MAX) + i64::from(count);
                let taken = usize::try_from(wanted.max(0)).unwrap_or(usize::MAX).min(all);
                arguments.shift.set(taken);
                if wanted < 0 {
                    self.warn(Warning::MacroShift, "SHIFT goes back before the first argument");
                } else if usize::try_from(wanted).unwrap_or(usize::MAX) > all {
                    self.warn(Warning::MacroShift, "SHIFT goes past the last argument");
                }
            }
        }
        self.end_of_line()
    }

    pub(super) fn include(&mut self) -> Done {
        self.skip();
        let quiet = self.accept(Mark::Question)?;
        let name = self.text()?;
        self.end_of_line()?;
        let parent = self.here();
        let read = self.read_file(name.as_bstr(), "INCLUDE")?;
        self.spare_text(name);
        match read {
            Some((path, content)) => self.enter_file(path.as_bstr(), content, parent, quiet),
            None => Ok(()),
        }
    }
}
