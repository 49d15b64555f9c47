//! Tokens.

pub(crate) use super::keyword::Keyword;
use super::names::Name;

/// A token. The text of a string is kept in the lexer: there is at most one unused string token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Token {
    /// The end of a line.
    Newline,
    /// The end of the text of a file, macro or loop.
    End,
    /// A number.
    Number(i32),
    /// A string.
    String,
    /// A character literal.
    Character,
    /// A keyword.
    Keyword(Keyword),
    /// A name.
    Name(Name),
    /// A name directly before `:`.
    Label(Name),
    /// A name directly before `?`, as in `say?`.
    Quiet(Name),
    /// A name with a dot.
    Local(Name),
    /// `:+` or `:-`. The number of signs, negative for `-`.
    Anonymous(Name),
    /// `@`.
    At,
    /// An operator or punctuation.
    Mark(Mark),
}

macro_rules! marks {
    ($($name:ident $text:literal)*) => {
        /// Operators and punctuation.
        // The size matches that of other tokens' values, so a token is two words that need no unpacking.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub(crate) enum Mark { $(#[doc = $text] $name,)* }

        impl Mark {
            /// Its spelling.
            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

marks! {
    Plus "+" Minus "-" Star "*" StarStar "**" Slash "/" Percent "%" PlusPlus "++"
    And "&" AndAnd "&&" Or "|" OrOr "||" Caret "^" Tilde "~" Not "!"
    Less "<" LessEqual "<=" Greater ">" GreaterEqual ">=" Equal "==" NotEqual "!=" Same "===" NotSame "!=="
    ShiftLeft "<<" ShiftRight ">>" ShiftRightUnsigned ">>>"
    Assign "=" PlusAssign "+=" MinusAssign "-=" StarAssign "*=" SlashAssign "/=" PercentAssign "%="
    AndAssign "&=" OrAssign "|=" CaretAssign "^=" ShiftLeftAssign "<<=" ShiftRightAssign ">>="
    Comma "," Colon ":" ColonColon "::" Question "?"
    Open "(" Close ")" OpenBracket "[" CloseBracket "]" OpenBrackets "[[" CloseBrackets "]]"
}
