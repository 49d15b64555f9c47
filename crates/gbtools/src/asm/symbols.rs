//! Symbols: the meanings of names (rgbasm(5), SYMBOLS).

mod builtin;
mod define;
mod label;

use std::collections::HashMap;

use bstr::ByteSlice;
use rustc_hash::FxBuildHasher;

use super::chunks::Chunks;
use super::input::Body;
use super::names::{Name, Spelling};
use super::{Asm, Done};
use crate::files::Content;
use crate::module::{Place, SectionId};

pub(crate) use builtin::{Dynamic, obsolete, taken};
pub(crate) use define::Again;

/// A symbol's value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Number(i32),
    Text(Content),
}

/// The kind of a symbol.
#[derive(Clone, Debug, Default)]
pub(crate) enum Kind {
    /// No symbol, or a purged one.
    #[default]
    Undefined,
    /// It has been used, but not defined. Another module may define it.
    Reference,
    /// A label: a place in a section.
    Label {
        section: SectionId,
        offset: u32,
    },
    /// EQU.
    Constant(i32),
    /// `=`.
    Variable(i32),
    /// EQUS.
    Text(Content),
    Macro(Box<Macro>),
    /// A value that depends on the current state.
    Dynamic(Dynamic),
}

/// A macro.
#[derive(Clone, Debug)]
pub(crate) struct Macro {
    pub body: Body,
    /// The line where the body starts.
    pub line: u32,
    pub quiet: bool,
    /// Whether other assemblies may use the same text at the same time.
    pub borrowed: bool,
}

impl Kind {
    /// The size of its text in bytes.
    fn memory(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Macro(called) => (size_of::<Macro>() + called.body.end - called.body.start) as u64,
            _ => 0,
        }
    }
}

/// The meaning of a name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbol {
    pub kind: Kind,
    /// The place of the definition or first use. None for a built-in symbol.
    pub place: Option<Place>,
    pub exported: bool,
    /// Built-in symbols cannot be purged or redefined.
    pub builtin: bool,
    /// Whether it was purged.
    pub purged: bool,
    /// Its number in the object plus 1, or 0 if the object does not use it yet.
    pub number: u32,
}

impl Symbol {
    /// Whether no object has it, unless it is exported, or purged and defined as something else.
    fn is_settled(&self) -> bool {
        !self.exported && !matches!(self.kind, Kind::Reference | Kind::Label { .. })
    }
}

/// All symbols of an assembly.
#[derive(Clone, Default)]
pub(crate) struct Symbols {
    /// By the number of the name.
    by_name: Chunks<Symbol>,
    /// The full names of local symbols, by scope and spelling.
    locals: HashMap<(Name, Name), Name, FxBuildHasher>,
    /// The names in the order in which they became symbols.
    pub order: Vec<Name>,
    /// How many names at the start of that order no object has: those of a prelude's constants, texts and macros.
    settled: usize,
    /// The global label that `.local` belongs to.
    pub global_scope: Option<Name>,
    /// The last local label.
    pub local_scope: Option<Name>,
    /// The number of anonymous labels so far.
    anonymous: u32,
    /// Copies of the texts of macros that other assemblies use, by the addresses of those.
    copied_texts: HashMap<usize, Content, FxBuildHasher>,
    /// The EQUS symbols whose texts other assemblies use.
    borrowed_texts: Vec<Name>,
}

impl Symbols {
    /// The meaning of a name.
    #[inline]
    pub(crate) fn get(&self, name: Name) -> &Symbol {
        const NOTHING: &Symbol =
            &Symbol { kind: Kind::Undefined, place: None, exported: false, builtin: false, purged: false, number: 0 };
        self.by_name.get(name.index()).unwrap_or(NOTHING)
    }

    /// A copy for other assemblies. What they make of it takes its own memory only for what they change. `with_all` if objects have
    /// all symbols.
    pub(crate) fn to_share(&self, with_all: bool) -> Self {
        let mut copy = self.clone();
        if !with_all {
            copy.settled = self.order.iter().take_while(|&&name| self.get(name).is_settled()).count();
        }
        for &name in &self.order {
            match &mut copy.get_mut(name).kind {
                Kind::Macro(called) => called.borrowed = true,
                Kind::Text(_) => copy.borrowed_texts.push(name),
                _ => {}
            }
        }
        Self { by_name: copy.by_name.into_shared(), ..copy }
    }

    /// Gives EQUS symbols texts that no other assembly uses. Each use of a text counts its users, and threads that count the users
    /// of the same text take turns.
    pub(crate) fn own_texts(&mut self) {
        for name in std::mem::take(&mut self.borrowed_texts) {
            if let Kind::Text(text) = &mut self.get_mut(name).kind {
                *text = Content::from(&**text);
            }
        }
    }

    /// Gives a macro a text that no other assembly uses, when it is called first: it is the text of a whole file, and most sources
    /// call the macros of only a few.
    #[cold]
    pub(crate) fn own_macro(&mut self, name: Name) {
        if let Kind::Macro(called) = &mut self.by_name.get_mut(name.index()).kind {
            let text = &mut called.body.text;
            *text = self.copied_texts.entry(text.as_ptr().addr()).or_insert_with(|| Content::from(&**text)).clone();
            called.borrowed = false;
        }
    }

    /// The meaning of a name, to be changed.
    pub(crate) fn get_mut(&mut self, name: Name) -> &mut Symbol {
        self.by_name.get_mut(name.index())
    }

    /// All names, including those that are not symbols.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Name, &Symbol)> {
        self.by_name
            .iter()
            .enumerate()
            .map(|(index, symbol)| (Name::from_index(u32::try_from(index).unwrap_or_default()), symbol))
    }

    /// The names of symbols that an object may have, in the order in which they last became symbols.
    pub(crate) fn in_order(&self) -> Vec<Name> {
        let mut seen = vec![false; self.by_name.len()];
        let is_last = |name: &Name| !std::mem::replace(&mut seen[name.index()], true);
        let mut order: Vec<_> = self.order[self.settled..].iter().rev().copied().filter(is_last).collect();
        order.reverse();
        order
    }

    /// Notes that a symbol is exported or purged. No object has the symbols of the prelude only as long as they stay as they are.
    pub(crate) fn unsettle(&mut self, name: Name) {
        if self.get(name).is_settled() {
            self.settled = 0;
        }
    }

    /// The approximate memory use in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.by_name.memory()
            + self.locals.capacity() * size_of::<(Name, Name, Name, u8)>()
            + self.order.capacity() * size_of::<Name>()
    }

    /// Whether it may be an EQUS symbol. This fast check rules out most names.
    #[inline]
    pub(crate) fn may_be_string(&self, name: Name) -> bool {
        match self.get(name).kind {
            Kind::Text(_) => true,
            Kind::Dynamic(dynamic) => !dynamic.is_numeric(),
            _ => false,
        }
    }
}

impl Asm<'_> {
    /// The full name of a symbol. A local name gets its scope as a prefix.
    ///
    /// # Errors
    /// A local name without a scope, or with too many dots, ends the assembly.
    pub(crate) fn resolve(&mut self, name: Name) -> Done<Name> {
        match self.names.spelling(name) {
            Spelling::Local | Spelling::LocalInKeyword => self.resolve_local(name),
            Spelling::Plain | Spelling::Keyword(_) | Spelling::Dots => Ok(name),
        }
    }

    fn resolve_local(&mut self, name: Name) -> Done<Name> {
        let text = self.names.get(name);
        if let (b'.', Some(scope)) = (text[0], self.symbols.global_scope)
            && let Some(&full) = self.symbols.locals.get(&(scope, name))
        {
            return Ok(full);
        }
        if text.find_byte(b'.') != text.rfind_byte(b'.') {
            let shown = text.as_bstr().to_owned();
            let what = if text.ends_with(b".") { "nonsensical reference to" } else { "reference to" };
            return Err(self.fatal("nested-local", format!("`{shown}` is a {what} a nested local label")));
        }
        if text.ends_with(b".") {
            let shown = text.as_bstr().to_owned();
            return Err(self.fatal("empty-local", format!("`{shown}` is a reference to an empty local label")));
        }
        if text[0] != b'.' {
            return Ok(name);
        }
        let Some(scope) = self.symbols.global_scope else {
            let shown = text.as_bstr().to_owned();
            return Err(self.fatal(
                "local-scope",
                format!("Local label `{shown}` in the main scope: there is no label before it"),
            ));
        };
        let full = [self.names.get(scope), text].concat();
        let full = self.names.intern(&full);
        self.symbols.locals.insert((scope, name), full);
        Ok(full)
    }

    /// The value of an EQUS symbol, by its full name.
    #[inline]
    pub(crate) fn symbol_text(&self, name: Name) -> Option<Value> {
        match &self.symbols.get(name).kind {
            Kind::Text(text) => Some(Value::Text(text.clone())),
            Kind::Dynamic(dynamic) if !dynamic.is_numeric() => self.dynamic(*dynamic),
            _ => None,
        }
    }

    /// The number of a symbol, if it is known, by its full name.
    #[inline]
    pub(crate) fn symbol_number(&self, name: Name) -> Option<i32> {
        match self.symbols.get(name).kind {
            Kind::Constant(value) | Kind::Variable(value) => Some(value),
            Kind::Label { section, offset } => {
                self.sections.address(section).map(|address| i32::from(address).wrapping_add(offset.cast_signed()))
            }
            Kind::Dynamic(dynamic) => match self.dynamic(dynamic) {
                Some(Value::Number(value)) => Some(value),
                _ => None,
            },
            Kind::Undefined | Kind::Reference | Kind::Text(_) | Kind::Macro(_) => None,
        }
    }

    /// Like [`symbol_number`](Self::symbol_number), for symbols that may be strings.
    pub(crate) fn symbol_value(&self, name: Name) -> Option<Value> {
        self.symbol_text(name).or_else(|| self.symbol_number(name).map(Value::Number))
    }

    /// Whether a symbol is an address, known or not.
    pub(crate) fn symbol_has_address(&self, name: Name) -> bool {
        match self.symbols.get(name).kind {
            Kind::Label { .. } => true,
            Kind::Dynamic(Dynamic::Pc) => self.sections.pc().is_some(),
            _ => false,
        }
    }

    /// The reason why a numeric symbol has no known value, as text. None if it is not numeric.
    pub(crate) fn why_no_value(&self, name: Name) -> Option<String> {
        let symbol = self.symbols.get(name);
        let shown = self.names.get(name).as_bstr();
        Some(match symbol.kind {
            _ if symbol.purged => format!("`{shown}` was purged"),
            Kind::Undefined | Kind::Reference => format!("`{shown}` is not defined"),
            Kind::Label { .. } => format!("the address of `{shown}` is not known before linking"),
            Kind::Dynamic(dynamic) => dynamic.why_no_value().to_owned(),
            Kind::Constant(_) | Kind::Variable(_) | Kind::Text(_) | Kind::Macro(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn macros_of_a_copy_get_a_text_of_its_own() {
        let text = Content::from(&b"one"[..]);
        let mut symbols = Symbols::default();
        let names = [0, 1, 2].map(Name::from_index);
        for name in names {
            let body = Body::whole(text.clone());
            symbols.get_mut(name).kind = Kind::Macro(Box::new(Macro { body, line: 1, quiet: false, borrowed: false }));
            symbols.order.push(name);
        }
        let mut copy = symbols.to_share(false);
        let called = |symbols: &Symbols, name| match &symbols.get(name).kind {
            Kind::Macro(called) => (**called).clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(names.map(|name| called(&symbols, name).borrowed), [false; 3]);
        assert_eq!(names.map(|name| called(&copy, name).borrowed), [true; 3]);
        copy.own_macro(names[0]);
        copy.own_macro(names[1]);
        let [first, second, third] = names.map(|name| called(&copy, name));
        assert_eq!([first.borrowed, second.borrowed, third.borrowed], [false, false, true]);
        assert!(first.body.text == text && !Arc::ptr_eq(&first.body.text, &text));
        // What was one text still is.
        assert!(Arc::ptr_eq(&first.body.text, &second.body.text));
        assert!(Arc::ptr_eq(&third.body.text, &text));
    }

    #[test]
    fn texts_of_a_copy_can_be_its_own() {
        let text = Content::from(&b"one"[..]);
        let mut symbols = Symbols::default();
        let name = Name::from_index(0);
        symbols.get_mut(name).kind = Kind::Text(text.clone());
        symbols.order.push(name);
        let mut copy = symbols.to_share(false).clone();
        let text_of = |symbols: &Symbols| match &symbols.get(name).kind {
            Kind::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        assert!(Arc::ptr_eq(&text_of(&copy), &text));
        copy.own_texts();
        assert!(text_of(&copy) == text && !Arc::ptr_eq(&text_of(&copy), &text));
    }
}
