// A choice that somebody left open: asked for on a terminal. Called by `run` for a missing argument, and by commands through their context.
import { GraftError } from 'graft-ml/options';

/**
 * Asks for one of `values`; `undefined` where there is no terminal, or results are wanted as JSON.
 * @throws GraftError `aborted` when the question is left by Ctrl-C or Escape.
 */
export async function ask(question: string, values: readonly string[], json: boolean): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (json || !stdin.isTTY || !stderr.isTTY) return undefined;
  const { isCancel, select } = await import('@clack/prompts');
  const answer = await select({ message: question, options: values.map((value) => ({ value })), output: stderr });
  if (isCancel(answer)) throw new GraftError('aborted', 'Nothing was chosen.');
  return answer;
}
