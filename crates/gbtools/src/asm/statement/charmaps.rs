//! Character maps.

use bstr::ByteSlice;

use super::{Asm, Done, Mark, Token};
use crate::asm::charmap::Misuse;
use crate::asm::expression::Issues;
use crate::near::did_you_mean;

impl Asm<'_> {
    /// Parses the name of a character map.
    fn charmap_name(&mut self) -> Done<Vec<u8>> {
        let token = self.next()?;
        match token {
            Token::Name(name) | Token::Label(name) => Ok(self.names.get(name).to_vec()),
            Token::At => Ok(b"@".to_vec()),
            _ => Err(self.unexpected_token(token, "the name of a character map")),
        }
    }

    fn misuse(&mut self, misuse: Misuse, name: &[u8]) {
        let mut issues = Issues::default();
        let near = match misuse {
            Misuse::Unknown | Misuse::UnknownBase if self.may_search() => {
                did_you_mean(name, self.charmaps.iter().map(|(name, _)| name))
            }
            _ => String::new(),
        };
        issues.push(&misuse, || match misuse {
            Misuse::EmptyStack => misuse.to_string(),
            _ => format!("`{}`: {misuse}{near}", name.as_bstr()),
        });
        self.tell_issues(issues);
    }

    pub(super) fn charmap(&mut self) -> Done {
        self.skip();
        let is_character = self.peek()? == Token::Character;
        let text = if is_character {
            self.skip();
            self.lexer.string.clone()
        } else {
            self.text()?.into()
        };
        let mut values = Vec::new();
        self.comma()?;
        loop {
            self.check_room(values.len() * size_of::<i32>())?;
            values.push(self.constant_expression()?);
            if !self.list_goes_on()? {
                break;
            }
        }
        self.check_room(self.charmaps.cost(&text, &values))?;
        if let Err(misuse) = self.charmaps.define(&text, &values) {
            self.misuse(misuse, &text);
        }
        self.end_of_line()
    }

    pub(super) fn newcharmap(&mut self) -> Done {
        self.skip();
        let name = self.charmap_name()?;
        // With a base, the map is created even if a syntax error follows.
        let base = if self.accept(Mark::Comma)? {
            Some(self.charmap_name()?)
        } else {
            self.expect_end()?;
            None
        };
        let mut problems = Vec::new();
        self.charmaps.create(&name, base.as_deref(), &mut |misuse| problems.push(misuse));
        for problem in problems {
            let name = if problem == Misuse::UnknownBase { base.as_deref().unwrap_or_default() } else { &name };
            self.misuse(problem, name);
        }
        self.end_of_line()
    }

    pub(super) fn setcharmap(&mut self) -> Done {
        self.skip();
        let name = self.charmap_name()?;
        // As in RGBDS, it takes effect even if a syntax error follows, and so does PUSHC with a name.
        self.set_charmap(&name);
        self.end_of_line()
    }

    fn set_charmap(&mut self, name: &[u8]) {
        if let Err(misuse) = self.charmaps.set(name) {
            self.misuse(misuse, name);
        }
    }

    pub(super) fn pushc(&mut self) -> Done {
        self.skip();
        let name = if self.at_end()? { None } else { Some(self.charmap_name()?) };
        self.check_open(self.charmaps.pushed(), "PUSHC")?;
        self.charmaps.push();
        if let Some(name) = name {
            self.set_charmap(&name);
        }
        self.end_of_line()
    }

    pub(super) fn popc(&mut self) -> Done {
        self.skip();
        if let Err(misuse) = self.charmaps.pop() {
            self.misuse(misuse, b"");
        }
        self.end_of_line()
    }
}
