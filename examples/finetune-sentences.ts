// Fine-tunes MiniLM on the sentences of one source and tests it on another's: `npm run example -- examples/finetune-sentences.ts`.
// With GRAFT_DATA naming the reference data, on 200 sentences of product reviews, tested on film reviews; else on the few below.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as graft from '../src/index.ts';

const few = `The battery lasts two days and charges fast.	1
It broke after a week and nobody answered my letter.	0
Sound is crisp, I would buy it again.	1
A waste of money, the case does not even fit.	0
Works exactly as described, very happy.	1
The worst headset I have owned.	0
Great price and it arrived early.	1
Poor reception, dropped every call.	0`;
const others = `A moving story with wonderful actors.	1
I nearly fell asleep, the plot is a mess.	0
One of the best films this year.	1
Terrible dialogue and worse music.	0`;

function sentences(file: string, otherwise: string, limit: number): { texts: string[]; labels: Int32Array } {
  const path = join(process.env.GRAFT_DATA ?? '', 'sentiment-sentences', file);
  const lines = (existsSync(path) ? readFileSync(path, 'utf8') : otherwise).split('\n').filter((line) => line.includes('\t'));
  const pairs = lines.slice(0, limit).map((line) => line.split('\t') as [string, string]);
  return { texts: pairs.map(([text]) => text), labels: Int32Array.from(pairs, ([, label]) => Number(label)) };
}

/** Trains and returns the accuracy on the other source. */
export async function run({ limit = 200, epochs = 4, out = 'runs/sentences.onnx' } = {}): Promise<number> {
  const backbone = await graft.loadBackbone('all-minilm-l6-v2');
  if (backbone.kind !== 'text') throw new Error('This backbone does not read text.');
  const { tokenise } = backbone;
  const classes = ['negative', 'positive'];
  const train = graft.textSource({ name: 'products', ...sentences('amazon_cells.tsv', few, limit), classes, tokenise });
  const test = graft.textSource({ name: 'films', ...sentences('imdb.tsv', others, 2 * limit), classes, tokenise });
  const model = graft.replaceHead(await backbone.load(), { classes });
  console.log(graft.describeModel(graft.inspect(model)));
  const fit: graft.FitOptions = { epochs, batchSize: 8, optimiser: { name: 'adamw', settings: { lr: 1e-3 } }, schedule: graft.schedules.cosine() };
  await graft.finish(graft.progress(graft.transfer(model, train, { strategy: 'lp-ft', options: { lrFactor: 0.05 }, fit })));
  const { accuracy = 0 } = await graft.evaluate(model, test);
  const samples = await test.gather([0, 1, 2]);
  const { path, bytes } = await graft.exportOnnx(model, out, { weights: 'float16', samples });
  console.log(`accuracy on ${test.length} sentences of another source: ${(100 * accuracy).toFixed(1)} %; ${path}, ${(bytes / 1e6).toFixed(1)} MB`);
  return accuracy;
}

if (process.argv[1] === import.meta.filename) await run();
