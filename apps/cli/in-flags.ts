// What the library says of its options, as code gives them -> the flags that a command line gives them by. Called where errors are told.
import { type FlagRecords, flagOf } from './command-words.ts';

/** `onDamaged: 'skip'` and `label` in backquotes become `--on-damaged skip` and `--label`, where the command has such flags; what is suggested stays. */
export function inFlags(message: string, flags: FlagRecords): string {
  const [said = '', ...suggested] = message.split(/(?=did you mean |known are )/);
  const told = said.replace(/`(\w+)(?:: '([^']*)')?`/g, (whole: string, name: string, value: string | undefined) =>
    Object.hasOwn(flags, name) ? `\`${flagOf(name)}${value === undefined ? '' : ` ${/^[\w.=,-]+$/.test(value) ? value : `'${value}'`}`}\`` : whole,
  );
  return [told, ...suggested].join('');
}
