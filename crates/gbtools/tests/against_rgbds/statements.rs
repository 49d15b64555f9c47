//! Statements after a label, and numbers that become strings in some places.

use crate::programs::difference;

/// Every keyword, and other words that can start a statement.
const WORDS: &str = "A ACOS ADC ADD AF ALIGN AND ASIN ASSERT ATAN ATAN2 B BANK BC BIT BITWIDTH BREAK BYTELEN C CALL CCF CEIL \
    CHARCMP CHARLEN CHARMAP CHARSIZE CHARSUB CHARVAL COS CP CPL D DAA DB DE DEC DEF DI DIV DL DS DW E EI ELIF ELSE ENDC ENDL ENDM \
    ENDR ENDSECTION ENDU EQU EQUS EXPORT FAIL FATAL FLOOR FMOD FOR FRAGMENT H HALT HIGH HL HLD HLI HRAM IF INC INCBIN INCHARMAP \
    INCLUDE ISCONST JP JR L LD LDD LDH LDI LOAD LOG LOW MACRO MUL NC NEWCHARMAP NEXTU NOP NZ OAM OPT OR POP POPC POPO POPS POW \
    PRINT PRINTLN PURGE PUSH PUSHC PUSHO PUSHS RB READFILE REDEF REPT RES RET RETI REVCHAR RL RLA RLC RLCA ROM0 ROMX ROUND RR \
    RRA RRC RRCA RSRESET RSSET RST RW SBC SCF SECTION SET SETCHARMAP SHIFT SIN SIZEOF SLA SP SRA SRAM SRL STARTOF \
    STATIC_ASSERT STOP STRBYTE STRCAT STRCHAR STRCMP STRFIND STRFMT STRIN STRLEN STRLWR STRRFIND STRRIN STRRPL STRSLICE STRSUB \
    STRUPR SUB SWAP TAN TZCOUNT UNION VRAM WARN WRAM0 WRAMX XOR Z word y: y? .z z.z @ 5 \"s\" 'c' = , ( ) [ ] [[ ]] : :: + - * #n";

fn check(source: &str) {
    let difference = difference(source);
    assert_eq!(difference, None, "{source}\n{}", difference.as_deref().unwrap_or_default());
}

#[test]
fn statements_after_a_label_agree() {
    for word in WORDS.split(' ') {
        for label in [".x ", "x.y ", "x: ", ""] {
            check(&format!("{label}{word}\n"));
        }
    }
    check("SECTION \"s\", ROM0\nx:\n.y 5\n.y RL B\n.y\n");
}

#[test]
fn names_that_are_purged_and_defined_again_agree() {
    let definitions =
        ["x:: db 1", "x: db 1", "DEF x EQU 1", "DEF x EQUS \"1\"", "DEF x = 1", "MACRO x\nFAIL \"x\"\nENDM"];
    for first in definitions {
        for second in definitions {
            check(&format!("SECTION \"s\", ROM0\ndb 0\n{first}\nPURGE x\ny: db 2\n{second}\nEXPORT x\nx 5\n"));
            check(&format!("SECTION \"s\", ROM0\nREPT 3\n{first}\nENDR\n{second}\n"));
        }
    }
}

#[test]
fn what_follows_an_at_sign_is_not_read_as_numbers() {
    for label in ["", "x:", "x: ", ".x ", "x: y: "] {
        for rest in [
            "",
            ":",
            "::",
            "?",
            " 1",
            ": ALIGN 2, `012301230",
            " `012301230",
            ", $",
            ":é",
            " \"a",
            " ]]",
            " \\1",
            " {x}",
            "@ $",
            ".x $",
            "#a $",
        ] {
            check(&format!("SECTION \"s\", ROM0\n{label}@{rest}\nPRINTLN 1\n"));
        }
    }
    check("SECTION \"s\", ROM0\n db 1 :: @ $\n@: MACRO\nMACRO @\nENDM\n");
}

#[test]
fn character_maps_change_before_a_syntax_error() {
    let statements = [
        "SETCHARMAP other",
        "SETCHARMAP none",
        "SETCHARMAP main",
        "PUSHC other",
        "PUSHC none",
        "PUSHC",
        "POPC",
        "NEWCHARMAP new",
        "NEWCHARMAP new, other",
        "NEWCHARMAP new, none",
        "NEWCHARMAP main",
        "CHARMAP \"b\", 4",
    ];
    for statement in statements {
        for behind in ["", " 3", " x", ", 3", " \"s\"", " [", " $", " \\", " \\ x", " ]]", " :: nop"] {
            check(&format!(
                "NEWCHARMAP other, main\nCHARMAP \"b\", 2\nSETCHARMAP main\n{statement}{behind}\nPRINTLN 'b'\nPOPC\nPRINTLN 'b'\n"
            ));
        }
    }
}

#[test]
fn what_a_statement_does_before_a_syntax_error_agrees() {
    let programs = [
        "RSSET 5\nRSRESET ~\nPRINTLN _RS\n",
        "RSSET 5\nRSSET 3 ~\nPRINTLN _RS\n",
        "PUSHS ~\nPRINTLN SECTION(@)\nPOPS\n",
        "PUSHS\nSECTION \"b\", ROM0\nPOPS ~\nPRINTLN SECTION(@)\nPOPS\n",
        "ENDSECTION ~\nPRINTLN SECTION(@)\n",
        "LOAD \"w\", WRAM0 ~\nPRINTLN SECTION(@)\nENDL\n",
        "LOAD \"w\", WRAM0\nENDL ~\nPRINTLN SECTION(@)\nENDL\n",
        "SECTION \"w\", WRAM0\nUNION ~\nENDU\n",
        "SECTION \"w\", WRAM0\nUNION\nDS 3\nNEXTU ~\nPRINTLN @ - STARTOF(\"w\")\nENDU\n",
        "SECTION \"w\", WRAM0\nUNION\nENDU ~\nENDU\n",
        "OPT p1\nPUSHO p2 ~\nPOPO\nDS 1\n",
        "PUSHO\nPOPO ~\nPOPO\n",
        "MACRO m\nSHIFT ~\nPRINTLN \"\\1\"\nENDM\nm 1, 2, 3\n",
        "MACRO m\nSHIFT 1 ~\nPRINTLN \"\\1\"\nENDM\nm 1, 2, 3\n",
        "REPT 3\nPRINTLN 1\nBREAK ~\nPRINTLN 2\nENDR\n",
        "NOP ~\nPRINTLN @ - STARTOF(\"s\")\n",
        "STOP ~\nPRINTLN @ - STARTOF(\"s\")\n",
        "RET ~\nPRINTLN @ - STARTOF(\"s\")\n",
        "LD A, B ~\nPRINTLN @ - STARTOF(\"s\")\n",
        "DB 1 ~\nPRINTLN @ - STARTOF(\"s\")\n",
        "DS 3 ~\nPRINTLN @ - STARTOF(\"s\")\n",
        "DB 1\nALIGN 4 ~\nPRINTLN @ - STARTOF(\"s\")\n",
        "DEF n = 1\nDEF n = 2 ~\nPRINTLN n\n",
        "DEF n EQU 1 ~\nPRINTLN n\n",
        "DEF n EQUS \"a\" ~\nPRINTLN \"{n}\"\n",
        "DEF n RB ~\nPRINTLN _RS\n",
        "DEF n RB 2 ~\nPRINTLN _RS\n",
        "DEF n EQU 1\nPURGE n ~\nPRINTLN DEF(n)\n",
        "PRINTLN ~\n",
        "PRINTLN 1 ~\n",
        "PRINT \"a\" ~\n",
        "WARN \"w\" ~\n",
        "FAIL \"f\" ~\n",
        "ASSERT 0 ~\n",
        "SECTION \"b\", ROM0 ~\nPRINTLN SECTION(@)\n",
        "INCLUDE \"missing\" ~\nPRINTLN 1\n",
        "IF 1 ~\nPRINTLN 1\nENDC\n",
        "IF 0\nELIF 1 ~\nPRINTLN 1\nENDC\n",
        "IF 0\nELSE ~\nPRINTLN 1\nENDC\n",
        "IF 1\nENDC ~\nPRINTLN 1\nENDC\n",
        "REPT 2 ~\nPRINTLN 1\nENDR\n",
        "FOR n, 2 ~\nPRINTLN 1\nENDR\n",
        "REPT 2\nPRINTLN 1\nENDR ~\nPRINTLN 3\n",
        "MACRO m ~\nPRINTLN 1\nENDM\nm\n",
        "MACRO m\nPRINTLN 1\nENDM ~\nm\n",
        "n: ~\nPRINTLN DEF(n)\n",
        "n:: ~\nPRINTLN DEF(n)\n",
        "n:\n.y ~\nPRINTLN DEF(n.y)\n",
        ": ~\nDW :-\n",
    ];
    for program in programs {
        for behind in
            ["foo", "DEF y = 1", "1", "\"s\"", ",", ")", "::", "=", "NOP", ".z", "@", "ENDC", "PRINTLN 9", ":"]
        {
            check(&format!("SECTION \"s\", ROM0\n{}", program.replace('~', behind)));
        }
    }
}

#[test]
fn errors_in_local_names_and_syntax_agree() {
    let statements = "println DEF(~|IF DEF(~|println DEF ~)|println DEF ~|println DEF(~)|println DEF(~) 1|println DEF(~ +|println BANK(~|\
        println SIZEOF(~|println ISCONST(~|println STRLEN(~|println HIGH(~|println (~|println ~|println ~ 1|println ~ +|EXPORT ~|\
        EXPORT ~ 1|EXPORT ~, 1|PURGE ~ 1|PURGE ~, 1|db ~ 1|dw ~|jr ~ 1|ld a, [~|ld a, [~] 1|IF ~ 1|REPT ~ 1|FOR n, ~ 1|ASSERT ~ 1|\
        WARN ~ 1|~ 1|~: 1|~:: 1|DS ~ 1|ALIGN ~ 1|CHARMAP ~ 1|println STRFMT(\"%d\", ~|println CHARVAL(~";
    for statement in statements.split('|') {
        for name in [".x", "a.x.y", "a.", "v", "{v}"] {
            for before in ["", "SECTION \"s\", ROM0\na:\n"] {
                check(&format!("DEF v EQUS \"w\"\n{before}{}\nprintln 5\n", statement.replace('~', name)));
            }
        }
    }
}

#[test]
fn numbers_that_become_strings_agree() {
    let values = [
        "n ++ \"x\"",
        "n === \"x\"",
        "n ++ \"x\" === \"x\"",
        "n ++ \"x\" + 1",
        "(n ++ \"x\")",
        "n ++ 5",
        "n ++ n",
        "n ++",
        "n, n ++ \"x\"",
        "n ++ \"x\", 5",
        "no ++ \"x\"",
        "no + 1 ++ \"x\"",
        "@ ++ \"x\"",
        ".z ++ \"x\"",
        ":+ ++ \"x\"",
        "_NARG ++ \"x\"",
        "n ** 2 ** 3",
        "n + 1 ++ \"x\"",
        "STRFMT(\"%s%d\", n ++ \"x\", n)",
        "STRFMT(\"%d\", no)",
        "\"x\" ++ n",
        "n n",
        "n \"x\"",
        "n(5)",
    ];
    for value in values {
        for before in [
            "PRINTLN ",
            "PRINT ",
            "SECTION \"s\", ROM0\ndb ",
            "SECTION \"s\", ROM0\ndw ",
            "DEF e EQUS ",
            "DEF e EQU ",
            "WARN ",
        ] {
            check(&format!("DEF n EQU 5\n{before}{value}\n"));
        }
    }
}

#[test]
fn empty_options_agree() {
    for options in [
        ",",
        ", b.X",
        "b.X,",
        "b.X,,",
        ",,",
        "b.X, , g.xX0",
        "-",
        "-,p1",
        "p , p2",
        ", p2",
        "p2 ,",
        "b",
        "; none",
        "\\\n p3",
    ] {
        check(&format!("OPT {options}\nDS 2\n"));
        check(&format!("PUSHO {options}\nPOPO\n"));
    }
}

#[test]
fn a_name_before_a_question_mark_is_only_a_macro_call() {
    let statements = "SECTION x?, ROM0|LOAD x?, ROM0|INCLUDE x?|INCBIN x?|db x?|dw x?|ds x?|DEF y EQUS x?|DEF y EQU x?|PURGE x?|EXPORT x?|\
        assert x?|WARN x?|FAIL x?|ld a, x?|ld a, [x?]|bit x?, a|REPT x?|IF x?|FOR x?, 3|MACRO x?|DEF x? = 1|REDEF x? EQU 1|NEWCHARMAP x?|\
        SETCHARMAP x?|CHARMAP x?, 1|println x?|println x ?|println x? + 1|println STRLEN(x?)|println STRCAT(x?, \"a\")|println BANK(x?)|\
        println DEF(x?)|println SIZEOF(x?)|println ISCONST(x?)|println READFILE(x?)|println STRFMT(x?)|println x? ++ \"a\"|x?:|x?::";
    for statement in statements.split('|') {
        for name in ["number", "text", "label", "unknown"] {
            let definitions = "DEF number EQU 1\nDEF text EQUS \"number\"\nSECTION \"s\", ROM0\nlabel:\n";
            check(&format!("{definitions}{}\nprintln 1\n", statement.replace('x', name)));
        }
    }
}

#[test]
fn underscores_in_numbers_agree() {
    for prefix in ["$", "&", "%", "0x", "0o", "0b", ""] {
        for digits in ["1_", "_", "__", "_1", "_1_", "1__1", "1__", "_ + 1", "_dead", "1_x", ""] {
            check(&format!("println {prefix}{digits}\nprintln 2\n"));
        }
    }
    for number in ["1_.5", "1._5", "1.5_", "1_.5_q8", "1.5_q8", "1.5__5", "1__5.5", "1.", "1_."] {
        check(&format!("println {number}\nprintln 2\n"));
    }
}
