// The script with which fish completes. Called by `completion`.
import type { Completed, ShellCommand } from './words.ts';

/** To be kept in `~/.config/fish/completions`. */
export function fishScript(commands: readonly ShellCommand[]): string {
  const lines = commands.flatMap(({ name, summary, flags, argument }) => {
    const within = `complete -c graft -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c graft -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...flags.map(({ flag, short, help, value }) => {
        const letter = short === '' ? '' : ` -s ${short.slice(1)}`;
        return `${within}${letter} -l ${flag.slice(2)}${value === undefined ? '' : valuePart(value)} -d ${quoted(help)}`;
      }),
      ...(argument === undefined || argument === 'text' ? [] : [`${within} ${argument === 'path' ? '-F' : `-a ${quoted(argument.join(' '))}`}`]),
    ];
  });
  return `# Completion of graft for fish: graft completion fish > ~/.config/fish/completions/graft.fish
complete -c graft -f
complete -c graft -n __fish_use_subcommand -l help -d 'Show help'
complete -c graft -n __fish_use_subcommand -l version -d 'Show the version'
${lines.join('\n')}
`;
}

function valuePart(what: Completed): string {
  if (what === 'path') return ' -r -F';
  return what === 'text' ? ' -x' : ` -x -a ${quoted(what.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
