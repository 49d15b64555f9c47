//! Data (rgbasm(5), "DEFINING DATA").

use bstr::ByteSlice;

use super::{Asm, Done, Keyword, Mark, Token};
use crate::asm::expression::{Behind, Expression};
use crate::asm::warnings::Warning;
use crate::module::PatchKind;

/// The number of values that DS writes between two checks whether to stop.
const PIECE: u32 = 1 << 16;

impl Asm<'_> {
    /// Parses DB, DW, DL or DS, the next token.
    pub(super) fn data(&mut self, keyword: Keyword) -> Done {
        self.skip();
        let kind = match keyword {
            Keyword::Db => PatchKind::Byte,
            Keyword::Dw => PatchKind::Word,
            Keyword::Dl => PatchKind::Long,
            _ => return self.ds(),
        };
        if self.ends_items()? {
            return self.reserve(width(kind), keyword);
        }
        loop {
            self.data_item(kind)?;
            if !self.accept(Mark::Comma)? || self.ends_items()? {
                return Ok(());
            }
        }
    }

    /// Whether an instruction or data ends here.
    fn ends_items(&mut self) -> Done<bool> {
        Ok(matches!(self.peek()?, Token::Newline | Token::End | Token::Mark(Mark::ColonColon)))
    }

    /// Requires that an item of a list ends here, before the item is written.
    fn expect_item_end(&mut self) -> Done {
        let ends = self.peek()? == Token::Mark(Mark::Comma) || self.ends_items()?;
        if ends { Ok(()) } else { Err(self.unexpected("`,` or the end of the line")) }
    }

    fn data_item(&mut self, kind: PatchKind) -> Done {
        let value = if self.peek()? == Token::Mark(Mark::OpenBrackets) && kind == PatchKind::Word {
            self.fragment_literal()?
        } else {
            match self.text_or_number()? {
                Ok(text) => {
                    self.expect_item_end()?;
                    let done = self.emit_text(&text, kind);
                    self.spare_text(text);
                    return done;
                }
                Err(number) => number,
            }
        };
        self.expect_item_end()?;
        self.emit(kind, value)
    }

    /// Writes the values of a string.
    fn emit_text(&mut self, text: &[u8], kind: PatchKind) -> Done {
        let values = self.mapped(text);
        let done = self.emit_values(&values, kind);
        self.scratch_values = values;
        done
    }

    fn emit_values(&mut self, values: &[i32], kind: PatchKind) -> Done {
        if !self.check_data("Data") {
            return Ok(());
        }
        let bits = 8 * width(kind);
        if bits < 32 && values.iter().any(|&value| value < -(1 << bits) || value >= 1 << bits) {
            self.warn(Warning::Truncation1, format!("All character units must be {bits}-bit"));
        }
        let mut bytes = std::mem::take(&mut self.scratch);
        bytes.clear();
        let all = values.iter().map(|value| value.to_le_bytes());
        match kind {
            PatchKind::Byte | PatchKind::Relative => bytes.extend(all.map(|[low, ..]| low)),
            PatchKind::Word => bytes.extend(all.flat_map(|[low, high, ..]| [low, high])),
            PatchKind::Long => bytes.extend(all.flatten()),
        }
        let written = self.sections.write(&bytes);
        self.scratch = bytes;
        self.counted(written)
    }

    fn ds(&mut self) -> Done {
        if self.accept_keyword(Keyword::Align)? {
            let (bits, offset) = self.in_brackets(Self::alignment)?;
            let count = self.bytes_to_align(bits, offset);
            self.ds_values(count, true)?;
            self.align_here(bits, offset);
            return Ok(());
        }
        let count = self.non_negative("DS's number of bytes")?;
        self.ds_values(count.unsigned_abs(), false)
    }

    /// Writes this many bytes: the values that follow, repeated, or reserved space without values.
    ///
    /// Only after ALIGN, a comma without values is allowed.
    fn ds_values(&mut self, count: u32, aligned: bool) -> Done {
        let mut values = Vec::new();
        if self.accept(Mark::Comma)? && !(aligned && self.ends_items()?) {
            loop {
                let value = self.expression()?;
                self.expect_item_end()?;
                // Each value is checked only once.
                if let Expression::Known(value) = value {
                    self.check_width(value, 8);
                }
                self.check_room(values.len() * (size_of::<Expression>() + 64))?;
                values.push(value);
                if !self.accept(Mark::Comma)? || self.ends_items()? {
                    break;
                }
            }
        }
        if !self.ends_items()? {
            return Err(self.unexpected("`,` or the end of the line"));
        }
        if values.is_empty() {
            return self.reserve(count, Keyword::Ds);
        }
        if !self.check_data("Data") {
            return Ok(());
        }
        if let [Expression::Known(value)] = values[..] {
            let written = self.sections.fill(value.to_le_bytes()[0], count);
            return self.counted(written);
        }
        self.repeat_values(&values, count)
    }

    fn repeat_values(&mut self, values: &[Expression], count: u32) -> Done {
        let known: Option<Vec<u8>> =
            values.iter().map(|value| value.known().map(|value| value.to_le_bytes()[0])).collect();
        if let Some(bytes) = known {
            let piece: Vec<u8> = bytes.iter().copied().cycle().take((PIECE as usize).max(bytes.len())).collect();
            let whole = piece.len() / bytes.len() * bytes.len();
            let mut left = count as usize;
            while left > 0 {
                self.poll()?;
                let len = left.min(whole);
                let written = self.sections.write(&piece[..len]);
                self.counted(written)?;
                left -= len;
            }
            return Ok(());
        }
        // In all values, `@` is the start of the DS.
        let start = self.sections.pc();
        for index in 0..count as usize {
            self.poll()?;
            match &values[index % values.len()] {
                Expression::Known(value) => {
                    let written = self.sections.write(&value.to_le_bytes()[..1]);
                    self.counted(written)?;
                }
                value => self.emit_later(PatchKind::Byte, value, start)?,
            }
        }
        Ok(())
    }

    /// Reserves space. In ROM, fills it with the padding byte of `-p`.
    fn reserve(&mut self, count: u32, keyword: Keyword) -> Done {
        if !self.check_section(keyword.text()) {
            return Ok(());
        }
        if !self.sections.has_data() {
            let reserved = self.sections.reserve(count);
            return self.counted(reserved);
        }
        if keyword != Keyword::Ds {
            let name = keyword.text();
            self.warn(Warning::EmptyDataDirective, format!("{name} without data, in ROM"));
        }
        let written = self.sections.fill(self.settings.pad, count);
        self.counted(written)
    }

    pub(super) fn incbin(&mut self) -> Done {
        self.skip();
        let name = self.text()?;
        let mut start = 0;
        let mut length = None;
        if self.accept(Mark::Comma)? {
            start = self.non_negative("INCBIN's start")?.unsigned_abs() as usize;
            if self.accept(Mark::Comma)? {
                // Nothing may follow it, whatever its value.
                self.behind = Behind::default();
                length = Some(self.non_negative("INCBIN's length")?.unsigned_abs() as usize);
            }
        }
        self.expect_end()?;
        // With a length of 0, the file is not opened. It need not even exist.
        if self.check_data("INCBIN") && length != Some(0) {
            self.include_bytes(name.as_bstr(), start, length)?;
        }
        self.end_of_line()
    }

    fn include_bytes(&mut self, name: &bstr::BStr, start: usize, length: Option<usize>) -> Done {
        let Some((_, content)) = self.read_file(name, "INCBIN")? else { return Ok(()) };
        let Some(rest) = content.get(start..) else {
            let len = content.len();
            self.error(
                "incbin-slice",
                format!("INCBIN's start, {start}, is past the end of `{name}`, which has {len} bytes"),
            );
            return Ok(());
        };
        let Some(part) = rest.get(..length.unwrap_or(rest.len())) else {
            let (wanted, len) = (length.unwrap_or_default(), rest.len());
            self.error(
                "incbin-slice",
                format!("INCBIN wants {wanted} bytes of `{name}`, but only {len} follow its start"),
            );
            return Ok(());
        };
        let written = self.sections.write(part);
        self.work(part.len())?;
        self.counted(written)
    }
}

/// The size of a value in bytes.
pub(crate) fn width(kind: PatchKind) -> u32 {
    match kind {
        PatchKind::Byte | PatchKind::Relative => 1,
        PatchKind::Word => 2,
        PatchKind::Long => 4,
    }
}
