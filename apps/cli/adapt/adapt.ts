// `graft adapt`: data with labels and data without come in, a folder with model, predictions and report leaves.
import { type AdaptEvent, type AdaptResult, adapt, formatValue, GraftError, rankOrder, textTable } from 'graft-ml';
import { adaptOptions } from 'graft-ml/options';
import { commandLine } from '../command-line.ts';
import type { Context } from '../context.ts';
import { dataOptionsIn, type Flags, formatOptionsIn } from '../data/data-given.ts';
import { EXIT } from '../exit-codes.ts';
import { workCounter } from '../work-counter.ts';

/** Adapts from what lies at the paths to `--target`. */
export async function adaptPaths(sources: readonly string[], flags: Flags, context: Context): Promise<number> {
  if (flags.target === '')
    throw new GraftError('invalid-argument', 'Nothing was given to adapt to; name the data without labels: graft adapt source/ --target target/');
  const own = Object.fromEntries(Object.entries(flags).filter(([name]) => Object.hasOwn(adaptOptions, name)));
  const { seed: _, ...reading } = dataOptionsIn(flags) as Record<string, never>;
  const events = adapt({
    source: sources,
    target: flags.target as string,
    data: reading,
    formatOptions: formatOptionsIn(flags),
    ...(flags.targetLabels !== '' && { targetLabels: flags.targetLabels as string }),
    adapt: own as Record<string, never>,
    scoreLabels: flags.scoreLabels === true,
    runs: flags.runs as string,
    again: commandLine(),
    signal: context.signal(),
  });
  return toldAdapt(events, context);
}

/** Shows an adaptation and what came of it. */
export async function toldAdapt(events: AsyncGenerator<AdaptEvent, AdaptResult, void>, context: Context): Promise<number> {
  const { folder, model, report, predictions, adaptation, unlike, scored } = await shown(events, context);
  const { choice } = adaptation;
  const rows = rankOrder(choice.ranked).map((i) => {
    const { candidate, rank, scores, out } = choice.ranked[i] as (typeof choice.ranked)[number];
    const name = candidate === choice.chosen ? `> ${candidate.name}` : `  ${candidate.name}`;
    return [name, rank, scores.neighbours, ...(scored ? [scored.candidates[i]] : []), out === undefined ? candidate.about : `out: ${out}`];
  });
  context.result(
    {
      folder,
      model,
      report,
      predictions,
      chosen: choice.chosen.name,
      why: choice.why,
      candidates: choice.ranked.map(({ candidate, rank, scores, out }) => ({ name: candidate.name, rank, scores, out })),
      mismatch: adaptation.mismatch,
      ...(unlike && { unlike: unlike.rows.length }),
      ...(scored && {
        scored: { ...scored, candidates: Object.fromEntries(choice.ranked.map(({ candidate }, i) => [candidate.name, scored.candidates[i]])) },
      }),
    },
    [
      textTable(
        [
          { label: 'candidate, without labels' },
          { label: 'mean rank', format: 'number', digits: 1 },
          { label: 'neighbours agree', format: 'percent', digits: 1 },
          ...(scored ? [{ label: 'accuracy', format: 'percent' as const, digits: 1 }] : []),
          { label: 'what it is, or why it is out' },
        ],
        rows,
      ),
      '',
      choice.why,
      ...(scored
        ? [
            `accuracy on ${scored.examples} target examples: ${formatValue(scored.labelFree.estimate, 'percent', 1)} (source only ${formatValue(scored.sourceOnly.estimate, 'percent', 1)}, oracle ${formatValue(scored.oracle.accuracy, 'percent', 1)}; the written model ${formatValue(scored.model, 'percent', 1)})`,
          ]
        : []),
      ...(unlike ? [`unlike every class: ${unlike.rows.length} of ${unlike.familiarity.length} target examples`] : []),
      `model:       ${model}`,
      `predictions: ${predictions}`,
      `report:      ${report}`,
    ].join('\n'),
  );
  return EXIT.ok;
}

async function shown(events: AsyncGenerator<AdaptEvent, AdaptResult, void>, context: Context): Promise<AdaptResult> {
  const work = workCounter(context);
  let folder = '';
  try {
    for (;;) {
      const { value: event, done } = await events.next();
      if (done) return event;
      // Data that cannot be opened leaves no folder.
      if (folder && !(event.type === 'work' && event.what.startsWith('reading '))) {
        work.end();
        context.note(`run: ${folder}`);
        folder = '';
      }
      if (event.type === 'work') {
        work.at(event.what, event.unit ?? 'examples', event.done, event.of);
        continue;
      }
      if (event.type === 'training') {
        if (event.event.type !== 'step') continue;
        const { position, secondsLeft, rate, examples } = event.event;
        work.at(event.candidate, 'updates', position.update, position.update + Math.round((secondsLeft * rate) / Math.max(1, examples)));
        continue;
      }
      // The next method goes on with the count.
      if (event.type === 'candidate' && !event.result.skipped) continue;
      work.end();
      if (event.type === 'run') folder = event.folder;
      if (event.type === 'candidate') context.note(`${event.result.name}: not tried: ${event.result.skipped}`);
      if (event.type === 'note') context.note(event.message);
    }
  } finally {
    work.end();
  }
}
