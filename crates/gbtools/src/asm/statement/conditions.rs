//! IF, ELIF, ELSE and ENDC.

use super::{Asm, Done, Keyword, Token};
use crate::asm::expression::Behind;
use crate::asm::input::If;

impl Asm<'_> {
    pub(super) fn if_(&mut self) -> Done {
        self.skip();
        let taken = self.if_condition()?;
        self.open_if(taken)?;
        if taken { Ok(()) } else { self.find_branch() }
    }

    /// Opens an IF, unless too many are open.
    pub(crate) fn open_if(&mut self, taken: bool) -> Done {
        self.check_open(self.input.ifs.len(), "IF")?;
        self.input.ifs.push(If { last: false, taken });
        Ok(())
    }

    /// Parses the condition of an IF or ELIF, and the end of the line.
    fn if_condition(&mut self) -> Done<bool> {
        self.behind = Behind::default();
        let value = self.constant_expression()?;
        self.newline()?;
        Ok(value != 0)
    }

    /// Consumes the end of the line. The end of the text does not count as one, and neither does `]]`.
    fn newline(&mut self) -> Done {
        self.expect_newline()?;
        self.skip();
        Ok(())
    }

    fn expect_newline(&mut self) -> Done {
        if self.peek()? == Token::Newline && !self.lexer.closing {
            Ok(())
        } else {
            Err(self.unexpected("the end of the line"))
        }
    }

    /// ELIF.
    pub(super) fn elif(&mut self) -> Done {
        self.skip();
        if self.has_taken() {
            // A branch was taken before, so the condition is not evaluated, and may even be invalid.
            self.check_branch(Keyword::Elif)?;
            return if self.skip_line()? { self.skip_rest() } else { Ok(()) };
        }
        let taken = self.if_condition()?;
        self.check_branch(Keyword::Elif)?;
        self.take(taken)
    }

    /// ELSE.
    pub(super) fn else_(&mut self) -> Done {
        self.skip();
        self.expect_newline()?;
        self.check_branch(Keyword::Else)?;
        self.newline()?;
        if self.has_taken() { self.skip_rest() } else { Ok(()) }
    }

    pub(super) fn endc(&mut self) -> Done {
        self.skip();
        self.end_of_if()
    }

    /// Whether a branch of the innermost IF has been taken.
    fn has_taken(&self) -> bool {
        self.in_if() && self.input.ifs.last().is_some_and(|branches| branches.taken)
    }

    /// Enters this branch if its condition is true, and otherwise looks for the next one.
    fn take(&mut self, taken: bool) -> Done {
        if let Some(branches) = self.input.ifs.last_mut() {
            branches.taken = taken;
        }
        if taken { Ok(()) } else { self.find_branch() }
    }

    fn in_if(&self) -> bool {
        self.input.ifs.len() > self.input.context().ifs
    }

    /// Refuses an ELIF or ELSE outside of an IF or after an ELSE.
    fn check_branch(&mut self, keyword: Keyword) -> Done {
        let name = keyword.text();
        if !self.in_if() {
            return Err(self.fatal("outside-if", format!("{name} outside of an IF")));
        }
        if self.input.ifs.last().is_some_and(|branch| branch.last) {
            return Err(self.fatal("after-else", format!("{name} after an ELSE")));
        }
        Ok(())
    }

    /// Like [`check_branch`](Self::check_branch), and remembers an ELSE. As in RGBDS, only an ELSE found while skipping
    /// is remembered.
    pub(crate) fn note_branch(&mut self, keyword: Keyword) -> Done {
        self.check_branch(keyword)?;
        if let Some(branch) = self.input.ifs.last_mut() {
            branch.last = keyword == Keyword::Else;
        }
        Ok(())
    }

    /// Skips to the branch to take, or to the end of the IF.
    fn find_branch(&mut self) -> Done {
        loop {
            match self.skip_branch(true)? {
                Some(Keyword::Elif) => {
                    if !self.if_condition()? {
                        continue;
                    }
                }
                Some(Keyword::Else) => return self.newline(),
                Some(_) => return self.end_of_if(),
                None => return Ok(()),
            }
            return self.take(true);
        }
    }

    /// Skips to the end of the IF, after a branch was taken.
    fn skip_rest(&mut self) -> Done {
        if self.skip_branch(false)?.is_some() { self.end_of_if() } else { Ok(()) }
    }

    /// Parses the rest of the line after ENDC, and ends the IF.
    fn end_of_if(&mut self) -> Done {
        self.end_of_line()?;
        if !self.in_if() {
            return Err(self.fatal("outside-if", "ENDC outside of an IF"));
        }
        self.input.ifs.pop();
        Ok(())
    }
}
