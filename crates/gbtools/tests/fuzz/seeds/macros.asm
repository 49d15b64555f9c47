; Macros, loops, conditions, expansions, and what stops them.
MACRO list
	REPT _NARG
		PRINTLN "\1, \@, \<1>"
		SHIFT
	ENDR
ENDM
MACRO? recurse
	IF \1 > 0
		recurse \1 - 1
	ELIF DEF(never)
		FAIL "never"
	ELSE
		WARN "the end"
	ENDC
ENDM
	list 1, "two, 2", \
		(3, 3), four
	recurse 5
FOR x, 1, 20, 3
	DEF name{d:x} EQUS "value {02x:x}"
	IF x > 9
		BREAK
	ENDC
	PRINTLN "{name{d:x}}", STRFMT("%+08.3f %#s", 1.5, "te\nxt")
ENDR
FOR? y, 3
	REDEF last = y
ENDR
DEF twice EQUS "PRINTLN 1\nPRINTLN 2"
	twice
DEF v = 5
DEF v += 2 ** 3 ** 1
DEF v <<= 2
DEF v -= -%1010 & &17 | ~$FF ^ !0 >> 1 >>> 2
PURGE twice, v
OPT b.#, g.oO#, p255, Q12, r30, Wno-obsolete
PUSHO
OPT Wall
	DEF tile EQU `.oO#
	DEF bits EQU %#.#.
POPO
DEF raw EQUS #"\1 {x}"
DEF long EQUS """three
lines "of"
text"""
/* a comment
   of two lines */
IF 0
	anything
ELSE
ENDC
RSRESET
DEF a1 RB 2
DEF a2 RW
RSSET 10
DEF a3 RL 3
PRINTLN "{__ISO_8601_UTC__} {_RS}"
STATIC_ASSERT a2 == 2, STRCAT("a", "b")
