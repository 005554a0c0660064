// What a report says of how source and target differ: distances and what each suggests, class by class, feature by feature. Called by the report of an adaptation.
import { type Tensor, tensor } from '../../core/tensor.ts';
import type { Mismatch } from '../../methods/domains/pieces/mismatch.ts';
import { joinRows } from '../../methods/domains/pieces/products.ts';
import { byChance, featureShifts, labelShiftOf, predictedShares } from '../../methods/domains/pieces/shift.ts';
import type { DomainAdaptation } from '../../plan/adapt/adapt-data.ts';
import type { View } from '../../plan/adapt/view.ts';
import { formatCount, formatNumber, formatValue } from '../../report/format.ts';
import type { Section } from '../../report/sections/index.ts';
import { argmaxRows } from '../../score/metrics.ts';

/** Rows of the table of features. */
const MOST_FEATURES = 15;

/** Distances first, then classes, then features. */
export function mismatchSections(adaptation: DomainAdaptation): Section[] {
  return [distances(adaptation), classes(adaptation), features(adaptation)];
}

function distances(adaptation: DomainAdaptation): Section {
  const { mismatch: before, standardised, halves, classShifts, view, network } = adaptation;
  const after = network?.taken?.mismatch;
  // Words are all in the same units, and are not standardised each by itself.
  const own = view.units === 'shared' ? undefined : standardised;
  const columns = [
    { label: 'halves of the source', of: halves },
    { label: 'as they are', of: before },
    { label: 'each standardised', of: own },
    { label: 'after adaptation', of: after },
  ].flatMap(({ label, of }) => (of ? [{ label, of }] : []));
  const row = (name: string, value: (one: Mismatch) => number | undefined, says: string) => [name, ...columns.map(({ of }) => value(of)), says];
  const shift = labelShiftOf(classShifts);
  return {
    kind: 'table',
    title: 'How far the domains lie apart',
    note: `In ${view.about}: in units of the source${own ? ', and when each domain is brought to mean 0 and deviation 1 of its own' : ''}${halves ? '; beside them two halves of the source, drawn by chance: what no mismatch looks like' : ''}${after ? '; and, in units of the source again, in what the adapted network makes of them' : ''}.`,
    columns: [{ label: 'distance' }, ...columns.map(({ label }) => ({ label, format: 'number' as const })), { label: 'what it says' }],
    rows: [
      // Where the means are alike, a linear model has next to nothing to go by: nothing is said by it.
      row(
        'A-distance',
        (one) => (one === own ? undefined : one.aDistance),
        `0: a linear model cannot tell them apart; 2: it always can. ${ofADistance(adaptation)}`,
      ),
      row(
        'MMD',
        ({ mmd }) => Math.max(0, mmd),
        `of all that a Gaussian kernel sees; 0: none. ${leftOf('mmd', before, own, halves, 'means and deviations', shift)}`,
      ),
      row('CORAL', ({ coral }) => coral, `of their covariances. ${leftOf('coral', before, own, halves, 'deviations', shift)}`),
      row('label shift', (one) => (one === before ? shift : undefined), ofLabelShift(adaptation, shift)),
    ],
  };
}

/** A-distance above which domains are told apart almost always. */
const APART = 1.9;

function ofADistance({ mismatch: before, halves }: DomainAdaptation): string {
  if (before.aDistance > APART) return 'Told apart almost always: expect less of any method, and label a few target examples.';
  if (!halves || isBeyond('aDistance', before, halves)) return '';
  const others = (['mmd', 'coral'] as const).filter((name) => isBeyond(name, before, halves));
  return others.length > 0
    ? 'No more than between halves of the source, by their means alone: see below.'
    : 'No more than between halves of the source, as the others: the model of the source should hold.';
}

/** What a distance may be above that of two halves of the source, which chance alone makes. */
const CHANCE: Readonly<Record<keyof Mismatch, (halves: number) => number>> = {
  aDistance: (halves) => Math.max(0.3, 2 * halves),
  mmd: (halves) => Math.max(0, halves) + 0.01,
  coral: (halves) => 2 * halves,
};

function isBeyond(name: keyof Mismatch, one: Mismatch, halves: Mismatch): boolean {
  return one[name] > CHANCE[name](halves[name]);
}

function leftOf(
  name: 'mmd' | 'coral',
  before: Mismatch,
  own: Mismatch | undefined,
  halves: Mismatch | undefined,
  where: string,
  shift: number,
): string {
  if (halves && !isBeyond(name, before, halves)) return 'No more than between halves of the source.';
  if (!own || before[name] <= 0) return '';
  const share = own[name] / before[name];
  const balance = shift > SHIFTED ? ', or in how frequent the classes are: standardising then takes that away too, and does harm' : '';
  if (share < 0.5) return `Most of it lies in the ${where} of the features, which all candidates but source-only bring together${balance}.`;
  const rest = name === 'coral' && (!halves || isBeyond(name, own, halves)) ? ' What is left is what coral and linear-transport take away.' : '';
  return `${share > 0.9 ? 'Standardising each domain does not lessen it.' : `Some of it lies in the ${where} of the features.`}${rest}`;
}

/** Label shift above which a balance is told to differ. */
const SHIFTED = 0.1;

function ofLabelShift({ classShifts, sourceLabels, target, choice }: DomainAdaptation, shift: number): string {
  const about = "half the sum of the differences between the classes' shares; 0: alike, 1: no class in common.";
  const shares = Float64Array.from(classShifts, ({ source }) => source);
  if (shift <= Math.max(SHIFTED, byChance(shares, sourceLabels.length, target.table.length)))
    return `${about} By the source's own model the classes are about as frequent as in the source.`;
  const chosen = labelShiftOf(predictedShares(classShifts, argmaxRows(choice.chosen.probabilities, shares.length)));
  return `${about} By the source's own model they are otherwise frequent, if nothing else differs; by what was chosen it is ${formatNumber(chosen)}. Where that is so, mind methods that take the classes to be as in the source, or alike; label-shift and class-weights are made for it.`;
}

function classes({ classes: names, choice, yardstick, classShifts }: DomainAdaptation): Section {
  const [before, after] = [yardstick, choice.chosen].map(({ probabilities }) =>
    predictedShares(classShifts, argmaxRows(probabilities, names.length)),
  );
  const share = { format: 'percent', digits: 1 } as const;
  return {
    kind: 'table',
    title: 'How frequent the classes are, and how far they moved',
    note: "Predicted shares that are far from the source want an explanation: another balance in the target, or a class that swallows others. Estimated: from how sure the source's own model is of each class (maximum likelihood, as label-shift does), which holds where only the balance differs. Moved: the distance between the mean of the source's examples that its own model takes for the class and that of the target examples that were taken for it in the end, over the spread within classes; 0 is no farther than by chance. What was chosen wrongly shows here too.",
    columns: [
      { label: 'class' },
      { label: 'source', ...share },
      { label: 'target, estimated', ...share },
      { label: 'target, by the source alone', ...share },
      { label: 'target, as chosen', ...share },
      { label: 'moved', format: 'number' },
    ],
    rows: classShifts.map(({ source, target, moved }, c) => [names[c], source, target, before?.[c]?.target, after?.[c]?.target, moved]),
  };
}

/** Of the first way of reading whose features have names; of the main one, where none has: then only how many differ. */
function features({ views, view: main, options, target, sources }: DomainAdaptation): Section {
  const title = 'Which features differ most';
  const view: View = views.find(({ featureNames }) => featureNames !== undefined) ?? main;
  const words = view.units === 'shared';
  // Of words it is told whether a row has them.
  const [source, other] = [view.sources.reduce(joinRows), view.target].map((rows) => (words ? presence(rows) : rows)) as [Rows, Rows];
  const { statistics, bound } = featureShifts(source, other, options.seed);
  const order = [...statistics.keys()].sort((a, b) => (statistics[b] as number) - (statistics[a] as number) || a - b);
  const beyond = order.filter((d) => (statistics[d] as number) > bound);
  const distance =
    'The distance is that of Kolmogorov and Smirnov: the largest difference between the shares of rows up to a value, 0 to 1; of words and categories the difference between the shares of rows that have it.';
  const many = `${formatCount(beyond.length)} of ${formatCount(statistics.length)} features differ by more than ${formatNumber(bound)}, which chance would exceed in one of twenty such tables at most.`;
  const [most] = beyond;
  const { featureNames: names } = view;
  if (!names || most === undefined) {
    const largest = most === undefined ? '' : ` The largest distance is ${formatNumber(statistics[most] as number)}.`;
    return { kind: 'text', title, paragraphs: [`Of ${view.about}. ${distance} ${many}${largest}`, ...unseen(view, sources, target)] };
  }
  const unit = view.name === 'table' ? ' Means of numbers are in deviations of the first source, from its mean.' : '';
  const advice =
    view.name === 'table'
      ? ' A column that tells one domain from the other for a reason that has nothing to do with the classes is best left out, by the option ignore.'
      : '';
  const told = words ? 'rows that have it' : 'mean';
  const format = words ? ({ format: 'percent', digits: 1 } as const) : ({ format: 'number' } as const);
  return {
    kind: 'table',
    title,
    note: [`Of ${view.about}. ${distance} ${many}${unit}${advice}`, ...unseen(view, sources, target)].join(' '),
    columns: [
      { label: 'feature' },
      { label: 'distance', format: 'number', bar: true },
      { label: `${told}, source`, ...format },
      { label: `${told}, ${target.name}`, ...format },
    ],
    rows: beyond
      .slice(0, MOST_FEATURES)
      .map((d) => [names[d] as string, statistics[d], ...[source, other].map(({ dims, data }) => meanOf(data, d, dims[1] as number))]),
  };
}

type Rows = Tensor<'float32'>;

const presence = ({ dims, data }: Rows): Rows =>
  tensor(
    'float32',
    dims,
    data.map((value) => Number(value !== 0)),
  );

/** Categories of the target that the first source, whose values a table is read by, never has: in words, column by column. */
function unseen({ reader }: View, sources: DomainAdaptation['sources'], { table }: DomainAdaptation['target']): string[] {
  if (reader.reading.kind !== 'table') return [];
  return reader.reading.encoding.flatMap((one) => {
    const column = one.kind === 'category' && table.columns.find(({ name }) => name === one.name);
    if (column === false || column?.kind !== 'string') return [];
    const known = new Set(one.values);
    const strange = Array.from({ length: column.length }, (_, row) => column.values.at(row)).filter((value) => value !== null && !known.has(value));
    if (strange.length === 0) return [];
    return [
      `In "${one.name}" ${formatValue(strange.length / column.length, 'percent', 1)} of the target's rows have a value that ${sources[0]?.name} has not, such as "${strange[0]}": nothing is known of these.`,
    ];
  });
}

function meanOf(data: Float32Array, feature: number, width: number): number {
  let sum = 0;
  for (let at = feature; at < data.length; at += width) sum += data[at] as number;
  const mean = sum / (data.length / width);
  // No minus before what is 0 but for rounding.
  return Math.abs(mean) < 1e-5 ? 0 : mean;
}
