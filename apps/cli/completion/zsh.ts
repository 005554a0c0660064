// The script with which zsh completes. Called by `completion`.
import type { Completed, ShellCommand, ShellFlag } from './words.ts';

/** To be kept as `_graft` in a folder of `$fpath`, or read by `source`. */
export function zshScript(commands: readonly ShellCommand[]): string {
  return `#compdef graft
# Completion of graft for zsh: graft completion zsh > ~/.zfunc/_graft
_graft() {
  local state
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C '(- *)--help[Show help]' '(- *)--version[Show the version]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${commands.map(caseOf).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _graft ]]; then _graft "$@"; else compdef _graft graft; fi
`;
}

function caseOf({ name, flags, argument }: ShellCommand): string {
  const specs = [...flags.flatMap(specsOf), ...(argument === undefined ? [] : [`*: :${actionOf(argument)}`])];
  return `        ${name}) _arguments ${specs.map(quoted).join(' ')} ;;`;
}

function specsOf({ flag, short, help, value }: ShellFlag): string[] {
  const text = `[${help.replace(/[\\[\]:]/g, '\\$&')}]`;
  const behind = value === undefined ? text : `${text}: :${actionOf(value)}`;
  const letter = short === '' ? [] : [value === undefined ? `${short}${behind}` : `*${short}+${behind}`];
  return [value === undefined ? `${flag}${behind}` : `*${flag}=${behind}`, ...letter];
}

function actionOf(what: Completed): string {
  if (what === 'path') return '_files';
  return what === 'text' ? '' : `(${what.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
