// A page beside an exported model, where a picture or a text is answered in the browser: `demo.html`, and `demo.mjs`, which serves it on this machine. Called
// when a model is saved.
import type { ModelInfo } from './model-info.ts';

/** The text of `demo.mjs`: opened by a double click, a page may not read the files beside it. */
export const demoServer = `// node demo.mjs: shows demo.html on this machine alone. Needs: npm install onnxruntime-web @huggingface/tokenizers
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

const here = import.meta.dirname;
const types = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };
const packages = { ort: 'onnxruntime-web', tokenizers: '@huggingface/tokenizers' };
const folderOf = (name) => dirname(createRequire(import.meta.url).resolve(name));
const server = createServer((request, response) => {
  const [first, ...rest] = new URL(request.url, 'http://localhost').pathname.split('/').filter((part) => part !== '' && part !== '..');
  const path = packages[first] ? join(folderOf(packages[first]), ...rest) : join(here, first ?? 'demo.html');
  if (!existsSync(path)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
  createReadStream(path).pipe(response);
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(\`http://127.0.0.1:\${server.address().port}/\`));
`;

/** The text of `demo.html` for a model of pictures or texts. */
export function demoPage({ name, input, task }: ModelInfo): string | undefined {
  if (input.kind !== 'image' && input.kind !== 'text') return undefined;
  const field =
    input.kind === 'image'
      ? '<label>Choose or drop a picture <input id="given" type="file" accept="image/*"></label><canvas id="seen" aria-label="The picture as the model sees it"></canvas>'
      : '<label>A text <textarea id="given" rows="4" cols="60"></textarea></label><button id="go">Answer</button>';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(name)}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
label, textarea, canvas { display: block; margin: 0.5rem 0; max-width: 100%; }
li { display: grid; grid-template-columns: 10rem 1fr 4rem; gap: 0.5rem; align-items: center; }
ul { list-style: none; padding: 0; }
meter { width: 100%; }
</style>
</head>
<body>
<h1>${escaped(name)}</h1>
${field}
<p id="said" role="status">One moment ...</p>
<ul id="answers"></ul>
<script type="module">
const said = document.getElementById('said');
const served = location.protocol.startsWith('http');
if (!served) said.textContent = 'A page that is opened from a file may not read the model beside it. In this folder run: node demo.mjs';
else await start();

async function start() {
  const ort = await import('./ort/ort.wasm.bundle.min.mjs');
  const model = await (await fetch('model.json')).json();
  const session = await ort.InferenceSession.create('model.onnx');
  said.textContent = 'Ready.';
  const answer = async (feeds) => {
    const { logits } = await session.run(feeds, ['logits']);
    const scores = Array.from(logits.data, (score) => score / model.temperature);
    const highest = Math.max(...scores);
    const odds = scores.map((score) => Math.exp(score - highest));
    const sum = odds.reduce((a, b) => a + b);
    const names = ${task.kind === 'regression' ? 'model.task.targets' : 'model.task.classes'};
    const values = ${
      task.kind === 'regression'
        ? 'scores.map((score, i) => score * model.scale.factor[i] + model.scale.offset[i])'
        : task.kind === 'multi-label'
          ? 'scores.map((score) => 1 / (1 + Math.exp(-score)))'
          : 'odds.map((odd) => odd / sum)'
    };
    const order = values.map((value, i) => [value, names[i]]).sort((a, b) => b[0] - a[0]).slice(0, 10);
    document.getElementById('answers').replaceChildren(...order.map(([value, label]) => {
      const item = document.createElement('li');
      const meter = document.createElement('meter');
      meter.value = value;
      item.append(label, meter, ${task.kind === 'regression' ? 'value.toPrecision(4)' : "(100 * value).toFixed(1) + ' %'"});
      return item;
    }));
    window.answers = order;
  };
${input.kind === 'image' ? pictures : texts}
}
</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

const pictures = `  const { input } = model;
  const canvas = document.getElementById('seen');
  const show = async (file) => {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const [H, W] = input.crop ?? input.resize.size;
    const factor = input.resize?.shorterSide ? input.resize.shorterSide / Math.min(image.width, image.height) : 1;
    const [h, w] = input.resize?.size ?? [Math.floor(image.height * factor + 1e-6), Math.floor(image.width * factor + 1e-6)];
    canvas.width = W;
    canvas.height = H;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, Math.round((W - w) / 2), Math.round((H - h) / 2), w, h);
    const { data } = context.getImageData(0, 0, W, H);
    const { mean = [0], std = [1], rescale = 1 / 255 } = input;
    const values = new Float32Array(3 * H * W);
    for (let i = 0; i < H * W; i++)
      for (let c = 0; c < 3; c++) values[c * H * W + i] = (data[4 * i + (input.channels === 'bgr' ? 2 - c : c)] * rescale - (mean[c] ?? mean[0])) / (std[c] ?? std[0]);
    await answer({ [input.name]: new ort.Tensor('float32', values, [1, 3, H, W]) });
  };
  document.getElementById('given').addEventListener('change', (event) => show(event.target.files[0]));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    show(event.dataTransfer.files[0]);
  });`;

const texts = `  const { Tokenizer } = await import('./tokenizers/tokenizers.min.mjs');
  const { input } = model;
  const tokenizer = new Tokenizer(await (await fetch('tokenizer.json')).json(), {});
  document.getElementById('go').addEventListener('click', async () => {
    const { ids } = tokenizer.encode(document.getElementById('given').value);
    const kept = ids.length > input.maxLength ? [...ids.slice(0, input.maxLength - 1), ids.at(-1)] : ids;
    const tensor = (list) => new ort.Tensor('int64', BigInt64Array.from(list, BigInt), [1, list.length]);
    const types = input.types ? { [input.types]: tensor(kept.map(() => 0)) } : {};
    await answer({ [input.ids]: tensor(kept), [input.mask]: tensor(kept.map(() => 1)), ...types });
  });`;
