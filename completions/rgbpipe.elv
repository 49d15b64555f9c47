
set edit:completion:arg-completer[rgbpipe] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) RGBPIPE_COMPLETE="elvish" rgbpipe -- $@words) | to-lines
}

