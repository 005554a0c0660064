// All commands, in the order of `graft --help`. A new one is a file here and a line below.
import type { Command } from '../command.ts';
import type { CommandWords } from '../command-words.ts';
import { adapt } from './adapt.ts';
import { compare } from './compare.ts';
import { completion } from './completion.ts';
import { data } from './data.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './eval.ts';
import { exporting } from './export.ts';
import { fit } from './fit.ts';
import { inspect } from './inspect.ts';
import { predict } from './predict.ts';
import { report } from './report.ts';
import { resume } from './resume.ts';

/** The commands that there are. */
export const commands: readonly Command[] = [fit, adapt, predict, evaluate, exporting, data, compare, report, resume, inspect, doctor, completion];

/** What `graft help` explains besides the commands. */
const TOPICS: readonly string[] = ['config', 'exit-codes'];

/** `graft help`, which loads nothing and is answered before any command. */
export const help = {
  name: 'help',
  summary: 'Explains a command, or config and exit-codes',
  args: [
    {
      name: 'command',
      help: 'What to explain; left out, all commands are listed.',
      values: [...commands.map(({ name }) => name), ...TOPICS],
      optional: true,
    },
  ],
  flags: { all: { default: false, help: 'Rarely needed options too.' } },
  examples: [
    { line: 'graft help inspect', does: 'what `graft inspect --help` says' },
    { line: 'graft help exit-codes', does: 'for scripts' },
  ],
} as const satisfies CommandWords;
