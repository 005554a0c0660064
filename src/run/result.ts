// What a run came to, as data beside its model: for `compare` and for programs. Written when a run ends.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, GraftError } from '../core/errors.ts';
import { exampleName } from '../data/images/picture.ts';
import type { DataFit } from '../plan/fit-data.ts';
import { goalScores } from '../plan/goal.ts';
import { reasonOf } from '../train/durable.ts';
import type { Verdict } from './verdict.ts';

const RESULT_FILE = 'result.json';

const schema = z.object({
  form: z.literal(1),
  name: z.string(),
  task: z.string(),
  metric: z.string(),
  headline: z.object({ estimate: z.number(), low: z.number(), high: z.number(), level: z.number() }),
  metrics: z.record(z.string(), z.number()),
  chosen: z.string(),
  seconds: z.number(),
  part: z.enum(['test', 'validation']),
  /** Of each example of that part its name, and what the metric counts of it: 1 or 0 where it is right. */
  /** And its label or targets, so that another run's row of the same number is not taken for it. */
  /** And the number of its group, where there are groups. */
  examples: z.object({
    names: z.array(z.string()),
    values: z.array(z.number()),
    labels: z.array(z.string()).optional(),
    groups: z.array(z.number()).optional(),
  }),
});

/** What `result.json` holds. */
export type RunSummary = z.infer<typeof schema>;

/** The text of `result.json`. */
export function resultText({ data, goal, chosen, test, validationLabels, seconds }: DataFit, { metric, headline, metrics, part }: Verdict): string {
  const rows = test?.rows ?? data.parts.validation;
  const { each } = goalScores(goal, test?.scores ?? chosen.validation, test?.labels ?? validationLabels);
  const summary: RunSummary = {
    form: 1,
    name: data.name,
    task: goal.task.kind,
    metric,
    headline,
    metrics: { ...metrics },
    chosen: chosen.name,
    seconds,
    part,
    examples: {
      names: Array.from(rows, (row) => exampleName(data, row)),
      values: Array.from(each),
      labels: Array.from(rows, (row) => labelText(data, row)),
      ...(data.groups && { groups: Array.from(rows, (row) => (data.groups as Int32Array)[row] as number) }),
    },
  };
  return `${JSON.stringify(summary)}\n`;
}

/** The label of an example, or its targets, as `result.json` has them. */
export function labelText({ labels, task }: Pick<DataFit['data'], 'labels' | 'task'>, row: number): string {
  if (labels instanceof Int32Array) return task.kind === 'classification' ? (task.classes[labels[row] as number] as string) : '';
  const width = labels.dims[1] as number;
  return Array.from({ length: width }, (_, c) => String(labels.data[row * width + c])).join(' ');
}

/** Path of a run's result. */
export const resultPath = (folder: string) => join(folder, RESULT_FILE);

/** @throws GraftError `io` where the folder is no run that ended; `invalid-data` where its result is damaged. */
export async function readResult(folder: string): Promise<RunSummary> {
  const path = resultPath(folder);
  const text = await readFile(path, 'utf8').catch((cause: Error) =>
    fail(
      'io',
      `"${folder}" is no run that ended: ${existsSync(folder) ? `its ${RESULT_FILE} cannot be read (${reasonOf(cause)})` : 'there is no such folder'}; \`resume\` goes on with one that was stopped.`,
      { cause },
    ),
  );
  try {
    const value: unknown = JSON.parse(text);
    if ((value as { kind?: unknown } | null)?.kind === 'adapt')
      fail('invalid-argument', `"${folder}" is a run of \`adapt\`, whose accuracy nobody knows; runs of \`fit\` can be compared.`);
    return schema.parse(value);
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    return fail('invalid-data', `"${path}" is damaged; run \`fit\` anew.`, { cause });
  }
}
