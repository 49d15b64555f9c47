//! String functions that use a character map (rgbasm(5), "String expressions").

use std::cmp::Ordering;

use super::{Charmap, Flaw, Unit, Units, own_value};
use crate::until::{Stop, Until};

impl Charmap {
    /// CHARLEN: the number of units in a string.
    ///
    /// # Errors
    /// If the caller stops the work.
    pub fn char_len<'a>(
        &'a self,
        text: &'a [u8],
        until: &'a dyn Until,
        report: &mut impl FnMut(Flaw<'a>),
    ) -> Result<usize, Stop> {
        let mut units = self.units(text, until);
        let mut count = 0;
        while units.next(report)?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// CHARCMP: compares the values of two strings. Converts only as much as is needed for the answer.
    ///
    /// # Errors
    /// If the caller stops the work.
    pub fn char_cmp<'a>(
        &'a self,
        left: &'a [u8],
        right: &'a [u8],
        until: &'a dyn Until,
        report: &mut impl FnMut(Flaw<'a>),
    ) -> Result<Ordering, Stop> {
        let (mut left, mut right) = (Values::new(self.units(left, until)), Values::new(self.units(right, until)));
        loop {
            let order = (left.next(report)?).cmp(&right.next(report)?);
            if order.is_ne() || left.ended {
                return Ok(order);
            }
        }
    }

    /// STRCHAR: the unit at an index. Indexes count from 0, or backwards from -1.
    ///
    /// # Errors
    /// If the caller stops the work.
    pub fn str_char<'a>(
        &'a self,
        text: &'a [u8],
        index: i32,
        until: &'a dyn Until,
        report: &mut impl FnMut(Flaw<'a>),
    ) -> Result<&'a [u8], Stop> {
        self.unit_at(text, index, 0, until, report)
    }

    /// CHARSUB: the unit at a position. Positions count from 1, or backwards from -1.
    ///
    /// # Errors
    /// If the caller stops the work.
    pub fn char_sub<'a>(
        &'a self,
        text: &'a [u8],
        position: i32,
        until: &'a dyn Until,
        report: &mut impl FnMut(Flaw<'a>),
    ) -> Result<&'a [u8], Stop> {
        self.unit_at(text, position, 1, until, report)
    }

    /// The unit at a position. The first position is `lowest`, the last one also -1.
    fn unit_at<'a>(
        &'a self,
        text: &'a [u8],
        index: i32,
        lowest: i32,
        until: &'a dyn Until,
        report: &mut impl FnMut(Flaw<'a>),
    ) -> Result<&'a [u8], Stop> {
        let count = self.char_len(text, until, report)?;
        let index = from_either_end(index, count, lowest).unwrap_or_else(|| {
            report(Flaw::TooLow(lowest));
            lowest
        });
        let mut units = self.units(text, until);
        for _ in lowest..index {
            if units.next(report)?.is_none() {
                break;
            }
        }
        if units.rest.is_empty() {
            report(Flaw::TooHigh(index));
        }
        Ok(units.next(report)?.map_or(&[], |unit| unit.text))
    }

    /// CHARSIZE: the number of values of a string.
    ///
    /// # Errors
    /// If the string is not mapped.
    pub fn char_size<'a>(&self, text: &'a [u8]) -> Result<usize, Flaw<'a>> {
        self.mapping(text).map(<[i32]>::len).ok_or(Flaw::NoMapping(text))
    }

    /// CHARVAL with an index: one value of a string. Indexes count from 0, or backwards from -1.
    pub fn char_val_at<'a>(&self, text: &'a [u8], index: i32, report: &mut impl FnMut(Flaw<'a>)) -> i32 {
        let Some(values) = self.mapping(text) else {
            report(Flaw::NoMapping(text));
            return 0;
        };
        let index = from_either_end(index, values.len(), 0).unwrap_or_else(|| {
            report(Flaw::TooLow(0));
            0
        });
        usize::try_from(index).ok().and_then(|index| values.get(index).copied()).unwrap_or_else(|| {
            report(Flaw::TooHigh(index));
            0
        })
    }

    /// CHARVAL without an index: the value of a string.
    ///
    /// # Errors
    /// If the string has no value or several.
    pub fn char_val<'a>(&self, text: &'a [u8]) -> Result<i32, Flaw<'a>> {
        match self.mapping(text) {
            Some(&[value]) => Ok(value),
            Some(_) => Err(Flaw::ManyValues(text)),
            None => Err(Flaw::NoMapping(text)),
        }
    }

    /// REVCHAR: the string with these values.
    ///
    /// # Errors
    /// If no string or several strings have these values.
    pub fn rev_char(&self, values: &[i32]) -> Result<&[u8], Flaw<'static>> {
        let mut found = self.mappings().filter(|&(_, mapped)| mapped == values).map(|(text, _)| text);
        match (found.next(), found.next()) {
            (None, _) => Err(Flaw::NoCharacter),
            (Some(text), None) => Ok(text),
            (Some(_), Some(_)) => Err(Flaw::ManyCharacters),
        }
    }
}

/// Converts an index that may be negative, where -1 is the last one, to one that starts at `lowest`. None if it is too
/// low.
pub(crate) fn from_either_end(index: i32, count: usize, lowest: i32) -> Option<i32> {
    let from_start =
        if index < 0 { i64::from(index) + i64::try_from(count).ok()? + i64::from(lowest) } else { index.into() };
    i32::try_from(from_start).ok().filter(|&index| index >= lowest)
}

/// Iterates over the values of a string.
struct Values<'a> {
    units: Units<'a>,
    unit: Unit<'a>,
    /// How many values of the current unit have been returned.
    given: usize,
    ended: bool,
}

impl<'a> Values<'a> {
    fn new(units: Units<'a>) -> Self {
        Self { units, unit: Unit { text: &[], values: None }, given: 0, ended: false }
    }

    /// The next value. None at the end, which compares as less than all values.
    fn next(&mut self, report: &mut impl FnMut(Flaw<'a>)) -> Result<Option<i32>, Stop> {
        loop {
            let value = match self.unit.values {
                Some(values) => values.get(self.given).copied(),
                None => self.unit.text.get(self.given).map(|&byte| own_value(byte)),
            };
            if value.is_some() {
                self.given += 1;
                return Ok(value);
            }
            let Some(unit) = self.units.next(report)? else {
                self.ended = true;
                return Ok(None);
            };
            (self.unit, self.given) = (unit, 0);
        }
    }
}
