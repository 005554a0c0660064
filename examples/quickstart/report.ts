// The quick start's numbers as the sections of one HTML report.
import { confusionMatrix, formatCount, formatRate, formatSeconds, formatValue, htmlReport, type TransferReport } from 'graft-ml';
import type { Outcome, Result, Source } from './result.ts';
import { EXPORTED, type Settings, sourceFit, targetFit } from './settings.ts';

export interface ReportParts {
  readonly result: Result;
  readonly source: Source;
  readonly outcomes: readonly Outcome[];
  readonly moved: TransferReport;
  readonly settings: Settings;
}

export function reportOf({ result, source, outcomes, moved, settings }: ReportParts): string {
  const { target, seeds, labelsPerClass, versions, machine } = result;
  const percent = (share: number | undefined) => formatValue(share ?? Number.NaN, 'percent');
  const exported = outcomes.find(({ name, seed }) => name === EXPORTED && seed === seeds[0]) as Outcome;
  const gain = formatValue(target[EXPORTED]?.overScratch ?? Number.NaN, 'number', 1);
  const trained = [...new Set(outcomes.filter(({ curve }) => curve.x.length > 0).map(({ name }) => name))];
  const named = ({ schedule: _, ...options }: ReturnType<typeof sourceFit>) => ({ ...options, schedule: 'cosine, to 0' });
  return htmlReport({
    title: 'From MNIST to optdigits with few labels',
    summary:
      `A CNN that learnt MNIST (${percent(source.testAccuracy)} on its test images) was carried over to scanned digits of other writers, of which ` +
      `${labelsPerClass} a class were labelled. Fine-tuned in full it reaches ${percent(target[EXPORTED]?.mean)}, ${gain} points more than a model trained from scratch on the same labels.`,
    sections: [
      {
        kind: 'facts',
        title: 'At a glance',
        facts: [
          { label: 'Source accuracy', value: percent(source.testAccuracy), detail: `on ${formatCount(source.testImages)} test images of MNIST` },
          {
            label: 'Target accuracy',
            value: formatValue(target[EXPORTED] ?? Number.NaN, 'percent'),
            detail: `strategy ${EXPORTED}, ${seeds.length} seeds`,
          },
          { label: 'From scratch', value: formatValue(target.scratch ?? Number.NaN, 'percent'), detail: 'same network, labels and epochs' },
          { label: 'Speed', value: formatRate(result.imagesPerSecond, 'images'), detail: 'training the source' },
          { label: 'Time', value: formatSeconds(result.seconds), detail: 'without installation' },
        ],
      },
      {
        kind: 'table',
        title: 'Accuracy on the target',
        note: `Test images: all that are not among the ${labelsPerClass} labelled ones a class. Mean and standard deviation over seeds ${seeds.join(', ')}. "Last" is the model after the last epoch, which is what one gets; "oracle" is the best evaluation, chosen by test labels, which nobody has. Nothing else was chosen by test labels.`,
        columns: [
          { label: 'Way' },
          { label: 'Last', format: 'percent' },
          { label: 'Oracle', format: 'percent' },
          { label: 'Points over scratch', format: 'number', digits: 2 },
        ],
        rows: Object.entries(target).map(([name, { mean, sd, oracle, overScratch }]) => [name, { mean, sd }, oracle, overScratch]),
      },
      {
        kind: 'curves',
        title: 'How the target models learn',
        note: 'Test accuracy while training.',
        x: { label: 'updates', format: 'count' },
        y: { label: 'accuracy', format: 'percent' },
        series: trained.map((name) => ({ name, runs: outcomes.filter((outcome) => outcome.name === name).map(({ curve }) => curve) })),
      },
      {
        kind: 'confusion',
        title: 'What the exported model confuses',
        note: `Strategy ${EXPORTED}, seed ${exported.seed}: the model in target.onnx.`,
        classes: [...'0123456789'],
        matrix: confusionMatrix(exported.labels, exported.predictions, 10),
      },
      {
        kind: 'curves',
        title: 'How the source model learns',
        x: { label: 'updates', format: 'count' },
        y: { label: 'loss', scale: 'log' },
        series: [{ name: 'training loss', runs: [{ x: source.x, y: source.y }] }],
      },
      {
        kind: 'transfer',
        title: 'What moved',
        note: 'Before each training but the one from scratch.',
        rows: [
          ...moved.moved.map((row) => ({ ...row, outcome: 'moved' as const })),
          ...moved.fresh.map((row) => ({ ...row, outcome: 'fresh' as const })),
          ...moved.unused.map((row) => ({ ...row, outcome: 'unused' as const })),
        ],
      },
      {
        kind: 'options',
        title: 'Options and seeds',
        options: { seeds, labelsPerClass, source: named(sourceFit(settings)), target: { ...named(targetFit(settings, 0)), seed: 'as listed' } },
      },
    ],
    footer: `Graft ${versions.graft}, Node ${versions.node}, ${machine.cpu} (${machine.processors} processors).`,
  });
}
