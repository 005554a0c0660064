// The report of a run: what was asked and found, as sections. Called when a run ends.
import { availableParallelism } from 'node:os';
import { evenly } from '../core/evenly.ts';
import type { Tensor } from '../core/tensor.ts';
import { VERSION } from '../core/version.ts';
import { exampleName } from '../data/images/picture.ts';
import type { Data } from '../data/open/data.ts';
import { ruleOf } from '../plan/candidate.ts';
import { EVENED, EVENED_RULE } from '../plan/even-classes.ts';
import type { RateEvent } from '../plan/events.ts';
import { formatBytes, formatCount, formatNumber, formatSeconds } from '../report/format.ts';
import type { ReportContent } from '../report/html.ts';
import { intervalText, metricFormat } from '../report/metric.ts';
import type { HeadlineMeasure } from '../report/sections/headline.ts';
import type { Section } from '../report/sections/index.ts';
import { principalComponents } from '../score/pca.ts';
import { MOST_POINTS, tsne } from '../score/tsne.ts';
import { classSections } from './class-sections.ts';
import { labelSections } from './label-sections.ts';
import { regressionSections } from './regression-sections.ts';
import type { Told } from './told.ts';
import { batchSection, movementSection } from './training-sections.ts';

/** Points of the maps; t-SNE takes the square of their number. */
const MAPPED = Math.min(600, MOST_POINTS);

/** Targets whose errors stand at the top; all are in a table. */
const MOST_TARGETS = 4;

/** All sections, in the order that a reader asks: what came out, how sure, what was tried, where it fails, what the data is like, how to do it again. */
export async function runReport(told: Told): Promise<ReportContent> {
  const { fitted, verdict, again } = told;
  const { data, goal, chosen, seconds } = fitted;
  const summary = `${capital(verdict.metric)} on ${formatCount(verdict.examples)} examples of the ${verdict.part} part: ${intervalText(verdict.metric, verdict.headline, verdict.groups)}; chosen: ${chosen.name}.`;
  const sections: Section[] = [
    headline(told),
    leaderboard(told),
    ...(told.curves.length > 0 ? [curves(told)] : []),
    ...told.ranges.map(rates),
    ...(await classSections(told)),
    ...(await labelSections(told)),
    ...(await regressionSections(told)),
    ...(await maps(told)),
    ...(await batchSection(told)),
    ...movementSection(told),
    dataSection(data),
    {
      kind: 'facts',
      title: 'Cost',
      facts: [
        { label: 'Time', value: formatSeconds(seconds) },
        { label: 'Memory', value: formatBytes(process.resourceUsage().maxRSS * 1024), detail: 'the most that the process held at once' },
        { label: 'Numbers that learnt', value: formatCount(chosen.trainable) },
      ],
    },
    { kind: 'text', title: 'To do it again', paragraphs: [`With Graft ${VERSION}, ${availableParallelism()} processors:`], code: again },
  ];
  return { title: `${data.name}: ${goal.task.kind}`, summary, sections, footer: `Graft ${VERSION}, Node ${process.version}` };
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function headline(told: Told): Section {
  const { fitted, verdict } = told;
  const { yardstick, chosen, goal } = fitted;
  const notes = [
    ...(verdict.part === 'validation'
      ? ['There is no test part: these numbers are of the examples that the model was chosen by, which flatters it.']
      : []),
    ...groupNotes(verdict.groups),
  ];
  return {
    kind: 'headline',
    title: 'What came out',
    ...(notes.length > 0 && { note: notes.join(' ') }),
    measures: [
      {
        label: capital(verdict.metric),
        ...metricFormat(verdict.metric),
        detail: `${formatCount(verdict.examples)} examples of the ${verdict.part} part${goal.task.kind === 'regression' ? '; the share of the variance that is explained, by which candidates are compared' : ''}`,
        result: { name: chosen.name, value: verdict.headline },
        yardsticks: [{ name: yardstick.name, value: verdict.metric === 'balanced accuracy' ? 1 / goal.outputs : yardstick.metric }],
      },
      ...furtherMeasures(told),
    ],
  };
}

/** How the intervals are meant where examples come in groups. */
function groupNotes(groups: number | undefined): string[] {
  if (groups === undefined) return [];
  if (groups === 1) return ['All of these examples are of one group: what the intervals say holds for it alone.'];
  return [
    `The examples are of ${formatCount(groups)} groups, and intervals are by resampling whole groups: they say how it would fare with other groups.`,
  ];
}

/** What a person asks besides the number that models are chosen by: how far off in the unit of the target, how many examples are wholly right. */
function furtherMeasures({ fitted: { chosen, goal, yardstick }, verdict: { labels, regression, classification, metric } }: Told): HeadlineMeasure[] {
  if (classification && metric === 'balanced accuracy')
    return [
      {
        label: 'Accuracy',
        ...metricFormat('accuracy'),
        detail: 'the share of all examples that is right, in which frequent classes count for more',
        result: { name: chosen.name, value: classification.accuracy },
        yardsticks: [{ name: yardstick.name, value: yardstick.metric }],
      },
    ];
  if (labels) {
    const yardsticks = [{ name: yardstick.name, value: labels.without }];
    return [
      { label: 'Examples with every label right', format: 'percent', digits: 1, result: { name: chosen.name, value: labels.whole }, yardsticks },
    ];
  }
  if (!regression || goal.task.kind !== 'regression') return [];
  const { targets } = goal.task;
  return regression.each.slice(0, MOST_TARGETS).map(({ error, errorOfMean }, c) => ({
    label: targets.length === 1 ? 'Mean absolute error' : `Mean absolute error of ${targets[c]}`,
    detail: `in the unit of ${targets[c]}; lower is better`,
    digits: digitsFor(error.estimate),
    result: { name: chosen.name, value: error },
    yardsticks: [{ name: yardstick.name, value: errorOfMean }],
  }));
}

/** Decimals that leave three digits of a number of unknown size. */
function digitsFor(value: number): number {
  return Math.max(0, Math.min(12, 2 - Math.floor(Math.log10(Math.abs(value) || 1))));
}

function leaderboard({ fitted }: Told): Section {
  const { results, chosen, yardstick, goal } = fitted;
  return {
    kind: 'table',
    title: 'Candidates',
    note: `${ruleOf(goal)}${results.some(({ name }) => name.endsWith(EVENED)) ? ` ${EVENED_RULE}` : ''}${fitted.data.inputs.kind === 'table' ? ' All learn from nothing: no pretrained network reads tables.' : ''}`,
    columns: [
      { label: 'candidate' },
      { label: goal.metric, ...metricFormat(goal.metric) },
      { label: 'loss', format: 'number' },
      { label: 'learnt', format: 'count' },
      { label: 'time', format: 'seconds' },
      { label: 'what it is' },
    ],
    rows: [
      ...results.map(({ name, metric, loss, trainable, seconds, about, skipped }) => [
        name,
        metric,
        loss,
        trainable,
        seconds,
        skipped === undefined ? about : `not tried: ${skipped}`,
      ]),
      [yardstick.name, yardstick.metric, undefined, 0, undefined, 'knows nothing of the inputs'],
    ],
    chosen: results.findIndex(({ name }) => name === chosen.name),
  };
}

function curves({ curves: all }: Told): Section {
  return {
    kind: 'curves',
    title: 'How it learnt',
    x: { label: 'updates' },
    y: { label: 'loss', scale: 'log' },
    series: all.map(({ name, updates, values }) => ({ name, runs: [{ x: updates, y: values }] })),
  };
}

function rates({ candidate, range: { rates: x, losses, smoothed, says } }: RateEvent): Section {
  return {
    kind: 'curves',
    title: `Which learning rate: ${candidate}`,
    note: says,
    x: { label: 'learning rate', scale: 'log' },
    y: { label: 'loss' },
    series: [
      { name: 'of each batch', runs: [{ x, y: losses }] },
      { name: 'smoothed', runs: [{ x, y: smoothed }] },
    ],
  };
}

async function maps({ fitted, signal }: Told): Promise<Section[]> {
  const { data, features, validationLabels, goal, chosen } = fitted;
  if (!features || goal.task.kind !== 'classification' || !(validationLabels instanceof Int32Array) || validationLabels.length < 10) return [];
  const { classes } = goal.task;
  const chosenRows = evenly(validationLabels.length, MAPPED);
  const count = chosenRows.length;
  const width = features.validation.dims[1] as number;
  if (width < 2) return [];
  const points = new Float32Array(count * width);
  chosenRows.forEach((row, i) => {
    points.set(features.validation.data.subarray(row * width, (row + 1) * width), i * width);
  });
  const right = (row: number) => best(chosen.validation, row) === validationLabels[row];
  const at = (places: Float64Array, columns: number) =>
    Array.from(chosenRows, (row, i) => ({
      x: places[i * columns] as number,
      y: places[i * columns + 1] as number,
      group: validationLabels[row] as number,
      right: right(row),
      label: exampleName(data, data.parts.validation[row] as number),
    }));
  const { places, variances } = principalComponents(points, width, 2);
  const near = await tsne(points, width, { signal });
  const says = `${formatCount(count)} validation examples by the features that the linear model reads.`;
  return [
    {
      kind: 'map',
      title: 'How the examples lie to each other',
      groups: classes,
      maps: [
        {
          name: 'Principal components',
          says: `${says} Distances are true as far as two directions (variances ${formatNumber(variances[0] ?? 0)} and ${formatNumber(variances[1] ?? 0)}) show them.`,
          points: at(places, 2),
        },
        { name: 't-SNE', says: `${says} Neighbours lie close; distances between clusters mean little.`, points: at(near.places, 2) },
      ],
    },
  ];
}

function best({ dims, data }: Tensor<'float32'>, row: number): number {
  const width = dims[1] as number;
  const scores = data.subarray(row * width, (row + 1) * width);
  return scores.indexOf(scores.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY));
}

function dataSection({ format, table, parts, findings }: Data): Section {
  const counts = `${formatCount(table.length)} examples (${format}): ${formatCount(parts.train.length)} to learn from, ${formatCount(parts.validation.length)} to choose by, ${formatCount(parts.test.length)} for the test.`;
  const facts = Object.entries(table.facts).map(([name, value]) => `${name}: ${value}`);
  return {
    kind: 'table',
    title: 'The data',
    note: counts,
    columns: [{ label: 'kind' }, { label: 'what was found' }],
    rows: [...findings.map(({ level, text }) => [level === 'warning' ? 'mind' : 'found', text]), ...facts.map((text) => ['file', text])],
  };
}
