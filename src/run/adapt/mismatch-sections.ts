// What a report says of how source and target differ: distances and what each suggests, class by class, feature by feature. Called by the report of an adaptation.
import type { Mismatch } from '../../methods/domains/pieces/mismatch.ts';
import { joinRows } from '../../methods/domains/pieces/products.ts';
import { featureShifts, labelShiftOf } from '../../methods/domains/pieces/shift.ts';
import type { DomainAdaptation } from '../../plan/adapt/adapt-data.ts';
import type { View } from '../../plan/adapt/view.ts';
import { formatCount, formatNumber } from '../../report/format.ts';
import type { Section } from '../../report/sections/index.ts';
import { classCounts } from '../../score/label-balance.ts';
import { argmaxRows } from '../../score/metrics.ts';

/** Rows of the table of features. */
const MOST_FEATURES = 15;

/** Distances first, then classes, then features. */
export function mismatchSections(adaptation: DomainAdaptation): Section[] {
  return [distances(adaptation), classes(adaptation), features(adaptation)];
}

function distances({ mismatch: before, standardised: own, halves, classShifts, view, network }: DomainAdaptation): Section {
  const after = network?.taken?.mismatch;
  const columns = [halves, before, own, after].filter((one) => one !== undefined);
  const row = (name: string, of: (one: Mismatch) => number, says: string) => [name, ...columns.map(of), says];
  return {
    kind: 'table',
    title: 'How far the domains lie apart',
    note: `In ${view.about}: in units of the source, and when each domain is brought to mean 0 and deviation 1 of its own${halves ? '; beside them two halves of the source, drawn by chance: what no mismatch looks like' : ''}${after ? '; and, in units of the source again, in what the adapted network makes of them' : ''}.`,
    columns: [
      { label: 'distance' },
      ...(halves ? [{ label: 'halves of the source', format: 'number' as const }] : []),
      { label: 'as they are', format: 'number' },
      { label: 'each standardised', format: 'number' },
      ...(after ? [{ label: 'after adaptation', format: 'number' as const }] : []),
      { label: 'what it says' },
    ],
    rows: [
      row('A-distance', ({ aDistance }) => aDistance, `0: a linear model cannot tell them apart; 2: it always can. ${suggestedBy(before, own)}`),
      row(
        'MMD',
        ({ mmd }) => mmd,
        `of all that a Gaussian kernel sees; 0: none. ${leftOf(before.mmd, own.mmd, 'in the means and deviations of the features')}`,
      ),
      row(
        'CORAL',
        ({ coral }) => coral,
        `of their covariances. ${leftOf(before.coral, own.coral, 'in deviations')} What is left is what coral and linear-transport take away.`,
      ),
      [
        'label shift',
        ...columns.map((one) => (one === before ? labelShiftOf(classShifts) : undefined)),
        `half the sum of the differences between the classes' shares, as estimated; 0: alike, 1: no class in common. ${suggestedByShares(labelShiftOf(classShifts))}`,
      ],
    ],
  };
}

/** A-distances above which domains are told apart almost always, and below which hardly. */
const [APART, ALIKE] = [1.9, 0.5];

function suggestedBy({ aDistance: before }: Mismatch, { aDistance: own }: Mismatch): string {
  if (before < ALIKE) return 'Hardly apart: the model of the source should hold.';
  if (own > APART) return 'Told apart almost always, however they are scaled: expect less of any method, and label a few target examples.';
  if (own < before / 2) return 'Most of it goes where each domain is standardised, which all candidates but source-only do.';
  return 'Much is left where each domain is standardised: methods that learn from the target have something to do.';
}

function leftOf(before: number, own: number, where: string): string {
  const share = before > 0 ? own / before : 1;
  return share < 0.5 ? `Most of it lies ${where}.` : share > 0.9 ? 'Standardising each domain does not lessen it.' : `Some of it lies ${where}.`;
}

/** Label shift above which a balance is told to differ. */
const SHIFTED = 0.1;

function suggestedByShares(shift: number): string {
  return shift > SHIFTED
    ? 'The classes seem to be otherwise frequent: mind methods that take them to be as in the source, or alike; label-shift and class-weights are made for this.'
    : 'The classes seem to be about as frequent as in the source.';
}

function classes({ classes: names, sourceLabels, choice, yardstick, classShifts }: DomainAdaptation): Section {
  const shares = (labels: Int32Array) => Array.from(classCounts(labels, names.length), (count) => count / labels.length);
  const [own, before, after] = [
    shares(sourceLabels),
    shares(argmaxRows(yardstick.probabilities, names.length)),
    shares(argmaxRows(choice.chosen.probabilities, names.length)),
  ];
  const share = { format: 'percent', digits: 1 } as const;
  return {
    kind: 'table',
    title: 'How frequent the classes are, and how far they moved',
    note: "Predicted shares that are far from the source want an explanation: another balance in the target, or a class that swallows others. Estimated: from how sure the source's own model is of each class (maximum likelihood, as label-shift does), which holds where only the balance differs. Moved: the distance between the mean of the class in the source and that of the target examples taken for it, over the spread within classes; 0 is no farther than by chance.",
    columns: [
      { label: 'class' },
      { label: 'source', ...share },
      { label: 'target, estimated', ...share },
      { label: 'target, by the source alone', ...share },
      { label: 'target, as chosen', ...share },
      { label: 'moved', format: 'number' },
    ],
    rows: names.map((name, c) => [name, own[c], classShifts[c]?.target, before[c], after[c], classShifts[c]?.moved]),
  };
}

/** Of the first way of reading whose features have names; of the main one, where none has. */
function features({ views, view: main, options, target }: DomainAdaptation): Section {
  const view: View = views.find(({ featureNames }) => featureNames !== undefined) ?? main;
  const source = view.sources.reduce(joinRows);
  const { statistics, bound } = featureShifts(source, view.target, options.seed);
  const order = [...statistics.keys()].sort((a, b) => (statistics[b] as number) - (statistics[a] as number) || a - b);
  const beyond = statistics.filter((one) => one > bound).length;
  const words = view.units === 'shared';
  const told = words ? 'rows that have it' : 'mean';
  const format = words ? ({ format: 'percent', digits: 1 } as const) : ({ format: 'number' } as const);
  const unit = words ? '' : view.name === 'table' ? ' Means of numbers are in deviations of the first source, from its mean.' : '';
  return {
    kind: 'table',
    title: 'Which features differ most',
    note: `Of ${view.about}. The distance is that of Kolmogorov and Smirnov: the largest difference between the shares of rows up to a value, 0 to 1. ${formatCount(beyond)} of ${formatCount(statistics.length)} features differ by more than ${formatNumber(bound)}, which chance would exceed in one of twenty such tables at most.${unit} A feature that tells one domain from the other for a reason that has nothing to do with the classes is best left out.`,
    columns: [
      { label: 'feature' },
      { label: 'distance', format: 'number', bar: true },
      { label: `${told}, source`, ...format },
      { label: `${told}, ${target.name}`, ...format },
    ],
    rows: order
      .slice(0, MOST_FEATURES)
      .map((d) => [
        view.featureNames?.[d] ?? `feature ${d}`,
        statistics[d],
        ...[source, view.target].map(({ dims, data }) => meanOf(data, d, dims[1] as number, words)),
      ]),
  };
}

function meanOf(data: Float32Array, feature: number, width: number, counts: boolean): number {
  let sum = 0;
  for (let at = feature; at < data.length; at += width) sum += counts ? Number(data[at] !== 0) : (data[at] as number);
  const mean = sum / (data.length / width);
  // No minus before what is 0 but for rounding.
  return Math.abs(mean) < 1e-5 ? 0 : mean;
}
