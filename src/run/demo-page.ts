// A page beside an exported model, where a picture, a text or a row is answered in the browser: `demo.html`, and `demo.mjs`, which serves it on this machine.
// Called when a model is saved.
import type { ModelInfo } from './model-info.ts';
import { answerCode, outputsCode, readingCode, unknownCode } from './reading-code.ts';

/** Packages whose files the page finds beside it, in folders of these names. */
export function besideOf({ input }: Pick<ModelInfo, 'input'>): Readonly<Record<string, string>> {
  return input.kind === 'text' ? { ort: 'onnxruntime-web', tokenizers: '@huggingface/tokenizers' } : { ort: 'onnxruntime-web' };
}

/** The text of `demo.mjs`: opened by a double click, a page may not read the files beside it. */
export function demoServer(info: Pick<ModelInfo, 'input'>): string {
  const beside = besideOf(info);
  const install = `npm install ${Object.values(beside).join(' ')}`;
  return `// node demo.mjs: shows demo.html on this machine alone. Needs: ${install}
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

const here = import.meta.dirname;
const types = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };
const packages = ${JSON.stringify(beside)};
const folders = Object.fromEntries(Object.entries(packages).map(([at, name]) => [at, folderOf(name)]));
function folderOf(name) {
  try {
    return dirname(createRequire(import.meta.url).resolve(name));
  } catch {
    console.error(name + ' is missing; run: ${install}');
    process.exit(1);
  }
}
const server = createServer((request, response) => {
  const parts = request.url.split(/[?#]/, 1)[0].split(/[\\/]/);
  const [first = 'demo.html', ...rest] = parts.filter((part) => part !== '' && part !== '..');
  const path = Object.hasOwn(folders, first) ? join(folders[first], ...rest) : join(here, first);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
  createReadStream(path).pipe(response);
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(\`http://127.0.0.1:\${server.address().port}/\`));
`;
}

/** The text of `demo.html` for a model. */
export function demoPage(info: Pick<ModelInfo, 'name' | 'input' | 'task'>): string {
  const { name, input, task } = info;
  const shown =
    task.kind === 'regression'
      ? { names: 'task.targets', text: 'value.toPrecision(4)' }
      : { names: 'task.classes', text: "(100 * value).toFixed(1) + ' %'" };
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(name)}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
form, label { display: grid; grid-template-columns: minmax(0, 1fr); }
form { gap: 0.75rem; }
label { gap: 0.25rem; }
input, select, textarea, button { font: inherit; max-width: 100%; padding: 0.25rem 0.5rem; }
button { justify-self: start; }
canvas { display: block; max-width: 100%; margin: 0.75rem 0; }
ul { list-style: none; padding: 0; }
li { display: grid; grid-template-columns: minmax(4rem, 1fr) minmax(4rem, 2fr) 5rem; gap: 0.75rem; align-items: center; }
li > :last-child { text-align: right; font-variant-numeric: tabular-nums; }
meter { width: 100%; }
</style>
</head>
<body>
<main>
<h1>${escaped(name)}</h1>
<form id="form"></form>
${input.kind === 'image' ? '<canvas id="seen" hidden role="img" aria-label="The picture as the model sees it"></canvas>\n' : ''}<p id="said" role="status">One moment ...</p>
<ul id="answers"></ul>
</main>
<script type="module">
const said = document.getElementById('said');
const form = document.getElementById('form');
if (location.protocol.startsWith('http')) await start().catch(told);
else said.textContent = 'A page that is opened from a file may not read the model beside it. In this folder run: node demo.mjs';

function told(error) {
  said.textContent = 'That did not work: ' + error.message;
}

async function start() {
  const ort = await import('./ort/ort.wasm.bundle.min.mjs');
  const { input, task, temperature, scale, unknown } = await (await fetch('model.json')).json();
  const session = await ort.InferenceSession.create('model.onnx');
${input.kind === 'text' ? tokenizer : ''}${readingCode(info)}
${answerCode(info)}
${task.kind === 'classification' ? unknownCode : 'const isUnknown = () => false;'}
  // What the graph says of feeds by the names of its inputs, in the order of the task's names, and how familiar they look.
  async function judged(feeds) {
    const { logits, familiarity } = await session.run(feeds, ${outputsCode});
    return { values: answersOf(Array.from(logits.data)), familiarity };
  }
  async function show(example) {
    said.textContent = 'One moment ...';
    const feeds = await inputsOf(example);
    const { values, familiarity } = await judged(feeds);
    const named = values.map((value, i) => ({ value, name: ${shown.names}[i] }));
    const order = ${task.kind === 'regression' ? 'named' : 'named.sort((a, b) => b.value - a.value).slice(0, 10)'};
    document.getElementById('answers').replaceChildren(...order.map(({ value, name }) => {
      const item = document.createElement('li');
      const [label, bar, number] = ['span', '${task.kind === 'regression' ? 'span' : 'meter'}', 'span'].map((kind) => document.createElement(kind));
      label.textContent = name;
      bar.ariaLabel = name;
      bar.value = value;
      number.textContent = ${shown.text};
      item.append(label, bar, number);
      return item;
    }));
    window.answers = values;
    said.textContent = isUnknown(familiarity, values) ? 'Answered; but this is unlike anything that the model has learnt from.' : 'Answered.';
  }
  function field(name, element) {
    const label = document.createElement('label');
    label.append(name, element);
    form.append(label);
    return element;
  }
  const made = (kind, settings = {}) => Object.assign(document.createElement(kind), settings);
${fields[input.kind]}
  // For programs: feeds of ONNX Runtime's tensors -> values.
  window.answer = async (feeds) => (await judged(feeds)).values;
  said.textContent = 'Ready.';
}
</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

const tokenizer = `  const { Tokenizer } = await import('./tokenizers/tokenizers.min.mjs');
  const tokenizer = new Tokenizer(await (await fetch('tokenizer.json')).json(), {});
`;

/** A button, which answers for what `example` gives. */
const asked = `  form.append(made('button', { textContent: 'Answer' }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    show(example()).catch(told);
  });`;

const texts = `  const texts = input.columns.map((name) => field(input.columns.length === 1 ? 'A text' : name, made('textarea', { rows: 4 })));
  const example = () => texts.map(({ value }) => value);
${asked}`;

/** Code that builds the form, and shows what is said of its example. */
const fields: Readonly<Record<ModelInfo['input']['kind'], string>> = {
  image: `  const canvas = document.getElementById('seen');
  async function read(file) {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    const { data, height, width } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const picture = { data, height, width, channels: 4 };
    const small = seen(picture);
    [canvas.height, canvas.width, canvas.hidden] = [small.height, small.width, false];
    canvas.getContext('2d').putImageData(new ImageData(small.data, small.width, small.height), 0, 0);
    await show(picture);
  }
  const chosen = field('Choose a picture, or drop one here', made('input', { type: 'file', accept: 'image/*' }));
  chosen.addEventListener('change', () => chosen.files[0] && read(chosen.files[0]).catch(told));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) read(file).catch(told);
  });`,
  text: texts,
  words: texts,
  sparse: `  const row = field('Numbers as index:value', made('input', { placeholder: '3:1 17:0.5' }));
  const example = () => row.value;
${asked}`,
  table: `  const elements = {
    number: () => made('input', { type: 'number', step: 'any' }),
    category: ({ values }) => {
      const select = made('select');
      select.append(...['', ...values].map((value) => made('option', { value, textContent: value || '(none of these)' })));
      return select;
    },
    date: () => made('input', { type: 'datetime-local' }),
    words: () => made('textarea', { rows: 3 }),
    array: ({ mean }) => made('input', { placeholder: mean.length + ' numbers with commas between' }),
  };
  const cells = input.columns.map((column) => ({ column, element: field(column.name, elements[column.kind](column)) }));
  const valueOf = ({ kind }, text) => (kind === 'number' ? Number(text) : kind === 'array' ? text.split(',').map(Number) : text);
  const example = () => Object.fromEntries(cells.map(({ column, element }) => [column.name, element.value === '' ? null : valueOf(column, element.value)]));
${asked}`,
};
