// Several runs -> one report: side by side, and each beside the best on the same examples. Called by users and the command line.
import { resolve } from 'node:path';
import { fail } from '../core/errors.ts';
import { VERSION } from '../core/version.ts';
import { htmlReport } from '../report/html.ts';
import { metricFormat, metricText } from '../report/metric.ts';
import { writeFileDurably } from '../train/durable.ts';
import { type ComparedRun, compareRuns } from './compare.ts';
import { pathsIn } from './run-folder.ts';

/**
 * Writes one page over the runs, best first.
 * @param out file to write.
 * @throws GraftError as {@link compareRuns} does; `io` where the file cannot be written.
 */
export async function reportRuns(
  folders: readonly string[],
  out: string,
): Promise<{ readonly report: string; readonly runs: readonly ComparedRun[] }> {
  const [only = ''] = folders;
  if (folders.length === 1)
    fail('invalid-argument', `A report over several runs takes two or more; that of "${only}" alone is "${pathsIn(only).report}".`);
  const runs = await compareRuns(folders);
  const metric = runs[0]?.summary.metric ?? '';
  const text = (value: number) => metricText(metric, value);
  const [best] = runs as [ComparedRun, ...ComparedRun[]];
  const page = htmlReport({
    title: `${runs.length} runs by ${metric}`,
    summary: `The best is ${best.folder} with ${text(best.summary.headline.estimate)}.`,
    sections: [
      {
        kind: 'headline',
        title: 'Side by side',
        measures: [
          {
            label: metric,
            format: metricFormat(metric).format,
            result: { name: best.folder, value: best.summary.headline },
            yardsticks: runs.slice(1).map(({ folder, summary }) => ({ name: folder, value: summary.headline })),
          },
        ],
      },
      {
        kind: 'table',
        title: 'Against the best',
        note: 'By a paired bootstrap on the examples that both were measured on: p is how likely such a difference is where the two are equally good.',
        columns: [
          { label: 'run' },
          { label: 'chosen' },
          { label: metric, ...metricFormat(metric) },
          { label: 'behind', ...metricFormat(metric) },
          { label: 'p', format: 'number' },
          { label: 'shared examples', format: 'count' },
          { label: 'time', format: 'seconds' },
        ],
        rows: runs.map(({ folder, summary: { chosen, headline, seconds }, behind }) => [
          folder,
          chosen,
          headline.estimate,
          behind?.estimate,
          behind?.p,
          behind?.examples,
          seconds,
        ]),
        chosen: 0,
      },
      {
        kind: 'table',
        title: 'All numbers',
        columns: [{ label: 'run' }, ...Object.keys(best.summary.metrics).map((label) => ({ label, format: 'number' as const }))],
        rows: runs.map(({ folder, summary: { metrics } }) => [folder, ...Object.keys(best.summary.metrics).map((name) => metrics[name])]),
      },
    ],
    footer: `Graft ${VERSION}; ${runs.map(({ folder }) => resolve(folder)).join(', ')}`,
  });
  await writeFileDurably(out, page);
  return { report: out, runs };
}
