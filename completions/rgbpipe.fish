complete --keep-order --exclusive --command rgbpipe --arguments "(RGBPIPE_COMPLETE=fish rgbpipe -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
