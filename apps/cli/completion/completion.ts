// `graft completion`: prints the script of a shell.

import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { wordsOf } from './words.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Prints the script. */
export async function printCompletion(shell: string, { commands, result }: Context): Promise<number> {
  const script = SCRIPTS[shell as keyof typeof SCRIPTS](commands.map(wordsOf));
  result({ shell, script }, script.trimEnd());
  return EXIT.ok;
}
