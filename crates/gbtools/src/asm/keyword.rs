//! Keywords.

macro_rules! keywords {
    ($($name:ident $text:literal)*) => {
        /// A reserved word.
        #[expect(clippy::doc_markdown, reason = "each is described by its spelling")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub(crate) enum Keyword { $(#[doc = $text] $name,)* }

        /// All keywords.
        const KEYWORDS: &[(&str, Keyword)] = &[$(($text, Keyword::$name),)*];
    };
}

// Sorted, for binary search.
keywords! {
    A "A" Acos "ACOS" Adc "ADC" Add "ADD" Af "AF" Align "ALIGN" AndWord "AND" Asin "ASIN" Assert "ASSERT" Atan "ATAN"
    Atan2 "ATAN2"
    B "B" Bank "BANK" Bc "BC" Bit "BIT" Bitwidth "BITWIDTH" Break "BREAK" Bytelen "BYTELEN"
    C "C" Call "CALL" Ccf "CCF" Ceil "CEIL" Charcmp "CHARCMP" Charlen "CHARLEN" Charmap "CHARMAP" Charsize "CHARSIZE"
    Charsub "CHARSUB" Charval "CHARVAL" Cos "COS" Cp "CP" Cpl "CPL"
    D "D" Daa "DAA" Db "DB" De "DE" Dec "DEC" Def "DEF" Di "DI" Div "DIV" Dl "DL" Ds "DS" Dw "DW"
    E "E" Ei "EI" Elif "ELIF" Else "ELSE" Endc "ENDC" Endl "ENDL" Endm "ENDM" Endr "ENDR" Endsection "ENDSECTION"
    Endu "ENDU" Equ "EQU" Equs "EQUS" Export "EXPORT"
    Fail "FAIL" Fatal "FATAL" Floor "FLOOR" Fmod "FMOD" For "FOR" Fragment "FRAGMENT"
    H "H" Halt "HALT" High "HIGH" Hl "HL" Hld "HLD" Hli "HLI" Hram "HRAM"
    If "IF" Inc "INC" Incbin "INCBIN" Incharmap "INCHARMAP" Include "INCLUDE" Isconst "ISCONST"
    Jp "JP" Jr "JR"
    L "L" Ld "LD" Ldd "LDD" Ldh "LDH" Ldi "LDI" Load "LOAD" Log "LOG" Low "LOW"
    Macro "MACRO" Mul "MUL"
    Nc "NC" Newcharmap "NEWCHARMAP" Nextu "NEXTU" Nop "NOP" Nz "NZ"
    Oam "OAM" Opt "OPT" OrWord "OR"
    Pop "POP" Popc "POPC" Popo "POPO" Pops "POPS" Pow "POW" Print "PRINT" Println "PRINTLN" Purge "PURGE" Push "PUSH"
    Pushc "PUSHC" Pusho "PUSHO" Pushs "PUSHS"
    Rb "RB" Readfile "READFILE" Redef "REDEF" Rept "REPT" Res "RES" Ret "RET" Reti "RETI" Revchar "REVCHAR" Rl "RL"
    Rla "RLA" Rlc "RLC" Rlca "RLCA" Rom0 "ROM0" Romx "ROMX" Round "ROUND" Rr "RR" Rra "RRA" Rrc "RRC" Rrca "RRCA"
    Rsreset "RSRESET" Rsset "RSSET" Rst "RST" Rw "RW"
    Sbc "SBC" Scf "SCF" Section "SECTION" Set "SET" Setcharmap "SETCHARMAP" Shift "SHIFT" Sin "SIN" Sizeof "SIZEOF"
    Sla "SLA" Sp "SP" Sra "SRA" Sram "SRAM" Srl "SRL" Startof "STARTOF" StaticAssert "STATIC_ASSERT" Stop "STOP"
    Strbyte "STRBYTE" Strcat "STRCAT" Strchar "STRCHAR" Strcmp "STRCMP" Strfind "STRFIND" Strfmt "STRFMT" Strin "STRIN"
    Strlen "STRLEN" Strlwr "STRLWR" Strrfind "STRRFIND" Strrin "STRRIN" Strrpl "STRRPL" Strslice "STRSLICE"
    Strsub "STRSUB" Strupr "STRUPR" Sub "SUB" Swap "SWAP"
    Tan "TAN" Tzcount "TZCOUNT"
    Union "UNION"
    Vram "VRAM"
    Warn "WARN" Wram0 "WRAM0" Wramx "WRAMX"
    XorWord "XOR"
    Z "Z"
}

/// The length of the longest keyword.
const LONGEST: usize = 13;

impl Keyword {
    /// The keyword with this spelling, in any case.
    pub(crate) fn find(text: &[u8]) -> Option<Self> {
        let mut upper = [0; LONGEST];
        let upper = upper.get_mut(..text.len())?;
        upper.copy_from_slice(text);
        upper.make_ascii_uppercase();
        let found = KEYWORDS.binary_search_by(|(name, _)| name.as_bytes().cmp(upper)).ok()?;
        Some(KEYWORDS[found].1)
    }

    /// All keywords, in alphabetical order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        KEYWORDS.iter().map(|&(_, keyword)| keyword)
    }

    /// Whether the keyword is a function, and nothing else.
    pub(crate) fn is_function(self) -> bool {
        use Keyword as K;
        matches!(
            self,
            K::Acos
                | K::Asin
                | K::Atan
                | K::Atan2
                | K::Bank
                | K::Bitwidth
                | K::Bytelen
                | K::Ceil
                | K::Charcmp
                | K::Charlen
                | K::Charsize
                | K::Charsub
                | K::Charval
                | K::Cos
                | K::Div
                | K::Floor
                | K::Fmod
                | K::High
                | K::Incharmap
                | K::Isconst
                | K::Log
                | K::Low
                | K::Mul
                | K::Pow
                | K::Readfile
                | K::Revchar
                | K::Round
                | K::Sin
                | K::Sizeof
                | K::Startof
                | K::Strbyte
                | K::Strcat
                | K::Strchar
                | K::Strcmp
                | K::Strfind
                | K::Strfmt
                | K::Strin
                | K::Strlen
                | K::Strlwr
                | K::Strrfind
                | K::Strrin
                | K::Strrpl
                | K::Strslice
                | K::Strsub
                | K::Strupr
                | K::Tan
                | K::Tzcount
        )
    }

    /// Whether the keyword is a register, a condition or a region.
    pub(crate) fn is_operand(self) -> bool {
        use Keyword as K;
        matches!(
            self,
            K::A | K::Af
                | K::B
                | K::Bc
                | K::C
                | K::D
                | K::De
                | K::E
                | K::H
                | K::Hl
                | K::Hld
                | K::Hli
                | K::Hram
                | K::L
                | K::Nc
                | K::Nz
                | K::Oam
                | K::Rom0
                | K::Romx
                | K::Sp
                | K::Sram
                | K::Vram
                | K::Wram0
                | K::Wramx
                | K::Z
        )
    }

    /// The spelling in capitals.
    pub(crate) fn text(self) -> &'static str {
        KEYWORDS[self as usize].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_and_found_in_any_case() {
        assert!(KEYWORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(KEYWORDS.iter().all(|(text, keyword)| text.len() <= LONGEST && keyword.text() == *text));
        assert_eq!(Keyword::find(b"pRiNtLn"), Some(Keyword::Println));
        assert_eq!(Keyword::find(b"static_assertion"), None);
        assert_eq!(Keyword::find(b""), None);
    }
}
