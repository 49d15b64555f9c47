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

    pub(super) fn elif(&mut self) -> Done {
        self.check_branch(Keyword::Elif)?;
        self.skip_rest()
    }

    pub(super) fn else_(&mut self) -> Done {
        self.check_branch(Keyword::Else)?;
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

    /// Notes an ELIF or ELSE of the innermost IF.
    pub(crate) fn check_branch(&mut self, keyword: Keyword) -> Done {
        let name = keyword.text();
        if !self.in_if() {
            return Err(self.fatal("outside-if", format!("{name} outside of an IF")));
        }
        match self.input.ifs.last_mut() {
            Some(branch) if branch.last => Err(self.fatal("after-else", format!("{name} after an ELSE"))),
            Some(branch) => {
                branch.last = keyword == Keyword::Else;
                Ok(())
            }
            None => Ok(()),
        }
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

    /// Skips to the end, after a branch was taken. What stands behind this keyword does not matter, and may have no meaning.
    fn skip_rest(&mut self) -> Done {
        self.skip();
        if self.skip_line() && self.skip_branch(false)?.is_some() {
            return self.end_of_if();
        }
        Ok(())
    }

    /// ENDC has been read.
    fn end_of_if(&mut self) -> Done {
        self.end_of_line()?;
        self.input.ifs.pop();
        Ok(())
    }
}
