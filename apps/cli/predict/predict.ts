// `graft predict`: a model and files come in, answers leave as lines, a CSV file or JSON.
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type Answer,
  csvField,
  formatAmount,
  formatValue,
  formulaWarning,
  GraftError,
  load,
  type ModelInfo,
  openUnlabelled,
  outFile,
} from 'graft-ml';
import type { Context } from '../context.ts';
import { dataOptionsIn, type Flags, formatOptionsIn } from '../data/data-given.ts';
import { EXIT } from '../exit-codes.ts';
import { requireOutside } from '../out-path.ts';

/** Answers for each input. */
export async function predictFiles(place: string, inputs: readonly string[], flags: Flags, context: Context): Promise<number> {
  for (const input of inputs) requireNoText(input);
  const signal = context.signal();
  if (flags.out !== '') {
    await requireFile(flags.out as string, inputs);
    await requireOutside(flags.out as string, [place]);
  }
  const model = await load(place);
  const counter = context.count('predicting', 'examples');
  try {
    const data = await openUnlabelled(inputs, dataOptionsIn(flags), { formatOptions: formatOptionsIn(flags), readAs: model.readAs, signal });
    for (const { level, text } of data.findings) if (level === 'warning') context.note(`! ${text}`);
    const out = flags.out === '' ? undefined : await csvFile(flags.out as string, model.info, flags.all === true);
    let done = 0;
    try {
      for await (const part of model.predict(data, { signal })) {
        if (out) await out.add(part);
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
    const summary = `${done} answers in ${flags.out as string}`;
    // A stream may be the standard output itself.
    if (out?.isStream) context.note(summary);
    else if (out) context.result({ file: flags.out, answers: done }, summary);
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

/** Before anything is computed: answers go into a CSV file, and not over what they are for. */
async function requireFile(path: string, inputs: readonly string[]): Promise<void> {
  if (/\.(?:json|jsonl|ndjson)$/i.test(path))
    throw new GraftError('invalid-argument', `\`out\` (="${path}") is written as CSV; for JSON lines leave it out: \`--json > ${path}\`.`);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new GraftError('invalid-argument', `\`out\` (="${path}") is a folder; name a file for the answers.`);
  const places = await Promise.all([path, ...inputs].map((one) => realpath(one).catch(() => resolve(one))));
  if (places.indexOf(places[0] as string, 1) > 0)
    throw new GraftError('invalid-argument', `\`out\` (="${path}") is what is predicted on; name another file.`);
}

/** Nothing where the model does not tell. */
const flagOf = (unknown: boolean | undefined) => (unknown === undefined ? '' : unknown ? 'yes' : 'no');

/** A CSV file that is there whole or not at all; a device or a pipe gets the answers as they come. */
async function csvFile(path: string, { task, scale }: ModelInfo, all: boolean) {
  const file = await outFile(path);
  // As many digits as float32 scores have, in the unit of the target: amounts that are large and differ little keep what they differ by.
  const written = (value: number, c: number) => {
    if (task.kind !== 'regression') return String(Number(value.toPrecision(6)));
    const digits = Math.ceil(7 - Math.log10(scale?.factor[c] || 1));
    return String(digits >= 0 && digits <= 100 ? Number(value.toFixed(digits)) : value);
  };
  const names = task.kind === 'regression' ? task.targets : task.classes;
  const head = task.kind === 'regression' ? ['name', ...names] : ['name', 'label', 'probability', 'unknown', ...(all ? names : [])];
  const beginning = [head.map(csvField).join(',')];
  let warning = formulaWarning(path, head);
  return {
    ...file,
    warning: () => warning,
    async add(answers: readonly Answer[]) {
      warning ??= formulaWarning(
        path,
        answers.flatMap(({ name, label = '' }) => [name, label]),
      );
      const lines = answers.map(({ name, label, probability, values, unknown }) => {
        const numbers = values.map(written);
        if (task.kind === 'regression') return [csvField(name), ...numbers].join(',');
        return [csvField(name), csvField(label ?? ''), probability?.toFixed(6) ?? '', flagOf(unknown), ...(all ? numbers : [])].join(',');
      });
      await file.write([...beginning.splice(0), ...lines, ''].join('\n'));
    },
  };
}
