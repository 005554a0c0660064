// `graft export`: a run comes in, a smaller model and what it costs leave.
import { exportRun, formatBytes, GraftError, metricText } from 'graft-ml';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** Writes the smaller model. */
export async function exportModel(
  run: string,
  { int8, fp16, out }: { readonly int8: boolean; readonly fp16: boolean; readonly out: string },
  context: Context,
): Promise<number> {
  if (int8 === fp16)
    throw new GraftError('invalid-argument', '`graft export` takes one of `--int8` and `--fp16`; the model as it is lies in the run already.');
  const { folder, bytes, before, after } = await exportRun(run, int8 ? 'int8' : 'float16', { out: out || undefined, signal: context.signal() });
  const text = (value: number) => metricText(before.metric, value, 2);
  const { answers: _, ...from } = before;
  const { answers: __, ...to } = after;
  context.result(
    { folder, bytes, before: from, after: to },
    [
      `${folder}: ${formatBytes(bytes.before)} -> ${formatBytes(bytes.after)}`,
      ...(bytes.after < bytes.before ? [] : ['Nothing is gained: so small a model is mostly its graph, not its weights. Keep that of the run.']),
      `${before.metric} on ${before.examples} examples: ${text(before.headline.estimate)} -> ${text(after.headline.estimate)}`,
    ].join('\n'),
  );
  return EXIT.ok;
}
