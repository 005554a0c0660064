// The report of an adaptation, as sections: what was chosen and why, what it is worth where that is known, how far the domains lie apart, what to look at.
// Called when an adaptation ends.
import { evenly } from '../../core/evenly.ts';
import type { Tensor } from '../../core/tensor.ts';
import { VERSION } from '../../core/version.ts';
import { exampleName } from '../../data/images/picture.ts';
import type { Finding } from '../../data/open/data.ts';
import { takeRows } from '../../data/rows.ts';
import { joinRows } from '../../methods/domains/pieces/products.ts';
import type { ValidatorName } from '../../methods/domains/pieces/validators.ts';
import type { TakenNetwork } from '../../plan/adapt/adapt-backbone.ts';
import type { DomainAdaptation } from '../../plan/adapt/adapt-data.ts';
import { type Ranked, rankOrder } from '../../plan/adapt/choice.ts';
import { standardised, standardOf } from '../../plan/standardise.ts';
import { formatCount, formatNumber, formatSeconds, formatValue } from '../../report/format.ts';
import type { ReportContent } from '../../report/html.ts';
import type { Section } from '../../report/sections/index.ts';
import type { MapPoint } from '../../report/sections/map.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { MOST_POINTS, tsne } from '../../score/tsne.ts';
import { MOST_SHOWN, shownRow } from '../shown-row.ts';
import { mismatchSections } from './mismatch-sections.ts';
import { foreignText, type Scored } from './scoring.ts';
import type { Unlike } from './unlike.ts';

/** What was found out about one of the data while it was opened. */
export interface FoundIn extends Finding {
  readonly name: string;
}

/** What a report is made of. */
export interface AdaptTold {
  readonly adaptation: DomainAdaptation;
  readonly unlike?: Unlike | undefined;
  readonly scored?: Scored | undefined;
  /** What was found out about the data, source by source and of the target. */
  readonly findings: readonly FoundIn[];
  /** The command, or the call, that gives the same again. */
  readonly again: string;
  readonly signal?: AbortSignal | undefined;
}

/** Points of a map of each domain. */
const MAPPED = Math.min(300, MOST_POINTS / 2);

/** All sections, in the order that a reader asks. */
export async function adaptReport(told: AdaptTold): Promise<ReportContent> {
  const { adaptation, scored, again } = told;
  const { sources, target, known, choice, sourceLabels, seconds } = adaptation;
  const from = sources.map(({ name }) => name).join(', ');
  const worth = scored
    ? ` Accuracy on the target ${percent(scored.labelFree.estimate)}, of the source alone ${percent(scored.sourceOnly.estimate)}.`
    : '';
  return {
    title: `${from} to ${target.name}: adaptation`,
    summary: `Learnt from ${formatCount(sourceLabels.length)} examples of ${from} with labels and ${formatCount(target.table.length)} of ${target.name}${known ? `, ${formatCount(known.rows.length)} of them with labels` : ' without'}; chosen: ${choice.chosen.name}.${worth}`,
    sections: [
      ...headline(told),
      { kind: 'text', title: 'Why this one', paragraphs: [choice.why, toCheck(told)] },
      candidates(told),
      ...epochs(told),
      ...mismatchSections(adaptation),
      await map(told),
      await leastSure(adaptation),
      ...(await strange(told)),
      ...found(told),
      { kind: 'facts', title: 'Cost', facts: [{ label: 'Time', value: formatSeconds(seconds) }] },
      { kind: 'text', title: 'To do it again', paragraphs: [...again.split('\n'), `Graft ${VERSION}.`] },
    ],
    footer: `Graft ${VERSION}, Node ${process.version}`,
  };
}

const percent = (share: number) => formatValue(share, 'percent', 1);

function headline({ scored, adaptation }: AdaptTold): Section[] {
  if (!scored)
    return [
      {
        kind: 'text',
        title: 'What came out',
        paragraphs: [
          'How good the model is on the target is not known: no label of the target was read. What follows is what can be said without. With labels there, as names of class folders or in a column, `--score-labels` measures it.',
        ],
      },
    ];
  const { labelFree, sourceOnly, oracle, examples, against, model } = scored;
  const foreign = foreignText(scored);
  return [
    {
      kind: 'headline',
      title: 'What came out',
      note: `The target's labels were read after everything was chosen. Against the source alone: ${against.onlyFirst} examples are right that were wrong, ${against.onlySecond} the other way round (McNemar, p = ${formatNumber(against.p)}). The best candidate by the labels would have been ${oracle.name}, ${percent(oracle.accuracy)}. The model that was written has ${percent(model)} on the same examples. Transductive: these are the examples that were adapted to.${foreign ? ` ${foreign}` : ''}`,
      measures: [
        {
          label: 'Accuracy on the target',
          format: 'percent',
          digits: 1,
          detail: `${formatCount(examples)} examples`,
          result: { name: `label-free choice: ${adaptation.choice.chosen.name}`, value: labelFree },
          yardsticks: [
            { name: 'source only', value: sourceOnly },
            { name: `oracle: ${oracle.name}`, value: oracle.accuracy },
          ],
        },
      ],
    },
  ];
}

function toCheck({ adaptation: { agreement, warning, contradiction }, unlike }: AdaptTold): string {
  const little = warning === undefined ? '' : `${warning} Look at the labels of the source before anything else. `;
  const carried =
    agreement < 0.98
      ? `The written model, which answers for rows to come as well, says the same as the chosen predictions for ${percent(agreement)} of the target: for these very rows take predictions.csv. `
      : '';
  const own = unlike
    ? 'those that are unlike every class may be of one that only the target has'
    : 'nothing here tells of a class that only the target has';
  return `${little}${contradiction === undefined ? '' : `${contradiction} `}${carried}Check a few of the examples below that it is least sure of; ${own}, and a class of the source that the target lacks shows in how frequent the classes are.`;
}

function found({ findings }: AdaptTold): Section[] {
  if (findings.length === 0) return [];
  const rows = findings.map(({ name, level, text }) => [name, level === 'warning' ? 'mind' : 'found', text]);
  return [{ kind: 'table', title: 'The data', columns: [{ label: 'data' }, { label: '' }, { label: 'what was found' }], rows }];
}

const SHOWN: readonly { readonly name: ValidatorName; readonly label: string }[] = [
  { name: 'neighbours', label: 'neighbours agree' },
  { name: 'vote', label: 'agrees with the vote' },
  { name: 'class-ami', label: 'agrees with clusters' },
  { name: 'silhouette', label: 'silhouette' },
  { name: 'mutual-information', label: 'sure and balanced' },
  { name: 'mixed', label: 'mixed rows as the nearer' },
  { name: 'importance-weighted', label: 'rehearsal, weighted' },
  { name: 'deep-embedded', label: 'rehearsal, DEV' },
];

/** Those that say something of one of the candidates. */
function shownOf(ranked: readonly Ranked[]): typeof SHOWN {
  return SHOWN.filter(({ name }) => ranked.some(({ scores }) => scores[name] !== undefined));
}

function candidates({ adaptation: { choice, classes }, scored }: AdaptTold): Section {
  const order = rankOrder(choice.ranked);
  const shown = shownOf(choice.ranked);
  const said = argmaxRows(choice.chosen.probabilities, classes.length);
  return {
    kind: 'table',
    title: 'Candidates',
    note: 'By what can be said without a label of the target; the lower the mean rank, the better. What collapsed is out before anything is ranked. In the rehearsal, one half of the source is told from the other: the share that is right counts, too. Mixed rows and the rehearsal weighted have no part in the rank.',
    columns: [
      { label: 'candidate' },
      { label: 'mean rank', format: 'number', digits: 1 },
      ...shown.map(({ label }) => ({ label, format: 'number' as const })),
      { label: 'rehearsal', format: 'percent', digits: 1 },
      { label: 'says as the chosen one', format: 'percent', digits: 1 },
      ...(scored ? [{ label: 'accuracy', format: 'percent' as const, digits: 1 }] : []),
      { label: 'time', format: 'seconds' },
      { label: 'what it is' },
    ],
    rows: order.map((i) => {
      const { candidate, scores, rehearsal, rank, out } = choice.ranked[i] as (typeof choice.ranked)[number];
      return [
        candidate.name,
        rank,
        ...shown.map(({ name }) => scores[name]),
        rehearsal,
        accuracy(said, argmaxRows(candidate.probabilities, classes.length)),
        ...(scored ? [scored.candidates[i]] : []),
        candidate.seconds,
        out === undefined ? candidate.about : `out: ${out}`,
      ];
    }),
    chosen: order.findIndex((i) => choice.ranked[i]?.candidate === choice.chosen),
  };
}

/** Epochs of the network beside what they had to beat: the last one, the one that was chosen, and the one that only the labels tell to be the best. */
function epochs({ adaptation: { network, candidates: all, choice }, scored }: AdaptTold): Section[] {
  if (!network) return [];
  const { ranked } = network.choice;
  const shown = shownOf(ranked);
  const worth = (i: number) => scored?.candidates[all.indexOf((ranked[i] as (typeof ranked)[number]).candidate)] ?? 0;
  const best = scored && [...ranked.keys()].reduce((a, b) => (worth(b) > worth(a) ? b : a));
  const roles = (i: number) => {
    const { candidate } = ranked[i] as (typeof ranked)[number];
    return [
      ...(candidate === choice.chosen ? ['label-free choice'] : []),
      ...(candidate === network.epochs.at(-1) ? ['last checkpoint'] : []),
      ...(i === best ? ['oracle'] : []),
    ].join(', ');
  };
  return [
    {
      kind: 'table',
      title: 'The network itself',
      note: 'Trained from the linear models on. Its epochs are looked at as the candidates are, without a label of the target.',
      columns: [
        { label: 'network' },
        { label: 'mean rank', format: 'number', digits: 1 },
        ...shown.map(({ label }) => ({ label, format: 'number' as const })),
        ...(scored ? [{ label: 'accuracy', format: 'percent' as const, digits: 1 }] : []),
        { label: 'which' },
      ],
      rows: ranked.map(({ candidate, scores, rank, out }, i) => [
        candidate.name,
        rank,
        ...shown.map(({ name }) => scores[name]),
        ...(scored ? [worth(i)] : []),
        [roles(i), ...(out === undefined ? [] : [`out: ${out}`])].filter((part) => part !== '').join('; '),
      ]),
      chosen: ranked.findIndex(({ candidate }) => candidate === choice.chosen),
    },
  ];
}

/** Rows of both domains as points of one map. */
interface Mapped {
  readonly source: Tensor<'float32'>;
  readonly target: Tensor<'float32'>;
  /** The places among all source rows of those of `source`; default all. */
  readonly rows?: Int32Array;
}

/** Both domains in one map: in units of the source, each in its own, and as the adapted network sees them where there is one. */
async function map({ adaptation, signal }: AdaptTold): Promise<Section> {
  const { view, target, sources, choice, classes, sourceLabels, network } = adaptation;
  const together = view.sources.reduce(joinRows);
  const { units } = view;
  const standard = standardOf(together, units);
  const own = view.sources.map((features) => standardised(features, standardOf(features, units))).reduce(joinRows);
  const predicted = argmaxRows(choice.chosen.probabilities, classes.length);
  const points = async ({ source, target: other, rows: places }: Mapped): Promise<MapPoint[]> => {
    const [from, to] = [evenly(source.dims[0] as number, MAPPED), evenly(target.table.length, MAPPED)];
    const rows = joinRows(takeRows(source, from), takeRows(other, to));
    const { places: at } = await tsne(rows.data, rows.dims[1] as number, { signal });
    return Array.from({ length: from.length + to.length }, (_, i): MapPoint => {
      const isTarget = i >= from.length;
      const row = isTarget ? (to[i - from.length] as number) : (from[i] as number);
      const label = isTarget
        ? `${exampleName(target, row)}, taken for ${classes[predicted[row] as number]}`
        : (classes[sourceLabels[places?.[row] ?? row] as number] as string);
      return { x: at[2 * i] as number, y: at[2 * i + 1] as number, group: Number(isTarget), label };
    });
  };
  const taken = network?.taken;
  return {
    kind: 'map',
    title: 'Source and target in one map',
    groups: [sources.map(({ name }) => name).join(', '), target.name],
    maps: [
      {
        name: 'Before',
        says: 't-SNE of the features in units of the source: where the two domains lie apart, what was learnt on one says little of the other.',
        points: await points({ source: standardised(together, standard), target: standardised(view.target, standard) }),
      },
      {
        name: 'Each domain standardised',
        says: 'The same with each domain brought to mean 0 and deviation 1, which most methods begin with.',
        points: await points({ source: own, target: standardised(view.target, standardOf(view.target, units)) }),
      },
      ...(taken
        ? [
            {
              name: 'After adaptation',
              says: 'Features of the adapted network, in units of the source: what it still makes two of lies apart.',
              points: await points(inUnits(taken.seen)),
            },
          ]
        : []),
    ],
  };
}

function inUnits({ labelled, unlabelled, rows }: TakenNetwork['seen']): Mapped {
  const standard = standardOf(labelled, 'alike');
  return { source: standardised(labelled, standard), target: standardised(unlabelled, standard), rows };
}

/** Target examples whose two likeliest classes are closest: what to label next. */
async function leastSure({ target, choice, classes }: DomainAdaptation): Promise<Section> {
  const width = classes.length;
  const { probabilities } = choice.chosen;
  const sorted = Array.from({ length: target.table.length }, (_, row) => {
    const order = Array.from(probabilities.subarray(row * width, (row + 1) * width).entries()).sort((a, b) => b[1] - a[1]);
    const [first = [0, 0], second = [0, 0]] = order;
    return { row, first, second, margin: first[1] - second[1] };
  }).sort((a, b) => a.margin - b.margin || a.row - b.row);
  const shown = shownRow(target);
  const examples = await Promise.all(
    sorted.slice(0, MOST_SHOWN).map(async ({ row, first, second }) => ({
      ...(await shown(row)),
      caption: `${classes[first[0]]} ${percent(first[1])} or ${classes[second[0]]} ${percent(second[1])}`,
    })),
  );
  return { kind: 'gallery', title: 'What it is least sure of', note: 'A label for these teaches most.', examples };
}

/** Target examples that lie farthest from every class, of those that are flagged. */
async function strange({ adaptation: { target, choice, classes }, unlike, scored }: AdaptTold): Promise<Section[]> {
  if (!unlike) return [];
  const { rows, unknown } = unlike;
  const said = argmaxRows(choice.chosen.probabilities, classes.length);
  const shown = shownRow(target);
  const examples = await Promise.all(
    Array.from(rows.subarray(0, MOST_SHOWN), async (row) => ({ ...(await shown(row)), caption: `taken for ${classes[said[row] as number]}` })),
  );
  const length = target.table.length;
  const rest = rows.length > examples.length ? ` These ${examples.length} lie farthest away.` : '';
  const measured =
    scored?.wronglyFlagged === undefined
      ? ''
      : ` By the labels that were read, ${percent(scored.wronglyFlagged)} of the examples of its classes are among them${scored.foreign?.flagged === undefined ? '' : `, and ${percent(scored.foreign.flagged)} of those of other classes`}.`;
  return [
    {
      kind: 'gallery',
      title: 'What is unlike every class',
      note: `${formatCount(rows.length)} of ${formatCount(length)} target examples (${percent(rows.length / length)}) lie farther from the mean of every class than ${percent(1 - unknown.wronglyFlagged)} of the source's own do from theirs. Many more than ${percent(unknown.wronglyFlagged)} may mean classes that no source has, or a target that lies far away.${measured}${rest}`,
      examples,
    },
  ];
}
