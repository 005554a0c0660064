// The command line: words come in, an exit code leaves. Calls for help and for the version are answered here, all else by `run`.
import { createRequire } from 'node:module';
import type { CommandWords } from './command-words.ts';
import { commands, help } from './commands/index.ts';
import { EXIT } from './exit-codes.ts';
import { commandHelp, configHelp, exitCodesHelp, programHelp } from './help.ts';
import type { Interrupts } from './interrupts.ts';
import { run } from './run.ts';

const { version } = createRequire(import.meta.url)('graft-ml/package.json') as { version: string };

/** Lines longer than this are hard to read. */
const WIDEST = 100;

/** Does what the words ask for. @returns the exit code. */
export async function main(words: readonly string[], interrupts: Interrupts): Promise<number> {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const has = (...flags: readonly string[]) => own.some((word) => flags.includes(word));
  const [name, topic] = own.filter((word) => !word.startsWith('-'));
  if (name === undefined && has('--version', '-V')) return print(version, { version }, has('--json'));
  if (name === 'help' || has('--help', '-h') || words.length === 0) {
    const answer = helpOn(name === 'help' ? topic : name, has('--all'));
    if (answer) return print(answer.text, answer.value, has('--json'));
  }
  const asked = name === 'help' ? topic : name;
  const place = asked === undefined ? -1 : words.indexOf(asked);
  return run(asked, place < 0 ? words : words.toSpliced(place, 1), interrupts);
}

/** Help on a command or a topic, as text and as data; nothing where there is neither. */
function helpOn(topic: string | undefined, all: boolean): { text: string; value: object } | undefined {
  const known: readonly CommandWords[] = [...commands, help];
  const width = Math.min(WIDEST, process.stdout.columns || 80);
  if (topic === undefined) return { text: programHelp(version, known, width), value: { version, commands: known } };
  if (topic === 'exit-codes') return { text: exitCodesHelp(width), value: EXIT };
  if (topic === 'config') return { text: configHelp(width), value: { text: configHelp(Number.POSITIVE_INFINITY) } };
  const command = known.find((one) => one.name === topic);
  return command && { text: commandHelp(command, width, all), value: command };
}

function print(text: string, value: object, json: boolean): number {
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
  return EXIT.ok;
}
