export const shells = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof shells)[number];

const bash = `# bash completion for selvedge
_selvedge() {
  local line files= cur="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = :files ]; then files=1; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
  fi
}
complete -F _selvedge selvedge
`;

const zsh = `#compdef selvedge
# zsh completion for selvedge
_selvedge() {
  local line files=
  local -a found
  while IFS= read -r line; do
    if [[ $line = :files ]]; then files=1; continue; fi
    if [[ $line = *$'\\t'* ]]; then
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${line//:/\\\\:}")
    fi
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe selvedge found
  [[ -n $files ]] && _files
}
compdef _selvedge selvedge
`;

const fish = `# fish completion for selvedge
function __selvedge_complete
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  for line in ($typed[1] __complete -- $typed[2..-1] "$current" 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c selvedge -f -a '(__selvedge_complete)'
`;

/** What a shell is to evaluate at its start. It asks the program itself, so it never is of another version. */
export const shellScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
