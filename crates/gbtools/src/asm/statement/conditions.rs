//! IF and its branches.

use super::{Asm, Done, Keyword};
use crate::asm::input::If;

impl Asm<'_> {
    pub(super) fn if_(&mut self) -> Done {
        self.skip();
        let condition = self.constant_expression()?;
        self.end_of_line()?;
        self.input.ifs.push(If { last: false });
        if condition == 0 { self.find_branch() } else { Ok(()) }
    }

    /// ELIF after a branch that was taken. What stands behind it does not matter, and may have no meaning.
    pub(super) fn elif(&mut self) -> Done {
        self.check_branch(Keyword::Elif)?;
        self.skip();
        if self.skip_line() { self.skip_rest() } else { Ok(()) }
    }

    /// ELSE after a branch that was taken.
    pub(super) fn else_(&mut self) -> Done {
        self.skip();
        self.expect_end()?;
        self.check_branch(Keyword::Else)?;
        self.end_of_line()?;
        self.skip_rest()
    }

    pub(super) fn endc(&mut self) -> Done {
        if !self.in_if() {
            return Err(self.fatal("outside-if", "ENDC outside of an IF"));
        }
        self.skip();
        self.end_of_if()
    }

    fn in_if(&self) -> bool {
        self.input.ifs.len() > self.input.context().ifs
    }

    /// Refuses an ELIF or ELSE that belongs to no IF, or comes after its ELSE.
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

    /// As [`check_branch`](Self::check_branch), and notes the ELSE. As in rgbasm, only one that is met while skipping is noted.
    pub(crate) fn note_branch(&mut self, keyword: Keyword) -> Done {
        self.check_branch(keyword)?;
        if let Some(branch) = self.input.ifs.last_mut() {
            branch.last = keyword == Keyword::Else;
        }
        Ok(())
    }

    /// Skips to the branch that is taken, or to the end.
    fn find_branch(&mut self) -> Done {
        loop {
            match self.skip_branch(true)? {
                Some(Keyword::Elif) => {
                    let condition = self.constant_expression()?;
                    self.end_of_line()?;
                    if condition == 0 {
                        continue;
                    }
                }
                Some(Keyword::Else) => self.end_of_line()?,
                Some(_) => return self.end_of_if(),
                None => return Ok(()),
            }
            return Ok(());
        }
    }

    /// Skips to the end, after a branch was taken.
    fn skip_rest(&mut self) -> Done {
        match self.skip_branch(false)? {
            Some(_) => self.end_of_if(),
            None => Ok(()),
        }
    }

    /// ENDC has been read.
    fn end_of_if(&mut self) -> Done {
        self.end_of_line()?;
        self.input.ifs.pop();
        Ok(())
    }
}
