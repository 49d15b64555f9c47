//! The longer texts of `--help`, which are the man pages' as well.
//!
//! A line that ends in a colon begins a section. In it, what is indented by two blanks is a command, with what it does
//! below, indented by six; or a term, with two blanks or more before what it means; or a paragraph.

pub(super) const ABOUT: &str = "Build Game Boy ROMs with RGBDS as if rgbasm and rgblink were one function";

pub(super) const LONG_ABOUT: &str = "\
Build Game Boy ROMs with RGBDS as if rgbasm and rgblink were one function: source in; ROM, map and symbols out.

The tools run over named pipes: no object file, no intermediate file, and no output file unless all went well.";

pub(super) const BUILD: &str = "\
Assemble and link sources into a ROM, a map and a symbol file

Each source is assembled by an rgbasm of its own, several at once. When all are, rgblink links the objects in the order \
of the inputs, and rgbfix completes the header if asked to. What they write goes through named pipes: the outputs appear \
together when all has gone well, and old ones stay as they are when not.

Without -o, -m, -n, --tar, --report and -M, ROM, map and symbols go to standard output as one tar.";

pub(super) const BUILD_EXAMPLES: &str = "\
Examples:
  rgbpipe build game.asm -o game.gb
      One source, one ROM.
  rgbpipe build src/*.asm -o game.gb -m game.map -n game.sym --fix
      Many sources, several at once; ROM with a valid header, map and symbols.
  rgbpipe build game.asm --rom - --sym out.sym > game.gb
      The ROM to standard output, the symbols to a file.
  cat game.asm | rgbpipe build - | tar xf -
      Source from standard input; ROM, map and symbols as a tar to standard output.
  rgbpipe build src/*.asm -o game.gb -M game.d --MP
      The ROM, and a rule with all that it depends on, for 'include game.d' in a Makefile.
  rgbpipe build --dry-run src/*.asm -o game.gb
      What one would type without rgbpipe.";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  rgbpipe check src/*.asm -I include
      What the tools say of a program.
  :set makeprg=rgbpipe\\ check\\ --message-format\\ short\\ src/*.asm
      In vim, :make then lists it, and :cnext goes to the next place.
  rgbpipe check --message-format github src/*.asm
      In a workflow of GitHub Actions: annotations.";

pub(super) const COMPLETIONS: &str = "\
Print a script that lets a shell complete rgbpipe's command line

The script asks rgbpipe itself what could come next, so rgbpipe has to be on PATH; and it goes with this version of it: \
have it made anew after an update, as the examples do.";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  echo 'source <(rgbpipe completions bash)' >> ~/.bashrc
      For bash.
  echo 'source <(rgbpipe completions zsh)' >> ~/.zshrc
      For zsh; after its compinit.
  echo 'rgbpipe completions fish | source' >> ~/.config/fish/config.fish
      For fish.
  echo 'rgbpipe completions powershell | Out-String | Invoke-Expression' >> $PROFILE
      For PowerShell.
  echo 'eval (rgbpipe completions elvish | slurp)' >> ~/.config/elvish/rc.elv
      For elvish.";

/// Of all that runs the tools of a build.
pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0      done
  1      a tool reported errors, died, met a limit, or left an output out
  2      usage: what was typed cannot work
  3      cannot run: a tool is missing, an output cannot be written, no named pipes here
  124    timed out
  128+n  ended by signal n";

pub(super) const ENVIRONMENT: &str = "\
Environment:
  RGBASM, RGBLINK, RGBFIX  the tools, one each; they outdo RGBDS, and --rgbds outdoes all
  RGBDS                    a prefix of all tools, such as tools/rgbds-1.0/
  SOURCE_DATE_EPOCH        the time of the tar's members, in seconds; 0 if unset
  MAKEFLAGS                make's jobserver, or make -j1: how many tools run at once; make -n: --dry-run; make -q: status 1
  GLIBC_TUNABLES           if set, even to nothing, the tools have their memory as it says
  TMPDIR                   where the named pipes are made
  NO_COLOR, FORCE_COLOR    as for RGBDS";

pub(super) const DOCTOR: &str = "\
Exit status:
  0      builds can work; there may be warnings
  2      usage: what was typed cannot work
  3      they cannot: a tool is missing, too old or unfit for another one, no named pipes here

Environment:
  RGBASM, RGBLINK, RGBFIX  the tools, one each; they outdo RGBDS, and --rgbds outdoes all
  RGBDS                    a prefix of all tools, such as tools/rgbds-1.0/
  TMPDIR                   where the named pipes are made";

/// Texts with a blank line between them.
pub(super) fn sections(texts: &[&str]) -> String {
    texts.join("\n\n")
}
