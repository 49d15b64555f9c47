//! IF and its branches.

use super::{Asm, Done, Keyword};
use crate::asm::input::If;

impl Asm<'_> {
    pub(super) fn if_(&mut self) -> Done {
        self.skip();
        let condition = self.constant_expression()?;
        self.end_of_line()?;
        self.input.ifs.push(If { taken: condition != 0, last: false });
        if condition == 0 { self.find_branch() } else { Ok(()) }
    }

    pub(super) fn elif(&mut self) -> Done {
        self.check_branch(Keyword::Elif)?;
        // The branch before it was taken. Its condition does not matter, and may have no meaning.
        self.skip();
        self.find_end()
    }

    pub(super) fn else_(&mut self) -> Done {
        self.check_branch(Keyword::Else)?;
        self.skip();
        self.end_of_line()?;
        self.find_end()
    }

    pub(super) fn endc(&mut self) -> Done {
        if !self.in_if() {
            return Err(self.fatal("outside-if", "ENDC outside of an IF"));
        }
        self.skip();
        self.end_of_line()?;
        self.input.ifs.pop();
        Ok(())
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
                Some(_) => {
                    self.input.ifs.pop();
                    return self.end_of_line();
                }
                None => return Ok(()),
            }
            if let Some(branch) = self.input.ifs.last_mut() {
                branch.taken = true;
            }
            return Ok(());
        }
    }

    /// Skips to the end, after a branch was taken.
    fn find_end(&mut self) -> Done {
        if self.skip_branch(false)?.is_some() {
            self.input.ifs.pop();
            self.end_of_line()?;
        }
        Ok(())
    }
}
