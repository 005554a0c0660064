// The program beside an exported model: reads `model.json`, runs `model.onnx` with ONNX Runtime, prints the answer. Called when a model is saved.
import type { ModelInfo } from './model-info.ts';
import { answerCode, outputsCode, readingCode, unknownCode } from './reading-code.ts';

/** What `predict.mjs` needs besides Node. */
export function packagesOf({ input }: Pick<ModelInfo, 'input'>): string {
  return ['onnxruntime-node', ...(input.kind === 'image' ? ['sharp'] : input.kind === 'text' ? ['@huggingface/tokenizers'] : [])].join(' ');
}

/** An example as `predict.mjs` takes it, as a word of a shell: rows and pairs of texts are JSON by the names of their columns. */
export function exampleOf({ input }: Pick<ModelInfo, 'input'>): string {
  switch (input.kind) {
    case 'image':
      return 'photo.jpg';
    case 'sparse':
      return '"3:1 17:0.5"';
    case 'table':
      return quoted(Object.fromEntries(input.columns.slice(0, 3).map((column) => [column.name, cellOf(column)])));
    default:
      return input.columns.length === 1 ? '"a text"' : quoted(Object.fromEntries(input.columns.map((name) => [name, 'a text'])));
  }
}

/** Names of columns are anything: in a comment they must not begin a new line, nor end a shell's word. */
function quoted(cells: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(cells).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function cellOf(column: Extract<ModelInfo['input'], { kind: 'table' }>['columns'][number]): unknown {
  switch (column.kind) {
    case 'number':
      return Number(column.mean.toPrecision(3));
    case 'category':
      return column.values[0];
    case 'date':
      return new Date(column.from).toISOString();
    case 'words':
      return 'a text';
    case 'array':
      return column.mean.map((mean) => Number(mean.toPrecision(3)));
  }
}

/** The text of `predict.mjs` for a model. */
export function predictScript(info: Pick<ModelInfo, 'input' | 'task'>): string {
  const { packages, given } = readers(info.input);
  const usage = `node predict.mjs ${exampleOf(info)} ...`;
  return `// ${usage}: prints what the model says, as JSON. Needs: npm install ${packagesOf(info)}
import { readFileSync } from 'node:fs';

process.env.ORT_DISABLE_TELEMETRY ??= '1';
const needed = (name) =>
  import(name).catch((error) => {
    const why = error.code === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : 'cannot be loaded (' + error.message + ')';
    console.error(name + ' ' + why + '. In this folder run: npm install ${packagesOf(info)}');
    process.exit(2);
  });
const { default: ort } = await needed('onnxruntime-node');
${packages}const file = (name) => new URL(name, import.meta.url);
const { input, task, temperature, scale, label: labels = [], labelSeparator, unknown } = JSON.parse(readFileSync(file('model.json'), 'utf8'));
function refuse(why) {
  console.error(why + ' Give: ' + ${JSON.stringify(usage)});
  process.exit(2);
}
${given}
${readingCode(info)}
${answerCode(info)}
${{ classification: `${unknownCode}\n`, 'multi-label': listing, regression: '' }[info.task.kind]}if (process.argv.length < 3) refuse('Nothing was given.');
const session = await ort.InferenceSession.create(readFileSync(file('model.onnx')));
for (const [row, given] of process.argv.slice(2).entries()) {
  const feeds = await inputsOf(await exampleOf(given, row + 1));
  const { logits, familiarity } = await session.run(feeds, ${outputsCode});
  const values = answersOf(Array.from(logits.data));
  if (task.kind === 'regression') console.log(JSON.stringify({ given, values }));
  else {
    const likeliest = task.classes[values.indexOf(Math.max(...values))];
    const label = ${info.task.kind === 'multi-label' ? 'listed(task.classes.filter((_, i) => values[i] > 0.5))' : 'likeliest'};
    const strange = ${info.task.kind === 'classification' ? 'isUnknown(familiarity, values) ? { unknown: true } : ' : ''}{};
    console.log(JSON.stringify({ given, label, ...strange, probabilities: Object.fromEntries(task.classes.map((name, i) => [name, values[i]])) }));
  }
}
`;
}

/** For each kind of input what loads its packages, and code with `exampleOf(given)`: a word of the command line -> an example. */
function readers(input: ModelInfo['input']): { readonly packages: string; readonly given: string } {
  switch (input.kind) {
    case 'image':
      return {
        packages: "const { default: sharp } = await needed('sharp');\n",
        given: `async function exampleOf(photo) {
  const picture = sharp(photo, { ignoreIcc: true }).autoOrient().removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await picture.toBuffer({ resolveWithObject: true }).catch((error) => refuse(photo + ': ' + error.message + '.'));
  return { data, height: info.height, width: info.width, channels: info.channels };
}`,
      };
    case 'sparse':
      return { packages: '', given: 'const exampleOf = (given) => given;' };
    case 'table':
      return { packages: '', given: `${parsed}\n${cells}` };
    default: {
      const tokenizer = "const tokenizer = new Tokenizer(JSON.parse(readFileSync(file('tokenizer.json'), 'utf8')), {});\n";
      const own = input.columns.length === 1 ? 'const exampleOf = (given) => [given];' : pair;
      return input.kind === 'text'
        ? { packages: "const { Tokenizer } = await needed('@huggingface/tokenizers');\n", given: tokenizer + own }
        : { packages: '', given: own };
    }
  }
}

const parsed = `function cellsOf(given) {
  let cells;
  try {
    cells = JSON.parse(given);
  } catch {}
  return typeof cells === 'object' && cells !== null ? cells : refuse('This model reads cells by the names of their columns, as JSON, not: ' + given + '.');
}`;

/** What `graft predict` would refuse in a file, and names that only JSON can get wrong. */
const cells = `function exampleOf(given, row) {
  const cells = cellsOf(given);
  const names = input.columns.map(({ name }) => name);
  const other = Object.keys(cells).find((key) => ![...names, ...labels].includes(key));
  if (other !== undefined) refuse('Row ' + row + ': the model reads no column "' + other + '"; it reads ' + names.join(', ') + '.');
  for (const { name, kind, mean, order } of input.columns) {
    const cell = cells[name] ?? null;
    const wrong = (wants) => refuse('Row ' + row + ', column "' + name + '": the model reads ' + wants + ' there, not ' + JSON.stringify(cell) + '.');
    const isNumber = (value) => (typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')) && Number.isFinite(Number(value));
    if (cell === null) continue;
    if (kind === 'number' && !isNumber(cell)) wrong('a number, or null where it is missing,');
    const written = { 'day first': ', or 31/05/2024,', 'month first': ', or 05/31/2024,' }[order] ?? '';
    if (kind === 'date' && Number.isNaN(momentOf(String(cell), order))) wrong('a date such as 2024-05-31T12:00:00' + written);
    if (kind === 'array' && !(Array.isArray(cell) && cell.length === mean.length && cell.every(isNumber))) wrong('a list of ' + mean.length + ' numbers');
  }
  const missing = names.filter((name) => !Object.hasOwn(cells, name));
  if (missing.length > 0) console.error('Row ' + row + ' has no ' + missing.map((name) => '"' + name + '"').join(', ') + ', which counts as missing.');
  return cells;
}`;

/** As `labelList` does it. */
const listing = `const quoted = (name) => (/[",\\n\\r]/.test(name) ? '"' + name.replaceAll('"', '""') + '"' : name);
const listed = (names) => (labelSeparator === undefined ? names.map(quoted).join(', ') : names.join(labelSeparator));
`;

const pair = `${parsed}
const exampleOf = (given) => {
  const cells = cellsOf(given);
  return input.columns.map((name) => (name in cells ? String(cells[name] ?? '') : refuse('This model reads pairs of texts; "' + name + '" is missing.')));
};`;
