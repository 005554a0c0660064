// `graft eval`: a model and labelled data come in, how good it is leaves.
import { evaluateModel as evaluate, formatAmount, intervalText, load, openLabelled, textTable } from 'graft-ml';
import type { Context } from '../context.ts';
import { dataOptionsIn, type Flags, formatOptionsIn } from '../data/data-given.ts';
import { EXIT } from '../exit-codes.ts';

/** Measures the model at `place` on the data at `path`. */
export async function evaluateModel(place: string, path: string, flags: Flags, context: Context): Promise<number> {
  const signal = context.signal();
  const model = await load(place);
  const counter = context.count('evaluating', 'examples');
  try {
    const options = dataOptionsIn(flags);
    const task = flags.task === 'auto' ? { task: model.info.task.kind } : {};
    const labelSeparator = (flags.labelSeparator as string) || (model.info.labelSeparator ?? '');
    const data = await openLabelled(
      path,
      { ...options, ...task, labelSeparator },
      {
        formatOptions: formatOptionsIn(flags),
        label: model.info.label,
        known: true,
        readAs: model.readAs,
        signal,
      },
    );
    for (const { level, text } of data.findings) if (level === 'warning') context.note(`! ${text}`);
    const learnt = (await model.learnt(data))?.reduce((count, one) => count + one, 0) ?? 0;
    if (learnt > 0)
      context.note(
        `! The model has learnt from ${learnt} of the ${data.table.length} examples, or was chosen by them, so what is measured flatters.`,
      );
    const { metric, headline, groups, metrics, examples, perClass } = await evaluate(model, data, {
      signal,
      progress: (done, of) => counter.at(done, of),
    });
    counter.end();
    const rows = perClass?.map(({ name, support, predicted, recall, precision, f1 }) => [
      name,
      support,
      support > 0 ? recall : undefined,
      predicted > 0 ? precision : undefined,
      support > 0 ? f1 : undefined,
    ]);
    const percent = { format: 'percent', digits: 1 } as const;
    const columns = [
      { label: 'class' },
      { label: 'examples', format: 'count' } as const,
      ...['recall', 'precision', 'F1'].map((label) => ({ label, ...percent })),
    ];
    context.result(
      { examples, learnt, metric, ...headline, groups, metrics, perClass },
      [
        ...(rows ? [textTable(columns, rows), ''] : []),
        ...Object.entries(metrics).map(([name, value]) => `${name}: ${formatAmount(value)}`),
        `${metric} on ${examples} examples: ${intervalText(metric, headline, groups)}`,
      ].join('\n'),
    );
    return EXIT.ok;
  } finally {
    counter.end();
    await model.release();
  }
}
