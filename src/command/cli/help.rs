//! The longer texts of `--help` and the man pages.
//!
//! A line that ends in a colon starts a section. A line in it that is indented by two spaces is one of three things: a
//! command, if a description indented by six follows; a term, if two or more spaces separate it from its meaning; or a paragraph.

pub(super) const ABOUT: &str = "Build Game Boy ROMs: assembly source in; ROM, map and symbols out";

pub(super) const LONG_ABOUT: &str = "\
Build Game Boy ROMs: assembly source in; ROM, map and symbols out.

rgbpipe runs RGBDS over named pipes, as if rgbasm and rgblink were one function. Without RGBDS it uses its own assembler \
and linker. No object or other intermediate file is written, and no output file unless the build succeeds.";

pub(super) const BUILD: &str = "\
Assemble and link sources into a ROM, a map and a symbol file

The sources are assembled in parallel. Then the objects are linked in the order of the inputs, and the header is fixed if \
--fix or --fix-flags is given. RGBDS's rgbasm, rgblink and rgbfix do this over named pipes, or the built-in toolchain does \
it in this process: see --toolchain. The outputs appear together after the build has succeeded. If it fails, old outputs \
stay as they were.

If no output is named (-o, -m, -n, --tar, --report, -M), ROM, map and symbols go to standard output as one tar.";

pub(super) const BUILD_EXAMPLES: &str = "\
Examples:
  rgbpipe build game.asm -o game.gb
      One source, one ROM.
  rgbpipe build src/*.asm -o game.gb -m game.map -n game.sym --fix
      Many sources in parallel; a ROM with a valid header, map and symbols.
  rgbpipe build game.asm --rom - --sym out.sym > game.gb
      The ROM on standard output, the symbols in a file.
  cat game.asm | rgbpipe build - | tar xf -
      Source on standard input; ROM, map and symbols as a tar on standard output.
  rgbpipe build src/*.asm -o game.gb -M game.d --MP
      The ROM, and a rule with everything it depends on, for 'include game.d' in a Makefile.
  rgbpipe build --dry-run src/*.asm -o game.gb
      The commands to type without rgbpipe.";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  rgbpipe check src/*.asm -I include
      Everything the tools report about a program.
  :set makeprg=rgbpipe\\ check\\ --message-format\\ short\\ src/*.asm
      In vim, :make then lists the messages, and :cnext goes to the next one.
  rgbpipe check --message-format github src/*.asm
      Annotations in a GitHub Actions workflow.";

pub(super) const COMPLETIONS: &str = "\
Print the script that teaches a shell to complete rgbpipe's command line

The script asks rgbpipe for candidates, so rgbpipe must be on PATH. The script belongs to this version: generate it again \
after an update. The examples do that whenever a shell starts.";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  echo 'source <(rgbpipe completions bash)' >> ~/.bashrc
      For bash.
  echo 'source <(rgbpipe completions zsh)' >> ~/.zshrc
      For zsh. Put it after compinit.
  echo 'rgbpipe completions fish | source' >> ~/.config/fish/config.fish
      For fish.
  echo 'rgbpipe completions powershell | Out-String | Invoke-Expression' >> $PROFILE
      For PowerShell.
  echo 'eval (rgbpipe completions elvish | slurp)' >> ~/.config/elvish/rc.elv
      For elvish.";

pub(super) const TOOLS: &str = "\
Examples:
  rgbpipe tools tools && make RGBDS=tools/
      Builds a project whose Makefile uses $(RGBDS)rgbasm with the built-in tools.

The links lead to this rgbpipe, which acts as the tool whose name it is called by. If there is a real rgbgfx, DIR gets a \
link to it too. Existing links are replaced. A file that is not a link is an error.";

/// Shared by all commands that run the tools of a build.
pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0      success
  1      a tool reported errors, crashed, hit a limit, or did not write an output
  2      usage error: the command line cannot work
  3      cannot run: a tool is missing, an output cannot be written, or named pipes are not available
  124    timed out
  128+n  ended by signal n";

pub(super) const ENVIRONMENT: &str = "\
Environment:
  RGBPIPE_TOOLCHAIN        auto, rgbds or builtin, unless --toolchain or --rgbds is given
  RGBASM, RGBLINK, RGBFIX  one tool each; they take precedence over RGBDS; --rgbds overrides everything
  RGBDS                    a prefix for all tools, such as tools/rgbds-1.0/
  SOURCE_DATE_EPOCH        the time stamp of the tar's members, in seconds; 0 if unset
  MAKEFLAGS                from make: how many tools run at once, and whether it only prints or asks
  GLIBC_TUNABLES           set it, even to an empty string, to stop rgbpipe from tuning its memory and that of the tools
  TMPDIR                   where the named pipes are created
  NO_COLOR, FORCE_COLOR    as for RGBDS";

pub(super) const DOCTOR: &str = "\
Exit status:
  0      builds can work; there may be warnings
  2      usage error: the command line cannot work
  3      builds cannot work: a tool is missing, too old or does not match another, or named pipes are not available

Environment:
  RGBPIPE_TOOLCHAIN        auto, rgbds or builtin, unless --toolchain or --rgbds is given
  RGBASM, RGBLINK, RGBFIX  one tool each; they take precedence over RGBDS; --rgbds overrides everything
  RGBDS                    a prefix for all tools, such as tools/rgbds-1.0/
  TMPDIR                   where the named pipes are created";

/// Joins texts with a blank line between them.
pub(super) fn sections(texts: &[&str]) -> String {
    texts.join("\n\n")
}
