//! The predefined symbols (rgbasm(5), "Predeclared symbols").

use bstr::ByteSlice;

use super::{Asm, Kind, Value};
use crate::asm::names::Name;
use crate::asm::warnings::Warning;

/// The release of RGBDS with this language.
pub(crate) const VERSION: [i32; 3] = [1, 0, 4];

/// A symbol with a value that depends on the current state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dynamic {
    /// `@`
    Pc,
    /// `.`
    GlobalScope,
    /// `..`
    LocalScope,
    /// `__SCOPE__`
    Scope,
    /// `_NARG`
    Narg,
}

impl Dynamic {
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Self::Pc | Self::Narg)
    }

    /// The message for a place where it has no value.
    pub(crate) fn why_no_value(self) -> &'static str {
        match self {
            Self::Pc => "the address of `@` is not known here",
            Self::GlobalScope => "`.` has no value outside of a label scope",
            Self::LocalScope => "`..` has no value outside of a local label scope",
            Self::Scope => "`__SCOPE__` has no value outside of a section",
            Self::Narg => "`_NARG` has no value outside of a macro",
        }
    }
}

/// The symbols whose value depends on the current state.
const DYNAMIC: [(&str, Dynamic); 5] = [
    ("@", Dynamic::Pc),
    (".", Dynamic::GlobalScope),
    ("..", Dynamic::LocalScope),
    ("__SCOPE__", Dynamic::Scope),
    ("_NARG", Dynamic::Narg),
];
const RS: &str = "_RS";
const NUMBERS: [&str; 9] = [
    "__RGBDS_MAJOR__",
    "__RGBDS_MINOR__",
    "__RGBDS_PATCH__",
    "__UTC_YEAR__",
    "__UTC_MONTH__",
    "__UTC_DAY__",
    "__UTC_HOUR__",
    "__UTC_MINUTE__",
    "__UTC_SECOND__",
];
const TEXTS: [&str; 5] = ["__RGBDS_VERSION__", "__ISO_8601_UTC__", "__ISO_8601_LOCAL__", "__DATE__", "__TIME__"];

/// Why a name cannot be defined outside of a source, if a built-in symbol has it.
pub(crate) fn taken(name: &[u8]) -> Option<String> {
    let shown = name.as_bstr();
    if DYNAMIC.iter().any(|(taken, _)| shown == taken) {
        return Some(format!("`{shown}` is reserved for a built-in symbol"));
    }
    let defined = NUMBERS.iter().chain(&TEXTS).chain([&RS]).any(|taken| shown == taken);
    defined.then(|| format!("`{shown}` is already defined as a built-in symbol"))
}

/// The warning about a deprecated built-in symbol.
pub(crate) fn obsolete(name: &[u8]) -> Option<String> {
    let shown = name.as_bstr();
    matches!(name, b"__DATE__" | b"__TIME__")
        .then(|| format!("`{shown}` is deprecated; `__ISO_8601_LOCAL__` has the same value"))
}

impl Asm<'_> {
    /// Defines the built-in symbols.
    pub(crate) fn define_builtins(&mut self) {
        for (name, dynamic) in DYNAMIC {
            self.define_builtin(name, Kind::Dynamic(dynamic));
        }
        self.pc = self.names.intern(b"@");
        self.rs = self.define_builtin(RS, Kind::Variable(0));
        let moment = self.options.moment;
        let [major, minor, patch] = VERSION;
        let (date, time) =
            ([moment.year(), moment.month(), moment.day()], [moment.hour(), moment.minute(), moment.second()]);
        for (name, value) in NUMBERS.into_iter().zip(VERSION.into_iter().chain(date).chain(time)) {
            self.define_builtin(name, Kind::Constant(value));
        }
        let texts = [
            format!("v{major}.{minor}.{patch}"),
            format!("\"{}\"", moment.iso_8601_utc()),
            format!("\"{}\"", moment.iso_8601_local()),
            moment.quoted_date(),
            moment.quoted_time(),
        ];
        for (name, text) in TEXTS.into_iter().zip(texts) {
            self.define_builtin(name, Kind::Text(text.into_bytes().into()));
        }
    }

    fn define_builtin(&mut self, name: &str, kind: Kind) -> Name {
        let name = self.names.intern(name.as_bytes());
        let symbol = self.symbols.get_mut(name);
        symbol.kind = kind;
        symbol.builtin = true;
        name
    }

    /// Warns about deprecated symbols.
    pub(crate) fn check_obsolete(&mut self, name: Name) {
        if self.symbols.get(name).builtin
            && let Some(text) = obsolete(self.names.get(name))
        {
            self.warn(Warning::Obsolete, text);
        }
    }

    /// The current value of a dynamic symbol, if it has one.
    pub(crate) fn dynamic(&self, dynamic: Dynamic) -> Option<Value> {
        let scope = |name: Option<Name>| name.map(|name| Value::Text(self.names.get(name).into()));
        match dynamic {
            Dynamic::Pc => self.pc_address().map(Value::Number),
            Dynamic::GlobalScope => scope(self.symbols.global_scope),
            Dynamic::LocalScope => scope(self.symbols.local_scope),
            Dynamic::Scope => self.dynamic_is_defined(dynamic).then(|| {
                let level = match (self.symbols.local_scope, self.symbols.global_scope) {
                    (Some(_), _) => "..",
                    (None, Some(_)) => ".",
                    (None, None) => "",
                };
                Value::Text(level.as_bytes().into())
            }),
            Dynamic::Narg => {
                let arguments = self.input.contexts.last()?.arguments.as_ref()?;
                i32::try_from(arguments.count()).ok().map(Value::Number)
            }
        }
    }

    /// Whether a dynamic symbol has a meaning here, even if its value is not known.
    pub(crate) fn dynamic_is_defined(&self, dynamic: Dynamic) -> bool {
        match dynamic {
            Dynamic::Pc | Dynamic::Scope => self.sections.pc().is_some(),
            Dynamic::GlobalScope => self.symbols.global_scope.is_some(),
            Dynamic::LocalScope => self.symbols.local_scope.is_some(),
            Dynamic::Narg => self.input.contexts.last().is_some_and(|context| context.arguments.is_some()),
        }
    }
}
