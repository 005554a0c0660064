// How an exported model's inputs are made of what people give, as JavaScript text: the same in `predict.mjs` and in `demo.html`. Called when a model is saved.
import type { ModelInfo } from './model-info.ts';

/**
 * Code with `inputsOf(example)`, which gives the feeds of one example. It finds `ort` and `input` around it, for texts `tokenizer` too. An example is the
 * list of its texts, a record of a table's cells, the `index:value` pairs of a sparse row, or `{ data, height, width, channels }` with a picture's bytes.
 */
export function readingCode({ input }: Pick<ModelInfo, 'input'>): string {
  if (input.kind === 'text') return input.words ? `${counting('input.words')}\n${text(', [input.words.name]: counted(texts)')}` : text('');
  return { image, table, sparse, words }[input.kind];
}

/** As `resample` and `planeWriter` do it: Pillow's levels, cropped about the centre, normalised. */
const image = `const method = input.interpolation ?? 'bilinear';
const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const [reach, kernel] = {
  nearest: [0],
  bilinear: [1, (d) => Math.max(0, 1 - d)],
  bicubic: [2, (d) => (d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0)],
  lanczos: [3, (d) => (d < 3 ? sinc(d) * sinc(d / 3) : 0)],
}[method];
// For each new pixel where its old ones begin, and their weights in steps of 2^-22.
function tapsOf(from, to) {
  const [scale, stretch] = [from / to, Math.max(1, from / to)];
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    if (method === 'nearest') return { start: Math.min(from - 1, Math.floor(centre)), weights: [2 ** 22] };
    const start = Math.max(0, Math.floor(centre - reach * stretch + 0.5));
    const end = Math.min(from, Math.floor(centre + reach * stretch + 0.5));
    const raw = Array.from({ length: end - start }, (_, k) => kernel(Math.abs(start + k + 0.5 - centre) / stretch));
    const sum = raw.reduce((a, b) => a + b);
    return { start, weights: raw.map((weight) => Math.sign(weight) * Math.round(Math.abs(weight / sum) * 2 ** 22)) };
  });
}
// Resizes the middle axis of bytes [outer, from, inner].
function resized(data, outer, from, inner, to) {
  if (from === to) return data;
  const [out, taps] = [new Uint8ClampedArray(outer * to * inner), tapsOf(from, to)];
  for (let o = 0, at = 0; o < outer; o++)
    for (const { start, weights } of taps)
      for (let i = 0; i < inner; i++, at++) {
        let sum = 2 ** 21;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * data[(o * from + start + k) * inner + i];
        out[at] = Math.floor(sum / 2 ** 22);
      }
  return out;
}
// Where a crop begins; below 0 where the picture is smaller, which gives a black border.
function startOf(given, wanted) {
  const half = Math.floor(Math.abs(given - wanted) / 2);
  if (wanted > given) return -half;
  return input.cropRounding !== 'down' && (given - wanted) % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}
// The picture as the model sees it: bytes [height, width, channels].
function seen({ data, height, width, channels }) {
  const side = input.resize?.shorterSide;
  const longer = (long, short) => Math.floor((side * long) / short);
  const [h, w] = input.resize?.size ?? (side ? (height <= width ? [side, longer(width, height)] : [longer(height, width), side]) : [height, width]);
  const pixels = resized(resized(data, height, width, channels, w), 1, height, w * channels, h);
  const [H, W] = input.crop ?? [h, w];
  const [top, left] = [startOf(h, H), startOf(w, W)];
  const out = new Uint8ClampedArray(H * W * channels);
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++)
      for (let c = 0; c < channels; c++) {
        const inside = y + top >= 0 && x + left >= 0 && y + top < h && x + left < w;
        out[(y * W + x) * channels + c] = inside ? pixels[((y + top) * w + x + left) * channels + c] : 0;
      }
  return { data: out, height: H, width: W, channels };
}
async function inputsOf(picture) {
  const { data, height, width, channels } = seen(picture);
  const { mean = [0], std = [1], rescale = 1 / 255 } = input;
  const values = new Float32Array(3 * height * width);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < height * width; i++) {
      const level = data[i * channels + (channels < 3 ? 0 : input.channels === 'bgr' ? 2 - c : c)];
      values[c * height * width + i] = (level * rescale - (mean[c] ?? mean[0])) / (std[c] ?? std[0]);
    }
  return { [input.name]: new ort.Tensor('float32', values, [1, 3, height, width]) };
}`;

/** As `tokeniser` does it: what the model puts around one text or two, and of two the longer cut first. @param more feeds, as members of an object. */
const text = (more: string) => `const marks = ['\\u0000first', '\\u0000second'].slice(0, input.columns.length);
const around = tokenizer.post_processor?.post_process(...marks.map((mark) => [mark])) ?? { tokens: [] };
const slots = [...around.tokens, ...marks.filter((mark) => !around.tokens.includes(mark))];
async function inputsOf(texts) {
  const ids = texts.map((text) => tokenizer.encode(text, { add_special_tokens: false }).ids);
  const room = input.maxLength - (slots.length - marks.length);
  const [a, b = 0] = ids.map(({ length }) => length);
  const short = Math.min(a, b, Math.floor(room / 2));
  const lengths = a + b <= room ? [a, b] : a <= b ? [short, room - short] : [room - short, short];
  const tokens = slots.flatMap((token, i) => {
    const part = marks.indexOf(token);
    const type = around.token_type_ids?.[i] ?? Math.max(0, part);
    return part < 0 ? [{ id: tokenizer.token_to_id(token), type }] : ids[part].slice(0, lengths[part]).map((id) => ({ id, type }));
  });
  const tensor = (of) => new ort.Tensor('int64', BigInt64Array.from(tokens, (token) => BigInt(of(token))), [1, tokens.length]);
  const types = input.types ? { [input.types]: tensor(({ type }) => type) } : {};
  return { [input.ids]: tensor(({ id }) => id), [input.mask]: tensor(() => 1), ...types${more} };
}`;

const terms = `function termsOf(text) {
  const words = text.normalize('NFC').toLowerCase().match(/[\\p{L}\\p{N}']+/gu) ?? [];
  return [...words, ...words.slice(1).map((word, i) => words[i] + ' ' + word)];
}`;

/** Code with `counted(texts)`: the counts of a vocabulary. @param holder what has it, as an expression. */
const counting = (holder: string) => `${terms}
const places = new Map(${holder}.vocabulary.map((term, i) => [term, i]));
function counted(texts) {
  const values = new Float32Array(places.size);
  for (const term of texts.flatMap(termsOf)) if (places.has(term)) values[places.get(term)]++;
  return new ort.Tensor('float32', values, [1, values.length]);
}`;

const words = `${counting('input')}
const inputsOf = async (texts) => ({ [input.name]: counted(texts) });`;

/**
 * Code with `momentOf(text, order)`: milliseconds since 1970 of a date that begins with its year, or ends in it and has day or month first as `order` says; NaN
 * for any other text. As a column of dates reads its strings.
 */
const momentCode = `function momentOf(text, order) {
  const [whole, first, mark, second, year] = /^(\\d{1,2})([./-])(\\d{1,2})\\2(\\d{4})(?=$|[T ])/.exec(text.trim()) ?? [];
  const [day, month] = (order === 'day first' ? [first, second] : [second, first]).map((part) => part?.padStart(2, '0'));
  const date = whole && order && !(mark === '.' && order === 'month first') ? year + '-' + month + '-' + day + text.trim().slice(whole.length) : text.trim();
  if (!/^\\d{4}-\\d{2}-\\d{2}(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?(?:Z|[+-]\\d{2}:?\\d{2})?)?$/.test(date)) return NaN;
  const midnight = new Date(date.slice(0, 10));
  if (Number.isNaN(+midnight) || !midnight.toISOString().startsWith(date.slice(0, 10))) return NaN;
  return Date.parse(/Z$|[+-]\\d\\d:?\\d\\d$|^[\\d-]{10}$/.test(date) ? date : date + 'Z');
}`;

const table = `${terms}
${momentCode}
async function inputsOf(cells) {
  const values = input.columns.flatMap((column) => {
    const cell = cells[column.name] ?? null;
    if (column.kind === 'number') {
      const [least, most] = column.range ?? [];
      const value = cell === null ? 0 : (Math.min(Math.max(cell, least ?? -Infinity), most ?? Infinity) - column.mean) / column.deviation;
      return [value, ...(column.missing ? [cell === null ? 1 : 0] : [])];
    }
    if (column.kind === 'category') return column.values.map((value) => (value === String(cell) ? 1 : 0));
    if (column.kind === 'words') {
      const counts = new Map();
      for (const term of termsOf(String(cell ?? ''))) counts.set(term, (counts.get(term) ?? 0) + 1);
      const weighed = column.vocabulary.map((term, i) => (counts.get(term) ?? 0) * column.weights[i]);
      const length = Math.hypot(...weighed) || 1;
      return weighed.map((value) => value / length);
    }
    if (column.kind === 'array') return column.mean.map((mean, i) => (cell === null ? 0 : (cell[i] - mean) / column.deviation[i]));
    if (cell === null) return [0, 0, 0, 0, 0, 0, 0];
    const date = new Date(momentOf(String(cell), column.order));
    const turns = [date.getUTCMonth() / 12, date.getUTCDay() / 7, (date.getUTCHours() + date.getUTCMinutes() / 60) / 24];
    return [(date - column.from) / column.span, ...turns.flatMap((turn) => [Math.sin(2 * Math.PI * turn), Math.cos(2 * Math.PI * turn)])];
  });
  return { [input.name]: new ort.Tensor('float32', Float32Array.from(values), [1, values.length]) };
}`;

const sparse = `async function inputsOf(row) {
  const values = new Float32Array(input.width);
  for (const pair of row.split(' ').filter((pair) => pair !== '')) {
    const [index, value] = pair.split(':').map(Number);
    if (index < input.width) values[index] = value;
  }
  return { [input.name]: new ort.Tensor('float32', values, [1, input.width]) };
}`;

/** Outputs that are asked of the graph, as an expression that finds `unknown`. */
export const outputsCode = "['logits', ...(unknown?.output ? [unknown.output] : [])]";

/** Code with `isUnknown(familiarity, values)`: whether the example of a classification is unlike anything seen. It finds `unknown`. */
export const unknownCode =
  'const isUnknown = (familiarity, values) => unknown !== undefined && (familiarity ? familiarity.data[0] : Math.max(...values)) < unknown.threshold;';

/** Code with `answersOf(scores)`: each class's probability, or each target's value, in the order of the task's. It finds `task`, `temperature` and `scale`. */
export function answerCode({ task }: Pick<ModelInfo, 'task'>): string {
  if (task.kind === 'regression') return 'const answersOf = (scores) => scores.map((score, i) => score * scale.factor[i] + scale.offset[i]);';
  if (task.kind === 'multi-label') return 'const answersOf = (scores) => scores.map((score) => 1 / (1 + Math.exp(-score / temperature)));';
  return `function answersOf(scores) {
  const highest = Math.max(...scores);
  const odds = scores.map((score) => Math.exp((score - highest) / temperature));
  const sum = odds.reduce((a, b) => a + b);
  return odds.map((odd) => odd / sum);
}`;
}
