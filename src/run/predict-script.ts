// The program beside an exported model: reads `model.json`, runs `model.onnx` with ONNX Runtime, prints the answer. Called when a model is saved.
import type { ModelInfo } from './model-info.ts';

/** The text of `predict.mjs` for a model; it needs onnxruntime-node and, by what it reads, sharp or @huggingface/tokenizers. */
export function predictScript({ input }: ModelInfo): string {
  const { imports, inputs, given } = { image, text, table, sparse, words }[input.kind];
  return `// node predict.mjs ${given}: prints what the model says, as JSON. Needs: npm install onnxruntime-node${input.kind === 'image' ? ' sharp' : input.kind === 'text' ? ' @huggingface/tokenizers' : ''}
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
${imports}
const file = (name) => new URL(name, import.meta.url);
const model = JSON.parse(readFileSync(file('model.json'), 'utf8'));
const { input, task, temperature, scale } = model;
${inputs}
const session = await ort.InferenceSession.create(readFileSync(file('model.onnx')));
for (const given of process.argv.slice(2)) {
  const { logits } = await session.run(await inputsOf(given), ['logits']);
  const scores = Array.from(logits.data, (score) => score / temperature);
  if (task.kind === 'regression') console.log(JSON.stringify({ given, values: scores.map((x, i) => x * scale.factor[i] + scale.offset[i]) }));
  else {
    const highest = Math.max(...scores);
    const odds = scores.map((x) => (task.kind === 'multi-label' ? 1 / (1 + Math.exp(-x)) : Math.exp(x - highest)));
    const sum = task.kind === 'multi-label' ? 1 : odds.reduce((a, b) => a + b);
    const probabilities = Object.fromEntries(task.classes.map((name, i) => [name, odds[i] / sum]));
    console.log(JSON.stringify({ given, label: task.classes[scores.indexOf(highest)], probabilities }));
  }
}
`;
}

const image = {
  given: 'photo.jpg ...',
  imports: "import sharp from 'sharp';\n",
  inputs: `async function inputsOf(photo) {
  const { resize, crop, mean = [0], std = [1], rescale = 1 / 255 } = input;
  const { height, width, orientation = 1 } = await sharp(photo).metadata();
  const [tall, wide] = orientation > 4 ? [width, height] : [height, width];
  const factor = resize?.shorterSide / Math.min(tall, wide);
  const [h, w] = resize?.size ?? (resize ? [Math.floor(tall * factor + 1e-6), Math.floor(wide * factor + 1e-6)] : [tall, wide]);
  const sized = sharp(photo, { ignoreIcc: true }).autoOrient().removeAlpha().toColourspace('srgb');
  const kernel = { bicubic: 'cubic', lanczos: 'lanczos3', nearest: 'nearest' }[input.interpolation] ?? 'linear';
  const pixels = await sized.resize(w, h, { kernel, fit: 'fill' }).raw().toBuffer();
  const [H, W] = crop ?? [h, w];
  const [top, left] = [Math.round((h - H) / 2), Math.round((w - W) / 2)];
  const values = new Float32Array(3 * H * W);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++) {
        const level = pixels[((y + top) * w + x + left) * 3 + (input.channels === 'bgr' ? 2 - c : c)] ?? 0;
        values[(c * H + y) * W + x] = (level * rescale - (mean[c] ?? mean[0])) / (std[c] ?? std[0]);
      }
  return { [input.name]: new ort.Tensor('float32', values, [1, 3, H, W]) };
}`,
};

const text = {
  given: '"a text" ...',
  imports: "import { Tokenizer } from '@huggingface/tokenizers';\n",
  inputs: `const tokenizer = new Tokenizer(JSON.parse(readFileSync(file('tokenizer.json'), 'utf8')), {});
async function inputsOf(text) {
  const { ids } = tokenizer.encode(text);
  const kept = ids.length > input.maxLength ? [...ids.slice(0, input.maxLength - 1), ids.at(-1)] : ids;
  const tensor = (values) => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  const types = input.types ? { [input.types]: tensor(kept.map(() => 0)) } : {};
  return { [input.ids]: tensor(kept), [input.mask]: tensor(kept.map(() => 1)), ...types };
}`,
};

const table = {
  given: '\'{"column": 1, "other": "a"}\' ...',
  imports: '',
  inputs: `async function inputsOf(row) {
  const cells = JSON.parse(row);
  const values = input.columns.flatMap((column) => {
    const cell = cells[column.name] ?? null;
    if (column.kind === 'number') return [cell === null ? 0 : (cell - column.mean) / column.deviation, ...(column.missing ? [cell === null ? 1 : 0] : [])];
    if (column.kind === 'category') return column.values.map((value) => (value === String(cell) ? 1 : 0));
    if (column.kind === 'words') {
      const words = String(cell ?? '').normalize('NFC').toLowerCase().match(/[\\p{L}\\p{N}']+/gu) ?? [];
      const counts = new Map();
      for (const term of [...words, ...words.slice(1).map((word, i) => words[i] + ' ' + word)]) counts.set(term, (counts.get(term) ?? 0) + 1);
      const weighed = column.vocabulary.map((term, i) => (counts.get(term) ?? 0) * column.weights[i]);
      const length = Math.hypot(...weighed) || 1;
      return weighed.map((value) => value / length);
    }
    if (column.kind === 'array') return column.mean.map((mean, i) => (cell === null ? 0 : (cell[i] - mean) / column.deviation[i]));
    if (cell === null) return [0, 0, 0, 0, 0, 0, 0];
    const date = new Date(/[Zz]$|[+-]\\d\\d:?\\d\\d$|^[\\d-]{10}$/.test(cell) ? cell : cell + 'Z');
    const turns = [date.getUTCMonth() / 12, date.getUTCDay() / 7, (date.getUTCHours() + date.getUTCMinutes() / 60) / 24];
    return [(date - column.from) / column.span, ...turns.flatMap((turn) => [Math.sin(2 * Math.PI * turn), Math.cos(2 * Math.PI * turn)])];
  });
  return { [input.name]: new ort.Tensor('float32', Float32Array.from(values), [1, values.length]) };
}`,
};

const sparse = {
  given: '"3:1 17:0.5" ...',
  imports: '',
  inputs: `async function inputsOf(row) {
  const values = new Float32Array(input.width);
  for (const pair of row.split(' ')) {
    const [index, value] = pair.split(':').map(Number);
    if (index < input.width) values[index] = value;
  }
  return { [input.name]: new ort.Tensor('float32', values, [1, input.width]) };
}`,
};

const words = {
  given: '"a text" ...',
  imports: '',
  inputs: `const places = new Map(input.vocabulary.map((term, i) => [term, i]));
async function inputsOf(text) {
  const words = text.normalize('NFC').toLowerCase().match(/[\\p{L}\\p{N}']+/gu) ?? [];
  const values = new Float32Array(places.size);
  for (const term of [...words, ...words.slice(1).map((word, i) => words[i] + ' ' + word)]) if (places.has(term)) values[places.get(term)]++;
  return { [input.name]: new ort.Tensor('float32', values, [1, values.length]) };
}`,
};
