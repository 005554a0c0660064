// svmlight / libsvm: lines `label index:value index:value # note`, sparse; where indices begin at 1, feature 0 is always 0. Called through `formats`.
import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import type { Cell, SparseRow } from '../reading/cell.ts';
import { defineFormat, type RowBatch } from '../reading/format.ts';
import { linesOf, textStream } from '../reading/text.ts';

const COLUMNS = ['label', 'features'] as const;
/** Rows handed on at once. */
const BATCH = 1000;
/** Indices above this would make rows that no model takes. */
const MOST_FEATURES = 2 ** 24;

/** Bytes in which rows with several labels are looked for. */
const HEAD = 2 ** 16;
const SEVERAL = /^[ \t]*[^\s:#]+,/m;

/** A number as it is written in decimal; `Number` takes hexadecimal ones and an empty text too. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const LINE = /^\s*[+-]?[\d.][^\s:]*(\s+(qid:)?\d+:\S+)*\s*(#.*)?$/;

export const svmlight = defineFormat({
  name: 'svmlight',
  about: 'svmlight / libsvm: a line for each example, `label index:value ...`, where most values are 0',
  extensions: ['.svmlight', '.svm', '.libsvm'],
  sniff: (head) => {
    const [first = '', second = ''] = new TextDecoder()
      .decode(head)
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '' && !line.startsWith('#'));
    return LINE.test(first) && first.includes(':') && (second === '' || LINE.test(second) || head.length >= 4096);
  },
  options: defineOptions({}),
  async read(input, _options, { damaged, signal }) {
    const text = await textStream(input, 'utf-8');
    // Where rows have several labels, others may well have one.
    const several = SEVERAL.test(new TextDecoder().decode(await input.head(HEAD)));
    return { facts: { encoding: text.encoding }, label: 'label', batches: batches() };

    async function* batches(): AsyncGenerator<RowBatch, void, void> {
      let rows: Cell[][] = [];
      let numbers: number[] = [];
      let read = 0;
      for await (const lines of linesOf(text, input.path)) {
        if (signal?.aborted) fail('aborted', `Reading "${input.path}" was stopped.`);
        for (const { number, text } of lines) {
          const line = text.replace(/#.*/, '');
          if (line.trim() === '') continue;
          read++;
          const row = parse(line, several, (column, what) => damaged(`line ${number}, character ${column}`, what));
          if (row) {
            rows.push(row);
            numbers.push(read);
          }
          if (rows.length < BATCH) continue;
          yield { columns: COLUMNS, rows, numbers };
          [rows, numbers] = [[], []];
        }
      }
      if (rows.length > 0) yield { columns: COLUMNS, rows, numbers };
    }
  },
});

/** One line that is not empty, without its note; nothing for one that is damaged. @param several whether labels are lists. */
function parse(line: string, several: boolean, damaged: (column: number, what: string) => void): Cell[] | undefined {
  const words = [...line.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, column: index + 1 }));
  // scikit-learn writes nothing but a blank for a row that has none of several labels.
  const isBare = several && /^\s/.test(line) && words[0]?.text.includes(':') === true;
  const label = isBare ? '' : (words.shift()?.text ?? '');
  const labels = isBare ? [] : label.split(',');
  const wrong = labels.find((one) => !NUMBER.test(one) || !Number.isFinite(Number(one)));
  if (wrong !== undefined) {
    damaged(1, `begins with "${label.slice(0, 40)}", which is no number; a line must be \`label index:value ...\``);
    return undefined;
  }
  const features = words.filter(({ text }) => !text.startsWith('qid:'));
  const row: SparseRow = { indices: new Int32Array(features.length), values: new Float32Array(features.length) };
  let before = -1;
  for (const [i, { text, column }] of features.entries()) {
    const parts = text.split(':');
    const [index, value] = parts.map((part) => (NUMBER.test(part) ? Number(part) : Number.NaN)) as [number, number | undefined];
    if (parts.length !== 2 || !Number.isInteger(index) || index <= before || index >= MOST_FEATURES || !Number.isFinite(value)) {
      damaged(column, `holds "${text.slice(0, 40)}"; features must be \`index:value\`, in ascending order, from 0 up to ${MOST_FEATURES}`);
      return undefined;
    }
    row.indices[i] = before = index;
    row.values[i] = value as number;
  }
  return [several || labels.length > 1 ? labels : Number(label), row];
}
