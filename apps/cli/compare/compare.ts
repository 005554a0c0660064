// `graft compare`: runs come in, a leaderboard leaves.
import { compareRuns, metricText, textTable } from 'graft-ml';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** Prints the runs, best first. */
export async function compare(folders: readonly string[], context: Context): Promise<number> {
  const runs = await compareRuns(folders);
  const metric = runs[0]?.summary.metric ?? '';
  const text = (value: number) => metricText(metric, value);
  const rows = runs.map(({ folder, summary: { headline, chosen, seconds, part, examples }, behind }, i) => [
    folder,
    text(headline.estimate),
    `${text(headline.low)} to ${text(headline.high)}`,
    `${examples.names.length} (${part})`,
    chosen,
    seconds,
    behind
      ? `${text(behind.estimate)} behind on ${behind.examples} shared, p = ${behind.p.toPrecision(2)}`
      : i === 0
        ? 'the best'
        : 'of other data, or with too few examples in both, to tell',
  ]);
  context.result(
    {
      metric,
      runs: runs.map(({ folder, summary: { examples, ...summary }, behind }) => ({ folder, ...summary, examples: examples.names.length, behind })),
    },
    textTable(
      [
        { label: 'run' },
        { label: metric },
        { label: '95 % interval' },
        { label: 'examples' },
        { label: 'chosen' },
        { label: 'time', format: 'seconds' },
        { label: 'against the best' },
      ],
      rows,
    ),
  );
  return EXIT.ok;
}
