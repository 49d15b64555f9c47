//! PRINT, WARN, FAIL and ASSERT.

use bstr::{BString, ByteSlice};

use super::{Asm, Done, Halt, Keyword, Mark, Token};
use crate::asm::expression::Expression;
use crate::asm::warnings::Warning;
use crate::module::AssertionSeverity;

impl Asm<'_> {
    /// PRINT or PRINTLN.
    pub(super) fn print(&mut self, line: bool) -> Done {
        self.skip();
        let mut more = !line || !self.at_end()?;
        while more {
            let text = match self.text_or_number()? {
                Ok(text) => text,
                Err(number) => self.shown_number(&number)?,
            };
            // An error in what is behind the comma does not keep back what is before it.
            more = self.accept(Mark::Comma)?;
            if !more {
                self.expect_end()?;
            }
            self.print_text(&text)?;
            more = more && !self.at_end()?;
        }
        if line {
            self.print_text(b"\n")?;
        }
        self.end_of_line()
    }

    /// Prints, unless an error was the last one that is allowed.
    fn print_text(&mut self, text: &[u8]) -> Done {
        if self.limit_reached {
            return Err(Halt::Run);
        }
        self.report.print(text);
        Ok(())
    }

    fn shown_number(&mut self, number: &Expression) -> Done<BString> {
        self.operand_may_end()?;
        Ok(format!("${:X}", self.constant(number)).into())
    }

    /// ASSERT or `STATIC_ASSERT`.
    pub(super) fn assert(&mut self, now: bool) -> Done {
        self.skip();
        let severity = match self.peek()? {
            Token::Keyword(Keyword::Warn) => Some(AssertionSeverity::Warn),
            Token::Keyword(Keyword::Fail) => Some(AssertionSeverity::Error),
            Token::Keyword(Keyword::Fatal) => Some(AssertionSeverity::Fatal),
            _ => None,
        };
        if severity.is_some() {
            self.skip();
            self.comma()?;
        }
        let severity = severity.unwrap_or(AssertionSeverity::Error);
        let mut condition = self.expression()?;
        if now {
            self.operand_may_end()?;
            condition = Expression::Known(self.constant(&condition));
        }
        let message = if self.accept(Mark::Comma)? { self.text()? } else { BString::default() };
        self.expect_end()?;
        match condition.known() {
            Some(0) => self.assertion_failed(severity, &message)?,
            Some(_) => {}
            None => self.assert_later(severity, &condition, &message)?,
        }
        self.spare_text(message);
        self.end_of_line()
    }

    fn assertion_failed(&mut self, severity: AssertionSeverity, message: &BString) -> Done {
        let mut text = BString::from("Assertion failed");
        if !message.is_empty() {
            text.extend_from_slice(b": ");
            text.extend_from_slice(message);
        }
        match severity {
            AssertionSeverity::Warn => self.warn(Warning::Assert, text),
            AssertionSeverity::Error => self.error("assert", text),
            AssertionSeverity::Fatal => return Err(self.fatal("assert", text)),
        }
        Ok(())
    }

    pub(super) fn warn_directive(&mut self) -> Done {
        self.skip();
        let text = self.text()?;
        self.expect_end()?;
        self.warn(Warning::User, text);
        self.end_of_line()
    }

    pub(super) fn fail(&mut self) -> Done {
        self.skip();
        let text = self.text()?;
        self.expect_end()?;
        Err(self.fatal("user", text.as_bstr().to_owned()))
    }
}
