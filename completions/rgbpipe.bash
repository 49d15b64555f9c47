
_clap_complete_rgbpipe() {
    local IFS=$'\013'
    local _CLAP_COMPLETE_INDEX=${COMP_CWORD}
    local _CLAP_COMPLETE_COMP_TYPE=${COMP_TYPE}
    if compopt +o nospace 2> /dev/null; then
        local _CLAP_COMPLETE_SPACE=false
    else
        local _CLAP_COMPLETE_SPACE=true
    fi
    local words=("${COMP_WORDS[@]}")
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        words[COMP_CWORD]="$2"
    fi
    COMPREPLY=( $( \
        _CLAP_IFS="$IFS" \
        _CLAP_COMPLETE_INDEX="$_CLAP_COMPLETE_INDEX" \
        _CLAP_COMPLETE_COMP_TYPE="$_CLAP_COMPLETE_COMP_TYPE" \
        _CLAP_COMPLETE_SPACE="$_CLAP_COMPLETE_SPACE" \
        RGBPIPE_COMPLETE="bash" \
        "rgbpipe" -- "${words[@]}" \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
    elif [[ $_CLAP_COMPLETE_SPACE == false ]] && [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o filenames -o nospace -o bashdefault -o nosort -F _rgbpipe rgbpipe
else
    complete -o filenames -o nospace -o bashdefault -F _rgbpipe rgbpipe
fi

_rgbpipe() {
    local rest="$COMP_LINE" pieces=("${COMP_WORDS[@]}") cursor=$COMP_CWORD index piece blanks typed start=0 word=-1 kept=""
    local COMP_WORDS=() COMP_CWORD=0
    for index in "${!pieces[@]}"; do
        piece="${pieces[index]}"
        blanks="${rest%%"$piece"*}"
        if [[ $index -eq 0 || -z $piece || -n $blanks ]]; then
            word=$((word + 1))
            start=$((${#COMP_LINE} - ${#rest} + ${#blanks}))
        fi
        rest="${rest#"$blanks$piece"}"
        COMP_WORDS[word]+="$piece"
        if [[ $index -eq $cursor ]]; then
            COMP_CWORD=$word
            typed="${COMP_LINE:0:COMP_POINT}"
            typed="${typed:start}"
            if [[ -n $piece && $typed == *"$2" ]]; then
                kept="${typed%"$2"}"
                kept="${kept%[\"\']}"
            fi
        fi
    done
    _clap_complete_rgbpipe "$1" "$kept$2" "$3"
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
    # bash marks directories itself.
    COMPREPLY=("${COMPREPLY[@]%/}")
}
