// One of every kind of section of the report, on optdigits, with the nearest class mean for a model. Called by `look-at-report.ts`.
import sharp from 'sharp';
import { loadOptdigits } from '../src/data/sets/optdigits.ts';
import { formatValue } from '../src/report/format.ts';
import type { ReportContent } from '../src/report/html.ts';
import type { Section } from '../src/report/sections/index.ts';
import { expectedCalibrationError, reliabilityBins } from '../src/score/calibration.ts';
import { wilsonInterval } from '../src/score/interval.ts';
import { argmaxRows, classScores, confusionMatrix, macroF1 } from '../src/score/metrics.ts';
import { neighbourAgreement, trustworthiness } from '../src/score/neighbours.ts';
import { principalComponents } from '../src/score/pca.ts';
import { softmaxRows } from '../src/score/probabilities.ts';
import { tsne } from '../src/score/tsne.ts';

const NAMES = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const [SIZE, TRAINING, MAPPED] = [64, 100, 900];

/** The report's content; takes a few seconds. */
export async function sampleReport(): Promise<ReportContent> {
  const data = await loadOptdigits();
  const inputs = Float32Array.from(data.inputs.data as Uint8Array, (value) => value / 16);
  const labels = data.labels as Int32Array;
  const probabilities = nearestMeans(inputs, labels);
  const predictions = argmaxRows(probabilities, 10);
  const sure = (i: number) => probabilities[i * 10 + (predictions[i] as number)] as number;
  const tested = Array.from(labels.keys()).slice(TRAINING);
  const wrong = tested.filter((i) => labels[i] !== predictions[i]).sort((a, b) => sure(b) - sure(a));
  const name = (i: number) => NAMES[i] as string;
  const file = (i: number) => `digits/${name(labels[i] as number)}/image-${String(i).padStart(4, '0')}.png`;
  const matrix = confusionMatrix(labels.subarray(TRAINING), predictions.subarray(TRAINING), 10);
  const own = { name: 'nearest class mean', value: wilsonInterval(tested.length - wrong.length, tested.length) };
  const share = (estimate: number) => wilsonInterval(Math.round(estimate * tested.length), tested.length);

  const mapped = inputs.subarray(0, MAPPED * SIZE);
  const mapOf = (map: string, at: Float64Array) => {
    const agreement = (100 * neighbourAgreement(at, 2, labels.subarray(0, MAPPED))).toFixed(0);
    const says = `${agreement} % of each image's five nearest neighbours on the map show the same digit; trustworthiness ${trustworthiness(mapped, SIZE, at).toFixed(3)}.`;
    const points = Array.from({ length: MAPPED }, (_, i) => {
      const right = labels[i] === predictions[i];
      const label = right ? file(i) : `${file(i)}, taken for ${name(predictions[i] as number)}`;
      return { x: at[2 * i] as number, y: at[2 * i + 1] as number, group: labels[i] as number, right, label };
    });
    return { name: map, says, points };
  };
  const ink = tested.map((i) => inputs.subarray(i * SIZE, (i + 1) * SIZE).reduce((sum, value) => sum + value, 0));
  const amounts = ['ink', 'ink, squared'].map((target, k) => ({
    name: target,
    truth: ink.map((value) => value ** (k + 1)),
    predicted: ink.map((value, i) => (value + 1.5 * Math.sin(7 * i) + 0.3) ** (k + 1)),
  }));
  const picture = (i: number) => thumbnail(inputs.subarray(i * SIZE, (i + 1) * SIZE));

  const sections: Section[] = [
    {
      kind: 'headline',
      title: 'Result',
      note: 'On images that nothing was chosen by.',
      measures: [
        {
          label: 'Accuracy',
          format: 'percent',
          digits: 1,
          detail: `${tested.length} test images`,
          result: own,
          yardsticks: [
            { name: 'linear probe', value: share(0.876) },
            { name: 'from scratch, the same network and time', value: share(0.81) },
            { name: 'majority class', value: 0.102 },
          ],
        },
        { label: 'Macro F1', digits: 3, result: { name: 'nearest class mean', value: macroF1(classScores(matrix)) } },
      ],
    },
    {
      kind: 'table',
      title: 'Candidates',
      columns: [
        { label: 'Candidate' },
        { label: 'Validation accuracy', format: 'percent', digits: 1, bar: true },
        { label: 'Time', format: 'seconds', bar: true },
        { label: 'Remark' },
      ],
      rows: [
        ['linear probe', 0.876, 2.1, 'features computed once'],
        ['lp-ft', { mean: 0.891, sd: 0.004 }, 48.2, 'three seeds'],
        ['average of both', 0.889, undefined, ''],
      ],
      chosen: 1,
    },
    await mistakes(wrong.slice(0, 12)),
    {
      kind: 'mistakes',
      title: 'Surest mistakes on texts',
      mistakes: [
        {
          text: 'Not bad at all, in fact the best phone I have had in years.',
          name: 'reviews.csv, row 812',
          label: 'positive',
          predicted: 'negative',
          probability: 0.998,
        },
        { text: 'מוצר טוב מאוד, אבל הסוללה חלשה', name: 'reviews.csv, row 14', label: 'negative', predicted: 'positive', probability: 0.97 },
        { text: `${'It works, sort of. '.repeat(40)}`, name: 'reviews.csv, row 9', label: 'negative', predicted: 'positive', probability: 0.91 },
      ],
    },
    { kind: 'confusion', title: 'What is taken for what', classes: NAMES, matrix },
    {
      kind: 'table',
      title: 'Each class',
      columns: [
        { label: 'Class' },
        { label: 'Images', format: 'count' },
        { label: 'Recall', format: 'percent', digits: 1, bar: true },
        { label: 'Precision', format: 'percent', digits: 1, bar: true },
      ],
      rows: classScores(matrix).map(({ support, recall, precision }, c) => [name(c), support, recall, precision]),
    },
    {
      kind: 'reliability',
      title: 'Is it as often right as it is sure?',
      bins: reliabilityBins(labels.subarray(TRAINING), probabilities.subarray(TRAINING * 10), 10),
      facts: [
        {
          label: 'Calibration error',
          value: formatValue(expectedCalibrationError(labels.subarray(TRAINING), probabilities.subarray(TRAINING * 10), 10), 'percent', 1),
          detail: 'before temperature scaling: 7.9 %',
        },
        { label: 'Brier score', value: '0.161', detail: 'before temperature scaling: 0.183' },
        { label: 'Temperature', value: '1.42', detail: 'fitted on validation' },
      ],
    },
    {
      kind: 'map',
      title: 'How the features lie',
      groups: NAMES,
      maps: [mapOf('Principal components', principalComponents(mapped, SIZE, 2).places), mapOf('t-SNE', (await tsne(mapped, SIZE)).places)],
    },
    { kind: 'predicted', title: 'Predicted against true', note: 'How much ink is on the page, from where it lies.', targets: amounts },
    { kind: 'residuals', title: 'How far off it is', targets: amounts },
    {
      kind: 'movement',
      title: 'What moved and what was trained',
      groups: ['stem', 'blocks.0', 'blocks.1', 'head'].map((group, g) => ({
        name: group,
        began: g === 3 ? 'linear probe' : 'efficientnet-lite0',
        parameters: ['weight', 'bias'].map((id, i) => ({
          id: `${group}/${id}`,
          numbers: i === 0 ? 9408 : 32,
          learnt: g > 0,
          moved: 0.004 * g * (1 + i),
        })),
        moved: g === 0 ? 0 : 0.005 * g,
        kept: 2,
      })),
    },
    {
      kind: 'gallery',
      title: 'A batch as the model sees it',
      examples: await Promise.all(tested.slice(0, 16).map(async (i) => ({ picture: await picture(i), caption: name(labels[i] as number) }))),
    },
    {
      kind: 'curves',
      title: 'Learning',
      x: { label: 'updates', format: 'count' },
      y: { label: 'loss' },
      series: ['training', 'validation'].map((series, s) => ({
        name: series,
        runs: [
          { x: Array.from({ length: 100 }, (_, i) => 10 * i), y: Array.from({ length: 100 }, (_, i) => 2.3 * Math.exp(-i / 20) + 0.1 + 0.1 * s) },
        ],
      })),
    },
    { kind: 'text', title: 'Warnings', paragraphs: ['Two images are the same to the pixel and were kept in one part.'] },
    {
      kind: 'facts',
      title: 'Time and memory',
      facts: [
        { label: 'Time', value: '1 min 12 s' },
        { label: 'Memory', value: '412 MB' },
      ],
    },
    { kind: 'transfer', title: 'What moved', rows: [{ id: 'head/weight', dims: [10, 64], outcome: 'fresh', reason: 'the source has 5 classes' }] },
    { kind: 'options', title: 'Options', options: { seed: 0, optimiser: { name: 'adamw', settings: { lr: 0.001 } } } },
  ];
  return {
    title: 'Digits, by the nearest class mean',
    summary: 'A sample with every kind of section.',
    sections,
    footer: 'Written by scripts/look-at-report.ts.',
  };

  async function mistakes(shown: readonly number[]): Promise<Section> {
    const all = shown.map(async (i) => {
      return {
        picture: await picture(i),
        name: file(i),
        label: name(labels[i] as number),
        predicted: name(predictions[i] as number),
        probability: sure(i),
      };
    });
    return { kind: 'mistakes', title: 'Surest mistakes', note: 'Each may be the label that is wrong.', mistakes: await Promise.all(all) };
  }
}

/** Probabilities `[N, 10]` by the distance to the mean of each class over the first images. */
function nearestMeans(inputs: Float32Array, labels: Int32Array): Float64Array {
  const means = Array.from({ length: 10 }, (_, c) => {
    const own = Array.from(labels.subarray(0, TRAINING).keys()).filter((i) => labels[i] === c);
    return Array.from({ length: SIZE }, (_, p) => own.reduce((sum, i) => sum + (inputs[i * SIZE + p] as number) / own.length, 0));
  });
  const logits = Array.from(labels.keys()).flatMap((i) => {
    return means.map((mean) => -1.5 * mean.reduce((sum, value, p) => sum + (value - (inputs[i * SIZE + p] as number)) ** 2, 0));
  });
  return softmaxRows(logits, 10);
}

/** Ink on paper, large enough to be looked at. */
async function thumbnail(pixels: Float32Array): Promise<Uint8Array> {
  const grey = Uint8Array.from(pixels, (value) => 255 - Math.round(255 * value));
  return sharp(grey, { raw: { width: 8, height: 8, channels: 1 } })
    .resize(96, 96, { kernel: 'cubic' })
    .png()
    .toBuffer();
}
