// The script with which bash completes; runs from bash 3.2 on. Called by `completion`.
import type { Completed, ShellCommand } from './words.ts';

/** Names of commands, flags and values hold letters, digits and dashes alone, so that none needs quoting. */
export function bashScript(commands: readonly ShellCommand[]): string {
  const values = commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ flag, short, value }) => {
      if (value === undefined) return [];
      return [
        `    ${[flag, short]
          .filter(Boolean)
          .map((one) => `'${name} ${one}'`)
          .join('|')}) ${offer(value)} return ;;`,
      ];
    }),
  );
  return `# Completion of graft for bash: graft completion bash > ~/.local/share/bash-completion/completions/graft
_graft() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' word
  COMPREPLY=()
  # bash takes the = of --flag=value for a word.
  if [[ $current == = ]]; then current=''
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then command=$word; break; fi
  done
  case "$command $previous" in
${values.join('\n')}
  esac
  case $command in
    '') COMPREPLY=($(compgen -W '${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}' -- "$current")) ;;
${commands.map(caseOf).join('\n')}
  esac
}
complete -o default -F _graft graft
`;
}

function caseOf({ name, flags, argument = 'text' }: ShellCommand): string {
  const words = flags.flatMap(({ flag, short }) => (short === '' ? [flag] : [flag, short])).join(' ');
  return `    ${name}) if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '${words}' -- "$current")); else ${offer(argument)} fi ;;`;
}

/** Statements that offer what may stand here. Without any, bash offers files by itself, which bash 3.2 cannot be kept from. */
function offer(what: Completed): string {
  if (what === 'path') return ':;';
  if (what === 'text') return 'compopt +o default 2>/dev/null;';
  return `COMPREPLY=($(compgen -W '${what.join(' ')}' -- "$current"));`;
}
