/**
 * The completion script of each shell. It passes the words up to the cursor to `xgpt complete --`
 * and offers the lines of its output: value and description, separated by a tab. It offers files
 * only where a path is expected, and never evaluates what was typed.
 */
export const SCRIPTS: Record<string, string> = {
  bash: `# xgpt: add to ~/.bashrc: source <(xgpt completion bash)
_xgpt() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(xgpt complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${COMP_WORDS[1]} == @(backup|import|restore) ]]; then compopt -o default 2>/dev/null; fi
}
complete -F _xgpt xgpt`,

  zsh: `# xgpt: add to ~/.zshrc, after compinit: source <(xgpt completion zsh)
_xgpt() {
  local line
  local -a candidates
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(xgpt complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe xgpt candidates
  elif [[ $words[2] == (backup|import|restore) ]]; then _files
  fi
}
compdef _xgpt xgpt`,

  fish: `# xgpt: xgpt completion fish > ~/.config/fish/completions/xgpt.fish
function __xgpt_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    xgpt complete -- $words "$current" 2>/dev/null
end
complete -c xgpt -f -k -a '(__xgpt_complete)'
complete -c xgpt -F -n '__fish_seen_subcommand_from backup import restore'`,
};
