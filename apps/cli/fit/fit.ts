// `graft fit` and `graft resume`: a path or a run comes in, a folder with model and report leaves.
import {
  fit,
  formatNumber,
  intervalText,
  metricFormat,
  metricText,
  type RunEvent,
  type RunResult,
  resume,
  resumeAdapt,
  runKind,
  textTable,
} from 'graft-ml';
import { fitDataOptions } from 'graft-ml/options';
import { toldAdapt } from '../adapt/adapt.ts';
import { commandLine } from '../command-line.ts';
import type { Context } from '../context.ts';
import { dataOptionsIn, type Flags, formatOptionsIn } from '../data/data-given.ts';
import { EXIT } from '../exit-codes.ts';
import { workCounter } from '../work-counter.ts';

/** Trains on what lies at `path`. */
export async function fitPath(path: string, flags: Flags, context: Context): Promise<number> {
  const own = Object.fromEntries(Object.entries(flags).filter(([name]) => Object.hasOwn(fitDataOptions, name)));
  const events = fit(path, {
    data: dataOptionsIn(flags),
    formatOptions: formatOptionsIn(flags),
    fit: own as Record<string, never>,
    runs: flags.runs as string,
    from: (flags.from as string) || undefined,
    tensorboard: flags.tensorboard === true,
    again: commandLine(),
    signal: context.signal(),
  });
  return told(events, context);
}

/** Goes on with a run. */
export async function resumeRun(folder: string, context: Context): Promise<number> {
  const signal = context.signal();
  if ((await runKind(folder)) === 'adapt') return toldAdapt(resumeAdapt(folder, { signal }), context);
  return told(resume(folder, { signal }), context);
}

async function told(events: AsyncGenerator<RunEvent, RunResult, void>, context: Context): Promise<number> {
  const result = await shown(events, context);
  const { verdict, fitted, folder, model, report } = result;
  const { metric, headline, groups, examples, part, metrics } = verdict;
  // What a person asks besides: plain accuracy, where another chose, and errors in the unit of each target.
  const beside = Object.entries(metrics).filter(([name]) => name !== metric && (name === 'accuracy' || name.startsWith('mean absolute error')));
  const rows = fitted.results.map((one) => [
    one.name === fitted.chosen.name ? `> ${one.name}` : `  ${one.name}`,
    one.metric,
    one.loss,
    one.seconds,
    one.skipped ?? one.about,
  ]);
  context.result(
    { folder, model, report, metric, ...headline, groups, examples, part, metrics, chosen: fitted.chosen.name, candidates: fitted.results },
    [
      textTable(
        [
          { label: 'candidate, on validation' },
          { label: fitted.goal.metric, format: metricFormat(fitted.goal.metric).format },
          { label: 'loss', format: 'number' },
          { label: 'time', format: 'seconds' },
          { label: '' },
        ],
        [...rows, [`  ${fitted.yardstick.name}`, fitted.yardstick.metric, undefined, undefined, '']],
      ),
      '',
      `${metric} on ${examples} ${part} examples: ${intervalText(metric, headline, groups)}`,
      ...beside.map(([name, value]) => `${name}: ${metricText(name, value)}`),
      `model:  ${model}`,
      `report: ${report}`,
    ].join('\n'),
  );
  return EXIT.ok;
}

/** Shows what happens on the way. */
async function shown(events: AsyncGenerator<RunEvent, RunResult, void>, context: Context): Promise<RunResult> {
  const work = workCounter(context);
  let folder = '';
  try {
    for (;;) {
      const { value: event, done } = await events.next();
      if (done) return event;
      if (event.type === 'work') {
        work.at(event.what, event.unit ?? 'examples', event.done, event.of);
        continue;
      }
      if (event.type === 'training' && event.event.type === 'step') {
        const { position, secondsLeft, rate, examples } = event.event;
        const left = Math.round((secondsLeft * rate) / Math.max(1, examples));
        work.at(event.candidate, 'updates', position.update, position.update + left);
        continue;
      }
      if (event.type === 'training') continue;
      work.end();
      if (event.type === 'run') folder = event.folder;
      if (event.type === 'data') {
        // Data that cannot be opened leaves no folder.
        context.note(`run: ${folder}`);
        for (const { level, text } of event.data.findings) if (level === 'warning') context.note(`! ${text}`);
      }
      if (event.type === 'candidate')
        context.note(
          `${event.result.name}: ${event.result.skipped ? `not tried: ${event.result.skipped}` : formatNumber(event.result.metric ?? Number.NaN)}`,
        );
      if (event.type === 'rate') context.note(event.range.says);
      if (event.type === 'note') context.note(event.message);
    }
  } finally {
    work.end();
  }
}
