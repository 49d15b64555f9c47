//! The flags of each tool (DIAGNOSTICS in rgbasm(1), rgblink(1) and rgbfix(1)).

/// A group of flags. Each group includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The flags that are on at the start. No switch names this group.
    Default,
    /// `-Wall`.
    All,
    /// `-Wextra`.
    Extra,
    /// `-Weverything`.
    Everything,
}

impl Group {
    /// The group with this name.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"all" => Some(Self::All),
            b"extra" => Some(Self::Extra),
            b"everything" => Some(Self::Everything),
            _ => None,
        }
    }
}

/// The properties of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The name in switches and messages.
    pub name: &'static str,
    /// The smallest group that has the flag.
    pub group: Group,
    /// The number that turns it on, 1 or 2. 0 for a flag without a number.
    pub level: u8,
    /// The number that applies if the switch has none. It is the same for all levels of a flag.
    pub level_if_not_given: u8,
}

/// A warning flag of a tool. A flag with a number has one entry for each level, all with the same name.
pub trait Flag: Copy + 'static {
    /// All flags, in the order of [`index`](Self::index).
    const ALL: &'static [Self];
    /// The groups of the tool.
    const GROUPS: &'static [Group];

    /// The position in [`ALL`](Self::ALL).
    fn index(self) -> usize;

    /// The properties.
    fn spec(self) -> Spec;

    /// The name without `-W` and without a level.
    fn name(self) -> &'static str {
        self.spec().name
    }
}

/// Declares the flags of a tool together with their properties, so that no flag lacks any.
macro_rules! flags {
    ($(#[$about:meta])* $tool:ident in $groups:expr; $($flag:ident = $name:literal $group:ident $(level $level:literal of $default:literal)?;)+) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the manual page of the tool describes each flag by its name")]
        pub enum $tool {
            $($flag,)+
        }

        impl Flag for $tool {
            const ALL: &'static [Self] = &[$(Self::$flag,)+];
            const GROUPS: &'static [Group] = $groups;

            fn index(self) -> usize {
                self as usize
            }

            fn spec(self) -> Spec {
                match self {
                    $(Self::$flag => {
                        let levels: &[u8] = &[$($level, $default)?];
                        let (level, level_if_not_given) = if let &[level, default] = levels { (level, default) } else { (0, 0) };
                        Spec { name: $name, group: Group::$group, level, level_if_not_given }
                    })+
                }
            }
        }
    };
}

flags! {
    /// The assembler's flags.
    AssemblerFlag in &[Group::All, Group::Extra, Group::Everything];
    Assert = "assert" Default;
    BackwardsFor = "backwards-for" All;
    BuiltinArgs = "builtin-args" All;
    CharmapRedef = "charmap-redef" All;
    Div = "div" Everything;
    EmptyDataDirective = "empty-data-directive" All;
    EmptyMacroArg = "empty-macro-arg" Extra;
    EmptyStrrpl = "empty-strrpl" All;
    ExportUndefined = "export-undefined" All;
    LargeConstant = "large-constant" Default;
    MacroShift = "macro-shift" Extra;
    NestedComment = "nested-comment" Default;
    Obsolete = "obsolete" Default;
    Shift = "shift" Everything;
    ShiftAmount = "shift-amount" Everything;
    UnmatchedDirective = "unmatched-directive" Extra;
    UnterminatedLoad = "unterminated-load" Extra;
    User = "user" Default;
    NumericString1 = "numeric-string" Everything level 1 of 1;
    NumericString2 = "numeric-string" Everything level 2 of 1;
    Purge1 = "purge" Default level 1 of 2;
    Purge2 = "purge" All level 2 of 2;
    Truncation1 = "truncation" Default level 1 of 1;
    Truncation2 = "truncation" Extra level 2 of 1;
    UnmappedChar1 = "unmapped-char" Default level 1 of 1;
    UnmappedChar2 = "unmapped-char" All level 2 of 1;
}

flags! {
    /// The linker's flags.
    LinkerFlag in &[Group::All, Group::Everything];
    Assert = "assert" Default;
    Div = "div" All;
    LargeConstant = "large-constant" Default;
    Obsolete = "obsolete" Default;
    Shift = "shift" All;
    ShiftAmount = "shift-amount" All;
    Truncation1 = "truncation" Default level 1 of 1;
    Truncation2 = "truncation" Everything level 2 of 1;
}

flags! {
    /// The fixer's flags.
    FixerFlag in &[Group::All, Group::Everything];
    Mbc = "mbc" Default;
    Obsolete = "obsolete" Default;
    Overwrite = "overwrite" Default;
    Sgb = "sgb" Default;
    Truncation = "truncation" Default;
}
