// `graft predict`: a model and files come in, answers leave as lines, a CSV file or JSON.
import { existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Answer, csvField, formatAmount, formatValue, formulaWarning, GraftError, load, type ModelInfo, openUnlabelled } from 'graft-ml';
import type { Context } from '../context.ts';
import { dataOptionsIn, type Flags, formatOptionsIn } from '../data/data-given.ts';
import { EXIT } from '../exit-codes.ts';

/** Answers for each input. */
export async function predictFiles(place: string, inputs: readonly string[], flags: Flags, context: Context): Promise<number> {
  for (const input of inputs) requireNoText(input);
  const signal = context.signal();
  const model = await load(place);
  const counter = context.count('predicting', 'examples');
  try {
    const data = await openUnlabelled(inputs, dataOptionsIn(flags), { formatOptions: formatOptionsIn(flags), readAs: model.readAs, signal });
    for (const { level, text } of data.findings) if (level === 'warning') context.note(`! ${text}`);
    if (flags.out !== '') await requireFile(flags.out as string, inputs);
    const out = flags.out === '' ? undefined : await csvFile(flags.out as string, model.info, flags.all === true);
    let done = 0;
    try {
      for await (const part of model.predict(data, { signal })) {
        if (out) await out.write(part);
        else for (const answer of part) context.result(answer, lineOf(answer, model.info, flags.all === true));
        done += part.length;
        counter.at(done, data.table.length);
      }
      await out?.finish();
    } catch (error) {
      await out?.discard();
      throw error;
    }
    counter.end();
    const warning = out?.warning();
    if (warning !== undefined) context.note(`! ${warning}`);
    if (out) context.result({ file: flags.out, answers: done }, `${done} answers in ${flags.out as string}`);
    return EXIT.ok;
  } finally {
    counter.end();
    await model.release();
  }
}

/** People type what they want an answer for. */
function requireNoText(input: string): void {
  if (/\s/.test(input.trim()) && !existsSync(input))
    throw new GraftError(
      'io',
      `There is no file "${input}". Texts are given in a file, a row each; the model's own predict.mjs takes them as words of its command.`,
    );
}

function lineOf({ name, label, probability, values, unknown }: Answer, { task }: ModelInfo, all: boolean): string {
  if (task.kind === 'regression')
    return `${name}  ${task.targets.map((target, i) => `${target} ${formatAmount(values[i] ?? Number.NaN)}`).join(', ')}`;
  const each = all ? `  ${task.classes.map((one, i) => `${one} ${formatValue(values[i] ?? Number.NaN, 'percent', 1)}`).join(', ')}` : '';
  const sure = probability === undefined ? '' : `  ${formatValue(probability, 'percent', 1)}`;
  return `${name}  ${label || '(none)'}${sure}${unknown ? '  unlike anything seen in training' : ''}${each}`;
}

/** Before anything is computed: answers go into a file, and not over what they are for. */
async function requireFile(path: string, inputs: readonly string[]): Promise<void> {
  if (inputs.some((input) => resolve(input) === resolve(path)))
    throw new GraftError('invalid-argument', `\`out\` (="${path}") is what is predicted on; name another file.`);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new GraftError('invalid-argument', `\`out\` (="${path}") is a folder; name a file for the answers.`);
}

/** Nothing where the model does not tell. */
const flagOf = (unknown: boolean | undefined) => (unknown === undefined ? '' : unknown ? 'yes' : 'no');

/** A CSV file that is there whole or not at all. */
async function csvFile(path: string, { task }: ModelInfo, all: boolean) {
  const aside = `${path}.part`;
  const file = await open(aside, 'w').catch((cause: Error) => {
    throw new GraftError('io', `Cannot write "${path}": ${cause.message}.`, { cause });
  });
  const names = task.kind === 'regression' ? task.targets : task.classes;
  const head = task.kind === 'regression' ? ['name', ...names] : ['name', 'label', 'probability', 'unknown', ...(all ? names : [])];
  await file.write(`${head.map(csvField).join(',')}\n`);
  let warning = formulaWarning(path, head);
  return {
    warning: () => warning,
    async write(answers: readonly Answer[]) {
      warning ??= formulaWarning(
        path,
        answers.flatMap(({ name, label = '' }) => [name, label]),
      );
      const lines = answers.map(({ name, label, probability, values, unknown }) => {
        const numbers = values.map((value) => String(Number(value.toPrecision(6))));
        if (task.kind === 'regression') return [csvField(name), ...numbers].join(',');
        return [csvField(name), csvField(label ?? ''), probability?.toFixed(6) ?? '', flagOf(unknown), ...(all ? numbers : [])].join(',');
      });
      await file.write(`${lines.join('\n')}\n`);
    },
    async finish() {
      await file.sync();
      await file.close();
      await rename(aside, path);
    },
    async discard() {
      await file.close();
      await rm(aside, { force: true });
    },
  };
}
