//! Evaluates the expressions of patches and assertions (rgbds(5), "RPN expressions").

mod code;

use bstr::{BStr, ByteSlice};

use super::messages::Where;
use super::resolve::Symbols;
use super::{Done, Halt, Link};
use crate::module::{PC, SectionId, Slice, rpn};
use crate::near::did_you_mean;
use crate::operators::{Binary, Fault, Notice, Unary};
use crate::report::Others;
use crate::report::warnings::LinkerFlag;
use code::{Code, NoValue, operand};

/// The maximum number of local symbols to list for an undefined symbol.
const MOST_OTHERS: usize = 3;

/// An expression and its place.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub symbols: &'a Symbols<'a>,
    pub at: Where,
    pub code: Slice,
    /// The section of `@`, and the offset in the merged section.
    pub pc: Option<(SectionId, u32)>,
}

/// A value. If it is wrong, the error has been reported, and is not reported again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Computed {
    pub value: i32,
    pub wrong: bool,
}

impl Computed {
    fn right(value: i32) -> Self {
        Self { value, wrong: false }
    }

    fn wrong(value: i32) -> Self {
        Self { value, wrong: true }
    }
}

impl Link<'_> {
    /// Evaluates an expression. A malformed one ends the link.
    pub(crate) fn evaluate(&mut self, subject: Subject<'_>) -> Done<Computed> {
        // Most expressions are just a symbol.
        if let [rpn::SYMBOL, symbol @ ..] = self.modules[subject.at.module].1.get(subject.code)
            && let Ok(symbol) = symbol.try_into()
            && let Some(found) = subject.symbols.get(subject.at.module, u32::from_le_bytes(symbol))
        {
            self.poll()?;
            return Ok(Computed::right(self.merged.value(found).0));
        }
        // The next expression uses the same allocation.
        let mut stack = std::mem::take(&mut self.stack);
        stack.clear();
        let value = self.run_code(subject, &mut stack);
        self.stack = stack;
        value.map_err(|reason| match reason {
            NoValue::Malformed => self.malformed(subject),
            NoValue::Halt => Halt,
        })
    }

    fn run_code(&mut self, subject: Subject<'_>, stack: &mut Vec<Computed>) -> Result<Computed, NoValue> {
        let modules = self.modules;
        let mut reader = Code { rest: modules[subject.at.module].1.get(subject.code) };
        while let Some(operator) = reader.operator() {
            self.poll()?;
            let computed = self.step(subject, operator, &mut reader, stack)?;
            stack.push(computed);
        }
        match stack[..] {
            [computed] => Ok(computed),
            _ => Err(NoValue::Malformed),
        }
    }

    fn malformed(&mut self, subject: Subject<'_>) -> super::Halt {
        let name = self.modules[subject.at.module].0.clone();
        self.fatal_at(
            &[subject.at],
            "malformed-expression",
            format!("The object \"{name}\" has a malformed expression"),
        )
    }

    /// Executes one operation.
    fn step(
        &mut self,
        subject: Subject<'_>,
        operator: u8,
        reader: &mut Code<'_>,
        stack: &mut Vec<Computed>,
    ) -> Result<Computed, NoValue> {
        match operator {
            rpn::CONST => return Ok(Computed::right(reader.long()?.cast_signed())),
            rpn::SYMBOL => return self.symbol(subject, reader.long()?),
            _ => {}
        }
        if let Some(binary) = Binary::from_code(operator) {
            let right = operand(stack)?;
            let left = operand(stack)?;
            return Ok(self.binary(subject, binary, left, right));
        }
        if let Some(unary) = Unary::from_code(operator) {
            let operand = operand(stack)?;
            return Ok(Computed { value: unary.apply(operand.value), ..operand });
        }
        Ok(match operator {
            rpn::BANK_SYMBOL => self.bank_of_symbol(subject, reader.long()?)?,
            rpn::BANK_SECTION => {
                let name = reader.string()?;
                match self.section(subject, name) {
                    Some(section) => Computed::right(self.bank_of(section)),
                    None => Computed::wrong(1),
                }
            }
            rpn::BANK_SELF => match subject.pc {
                Some((section, _)) => Computed::right(self.bank_of(self.whole(subject, section))),
                None => self.wrong(subject, "no-pc", "`@` has no bank outside of a section", 1),
            },
            rpn::SIZEOF_SECTION => {
                let name = reader.string()?;
                match self.section(subject, name) {
                    Some(section) => Computed::right(self.merged.sections[section].size.cast_signed()),
                    None => Computed::wrong(1),
                }
            }
            rpn::STARTOF_SECTION => {
                let name = reader.string()?;
                match self.section(subject, name) {
                    Some(section) => Computed::right(self.merged.sections[section].address.unwrap_or_default().into()),
                    None => Computed::wrong(1),
                }
            }
            rpn::SIZEOF_REGION => Computed::right(self.layout.bounds(reader.region()?).size.into()),
            rpn::STARTOF_REGION => Computed::right(self.layout.bounds(reader.region()?).start.into()),
            rpn::LDH => {
                let operand = operand(stack)?;
                let fits = (0xFF00..=0xFFFF).contains(&operand.value);
                let text = || format!("LDH reaches $FF00 to $FFFF, but not ${:X}", operand.value);
                self.checked(subject, operand, fits, "ldh-address", text, operand.value & 0xFF)
            }
            rpn::RST => {
                let operand = operand(stack)?;
                let fits = operand.value & !0x38 == 0;
                let text = || format!("RST goes to $00, $08, and so on to $38, but not to ${:X}", operand.value);
                self.checked(subject, operand, fits, "rst-vector", text, operand.value & 0x38 | 0xC7)
            }
            rpn::BIT => {
                let mask = reader.byte()?;
                let operand = operand(stack)?;
                let fits = (0..8).contains(&operand.value);
                let text = || format!("A byte has bits 0 to 7, not bit {}", operand.value);
                self.checked(subject, operand, fits, "bit-index", text, (operand.value & 7) << 3 | i32::from(mask))
            }
            _ => return Err(NoValue::Malformed),
        })
    }

    fn wrong(
        &mut self,
        subject: Subject<'_>,
        code: &'static str,
        text: impl Into<bstr::BString>,
        value: i32,
    ) -> Computed {
        self.error(Some(subject.at), code, text);
        Computed::wrong(value)
    }

    /// Checks an operand, and reports it if it does not fit.
    fn checked(
        &mut self,
        subject: Subject<'_>,
        operand: Computed,
        fits: bool,
        code: &'static str,
        text: impl FnOnce() -> String,
        value: i32,
    ) -> Computed {
        if !fits && !operand.wrong {
            return self.wrong(subject, code, text(), value);
        }
        Computed { value, wrong: operand.wrong || !fits }
    }

    fn binary(&mut self, subject: Subject<'_>, operator: Binary, left: Computed, right: Computed) -> Computed {
        let mut wrong = left.wrong || right.wrong;
        for notice in operator.notices(left.value, right.value) {
            let (flag, cause) = match notice {
                Notice::Quotient | Notice::Remainder => (LinkerFlag::Div, wrong),
                Notice::ShiftedNegative(_) => (LinkerFlag::Shift, wrong),
                Notice::NegativeAmount(_) | Notice::LargeAmount(_) => {
                    (LinkerFlag::ShiftAmount, if operator == Binary::Shr { wrong } else { right.wrong })
                }
            };
            wrong |= self.warn(subject.at, cause, flag, notice.to_string());
        }
        let fault = match operator.apply(left.value, right.value) {
            Ok(value) => return Computed { value, wrong },
            Err(fault) => fault,
        };
        let (code, text, value) = match fault {
            Fault::Division => ("division-by-zero", "Division by zero".to_owned(), 0),
            Fault::Modulo => ("division-by-zero", "Modulo by zero".to_owned(), 0),
            Fault::Exponent(power) => {
                ("negative-exponent", format!("A number cannot be raised to the power {power}"), 0)
            }
        };
        if right.wrong { Computed::wrong(value) } else { self.wrong(subject, code, text, value) }
    }

    fn whole(&self, subject: Subject<'_>, section: SectionId) -> usize {
        self.merged.part(subject.at.module, section).0
    }

    fn bank_of(&self, section: usize) -> i32 {
        self.merged.sections[section].bank.unwrap_or_default().cast_signed()
    }

    /// The section with this name. Reports an error if there is none.
    fn section(&mut self, subject: Subject<'_>, name: &[u8]) -> Option<usize> {
        let found = self.merged.by_name.get(name.as_bstr()).copied();
        if found.is_none() {
            let text = format!("There is no section \"{}\"{}", name.as_bstr(), self.section_like(name));
            self.error(Some(subject.at), "unknown-section", text);
        }
        found
    }

    /// The value of a symbol.
    #[inline]
    fn symbol(&mut self, subject: Subject<'_>, symbol: u32) -> Result<Computed, NoValue> {
        if let Some(found) = subject.symbols.get(subject.at.module, symbol) {
            return Ok(Computed::right(self.merged.value(found).0));
        }
        if symbol == PC {
            let Some((section, offset)) = subject.pc else {
                return Ok(self.wrong(subject, "no-pc", "`@` has no value outside of a section", 0));
            };
            let whole = self.whole(subject, section);
            let address = u32::from(self.merged.sections[whole].address.unwrap_or_default());
            return Ok(Computed::right(address.wrapping_add(offset).cast_signed()));
        }
        self.undefined(subject, symbol)
    }

    #[cold]
    fn undefined(&mut self, subject: Subject<'_>, symbol: u32) -> Result<Computed, NoValue> {
        let name = self.name(subject, symbol)?.to_owned();
        let hidden = self.hidden(name.as_ref())?;
        let places = [&[subject.at], &hidden[..hidden.len().min(MOST_OTHERS)]].concat();
        let count = hidden.len();
        let what = if count == 1 { "symbol with that name is" } else { "symbols with that name are" };
        let heading = format!("{count} {what} defined but not exported");
        let others = (count > 0).then(|| Others { heading, more: count.saturating_sub(MOST_OTHERS) });
        let mut text = format!("Undefined symbol `{name}`");
        if count == 0 && self.may_search() {
            let names = subject.symbols.names().take_while(|_| self.budget.step().is_ok());
            text.push_str(&did_you_mean(&name, names));
        }
        self.error_with(&places, "undefined-symbol", text.into(), others);
        Ok(Computed::wrong(0))
    }

    fn bank_of_symbol(&mut self, subject: Subject<'_>, symbol: u32) -> Result<Computed, NoValue> {
        let Some(found) = subject.symbols.get(subject.at.module, symbol) else {
            let text = format!("Undefined symbol `{}` has no bank", self.name(subject, symbol)?);
            return Ok(self.wrong(subject, "undefined-symbol", text, 1));
        };
        Ok(match self.merged.value(found).1 {
            Some(bank) => Computed::right(bank.cast_signed()),
            None => self.wrong(subject, "not-a-label", "A constant has no bank", 1),
        })
    }

    /// The name of a symbol that the module has.
    fn name(&self, subject: Subject<'_>, symbol: u32) -> Result<&BStr, NoValue> {
        let module = self.modules[subject.at.module].1;
        let symbol = module.symbols.get(symbol as usize).ok_or(NoValue::Malformed)?;
        Ok(module.get(symbol.name).as_bstr())
    }
}
