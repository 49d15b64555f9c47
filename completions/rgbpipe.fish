# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_rgbpipe_global_optspecs
    string join \n h/help V/version
end

function __fish_rgbpipe_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_rgbpipe_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_rgbpipe_using_subcommand
    set -l cmd (__fish_rgbpipe_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rgbpipe -n "__fish_rgbpipe_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rgbpipe -n "__fish_rgbpipe_needs_command" -s V -l version -d 'Print version'
complete -c rgbpipe -n "__fish_rgbpipe_needs_command" -f -a "build" -d 'Assemble and link sources into a ROM, a map and a symbol file'
complete -c rgbpipe -n "__fish_rgbpipe_needs_command" -f -a "check" -d 'Assemble and link sources, and write nothing: all the diagnostics, for editors and CI'
complete -c rgbpipe -n "__fish_rgbpipe_needs_command" -f -a "exec" -d 'Run any program that only takes files over named pipes: in a pipeline, all or nothing'
complete -c rgbpipe -n "__fish_rgbpipe_needs_command" -f -a "doctor" -d 'Show the tools found, their versions, and how to get what is missing'
complete -c rgbpipe -n "__fish_rgbpipe_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s o -l rom -d 'Write the ROM to FILE; - is standard output' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s m -l map -d 'Write the map to FILE; - is standard output' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s n -l sym -d 'Write the symbols to FILE; - is standard output' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l tar -d 'Write ROM, map and symbols to FILE as one tar [default: to standard output, if no output is named]' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l name -d 'Call the tar\'s members NAME.gb, NAME.map and NAME.sym [default: after the first source]' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l save-temps -d 'Keep the objects in DIR, as soon as all sources are assembled' -r -f -a "(__fish_complete_directories)"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s M -l deps -d 'Write a make rule to FILE: the outputs depend on every file that the build reads; - is standard output' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l MT -d 'The rule is for TARGET, as it is written, not for the outputs' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l MQ -d 'The rule is for FILE, escaped for make, not for the outputs' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s W -l warning -d 'Turn a warning on or off, such as all, error, no-obsolete' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s p -l pad -d 'Fill unused bytes with VALUE' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s D -l define -d 'Define a string symbol (its value is 1 if none is given)' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s I -l include -d 'Look for included files in DIR as well' -r -f -a "(__fish_complete_directories)"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s P -l preinclude -d 'Include FILE before each source' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s Q -l q-precision -d 'Precision of fixed-point numbers' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l asm-flags -d 'Any other flags for rgbasm, split as a shell would' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s l -l linkerscript -d 'Place sections by this linker script' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s O -l overlay -d 'Lay the sections over this ROM' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s S -l scramble -d 'Scramble banks, such as romx=7,wramx=3' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l link-flags -d 'Any other flags for rgblink, split as a shell would' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l fix-flags -d 'Run rgbfix with these flags instead, split as a shell would' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s j -l jobs -d 'Run up to N tools at once [default: as many as there are cores]' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l timeout -d 'End everything after this time, such as 2, 2.5, 30s or 2m; 0 is never' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l max-output -d 'End everything when an output grows over SIZE, such as 4096, 64K or 1G; 0 is no limit [default: 256M]' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l max-memory -d 'Let each tool use no more memory than SIZE; 0 is no limit' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l max-cpu -d 'Let each tool use no more processor time than SECS, rounded up to whole seconds; 0 is no limit' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l allow-read -d 'Let the tools read the files in DIR, or the file DIR, as well' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l rgbds -d 'Run the tools whose paths begin with PREFIX, such as tools/rgbds-1.0/' -r -f -a "(__fish_complete_directories)"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l message-format -d 'How messages are told' -r -f -a "human\t'As the tools print them'
short\t'Each on one line that begins with file and line, as gcc does: for editors'
json\t'One JSON object a line: diagnostics, other output, artifacts, how the build ended'
github\t'Annotations of GitHub Actions'"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l color -d 'Colour the tools\' messages (format human)' -r -f -a "auto\t'If standard error is a terminal'
always\t'Always'
never\t'Never'"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l snippets -d 'Show the source line under each message that names one (format human)' -r -f -a "auto\t'If standard error is a terminal'
always\t'Always'
never\t'Never'"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l progress -d 'Show how far a long build is (format human)' -r -f -a "auto\t'If standard error is a terminal'
always\t'Always'
never\t'Never'"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l dry-run -d 'Print the commands that would do the same on files, and do nothing'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l MP -d 'Add a rule without prerequisites for each file but the inputs, so that make goes on when one is gone'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l MG -d 'Let included files be missing, for make to make them: such a file is listed, and nothing is linked'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l MC -d 'Like --MG, but read the source on after a missing file, and list all (RGBDS 0.9)'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s E -l export-all -d 'Export all labels'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s t -l tiny -d 'One ROM bank of 32 KiB'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s d -l dmg -d 'For the first Game Boy: one VRAM bank, one WRAM bank'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s x -l nopad -d 'Do not pad the end of the ROM'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l wramx -d 'One WRAM bank of 8 KiB (rgblink\'s -w)'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l fix -d 'Run rgbfix -v -p 0xFF on the ROM: valid header and checksums, padded'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -l sandbox -d 'Let the tools read only the working directory and what is named here, and write nothing (Linux)'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s v -l verbose -d 'Show each tool\'s command, as one would type it on files'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s q -l quiet -d 'Show errors only: no progress, no warnings'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s W -l warning -d 'Turn a warning on or off, such as all, error, no-obsolete' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s p -l pad -d 'Fill unused bytes with VALUE' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s D -l define -d 'Define a string symbol (its value is 1 if none is given)' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s I -l include -d 'Look for included files in DIR as well' -r -f -a "(__fish_complete_directories)"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s P -l preinclude -d 'Include FILE before each source' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s Q -l q-precision -d 'Precision of fixed-point numbers' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l asm-flags -d 'Any other flags for rgbasm, split as a shell would' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s l -l linkerscript -d 'Place sections by this linker script' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s O -l overlay -d 'Lay the sections over this ROM' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s S -l scramble -d 'Scramble banks, such as romx=7,wramx=3' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l link-flags -d 'Any other flags for rgblink, split as a shell would' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l fix-flags -d 'Run rgbfix with these flags instead, split as a shell would' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s j -l jobs -d 'Run up to N tools at once [default: as many as there are cores]' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l timeout -d 'End everything after this time, such as 2, 2.5, 30s or 2m; 0 is never' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l max-output -d 'End everything when an output grows over SIZE, such as 4096, 64K or 1G; 0 is no limit [default: 256M]' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l max-memory -d 'Let each tool use no more memory than SIZE; 0 is no limit' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l max-cpu -d 'Let each tool use no more processor time than SECS, rounded up to whole seconds; 0 is no limit' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l allow-read -d 'Let the tools read the files in DIR, or the file DIR, as well' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l rgbds -d 'Run the tools whose paths begin with PREFIX, such as tools/rgbds-1.0/' -r -f -a "(__fish_complete_directories)"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l message-format -d 'How messages are told' -r -f -a "human\t'As the tools print them'
short\t'Each on one line that begins with file and line, as gcc does: for editors'
json\t'One JSON object a line: diagnostics, other output, artifacts, how the build ended'
github\t'Annotations of GitHub Actions'"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l color -d 'Colour the tools\' messages (format human)' -r -f -a "auto\t'If standard error is a terminal'
always\t'Always'
never\t'Never'"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l snippets -d 'Show the source line under each message that names one (format human)' -r -f -a "auto\t'If standard error is a terminal'
always\t'Always'
never\t'Never'"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l progress -d 'Show how far a long build is (format human)' -r -f -a "auto\t'If standard error is a terminal'
always\t'Always'
never\t'Never'"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s E -l export-all -d 'Export all labels'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s t -l tiny -d 'One ROM bank of 32 KiB'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s d -l dmg -d 'For the first Game Boy: one VRAM bank, one WRAM bank'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s x -l nopad -d 'Do not pad the end of the ROM'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l wramx -d 'One WRAM bank of 8 KiB (rgblink\'s -w)'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l fix -d 'Run rgbfix -v -p 0xFF on the ROM: valid header and checksums, padded'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -l sandbox -d 'Let the tools read only the working directory and what is named here, and write nothing (Linux)'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s v -l verbose -d 'Show each tool\'s command, as one would type it on files'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s q -l quiet -d 'Show errors only: no progress, no warnings'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l in -d 'Put the path of a named pipe that gives the content of FILE in the place of {NAME}; - is standard input' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l out -d 'Put the path of a named pipe in the place of {NAME}, and what is written to it into FILE; - is standard output' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l tar -d 'Write all outputs to FILE as one tar, whose members are called NAME; - is standard output' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l timeout -d 'End everything after this time, such as 2, 2.5, 30s or 2m; 0 is never' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l max-output -d 'End everything when an output grows over SIZE, such as 4096, 64K or 1G; 0 is no limit [default: 256M]' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l max-memory -d 'Let each tool use no more memory than SIZE; 0 is no limit' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l max-cpu -d 'Let each tool use no more processor time than SECS, rounded up to whole seconds; 0 is no limit' -r
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l allow-read -d 'Let PROGRAM read the files in DIR, or the file DIR, as well' -r -F
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -l sandbox -d 'Let PROGRAM read only the working directory and what is named here, and write nothing but its pipes (Linux)'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand doctor" -l rgbds -d 'Run the tools whose paths begin with PREFIX, such as tools/rgbds-1.0/' -r -f -a "(__fish_complete_directories)"
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand help; and not __fish_seen_subcommand_from build check exec doctor help" -f -a "build" -d 'Assemble and link sources into a ROM, a map and a symbol file'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand help; and not __fish_seen_subcommand_from build check exec doctor help" -f -a "check" -d 'Assemble and link sources, and write nothing: all the diagnostics, for editors and CI'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand help; and not __fish_seen_subcommand_from build check exec doctor help" -f -a "exec" -d 'Run any program that only takes files over named pipes: in a pipeline, all or nothing'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand help; and not __fish_seen_subcommand_from build check exec doctor help" -f -a "doctor" -d 'Show the tools found, their versions, and how to get what is missing'
complete -c rgbpipe -n "__fish_rgbpipe_using_subcommand help; and not __fish_seen_subcommand_from build check exec doctor help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
