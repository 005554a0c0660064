// LoRA on MiniLM: under one per cent of the numbers learn, and a file of some hundred kB holds them: `npm run example -- examples/adapters.ts`.
import * as graft from '../src/index.ts';

const lines = `The battery lasts two days and charges fast.	1
It broke after a week and nobody answered my letter.	0
Sound is crisp, I would buy it again.	1
A waste of money, the case does not even fit.	0
Works exactly as described, very happy.	1
The worst headset I have owned.	0
Great price and it arrived early.	1
Poor reception, dropped every call.	0`
  .split('\n')
  .map((line) => line.split('\t') as [string, string]);

/** Trains, saves, loads onto the base again, exports; returns the accuracy on the sentences themselves. */
export async function run({ epochs = 6, out = 'runs/adapter' } = {}): Promise<number> {
  const backbone = await graft.loadBackbone('all-minilm-l6-v2');
  if (backbone.kind !== 'text') throw new Error('This backbone does not read text.');
  const { tokenise } = backbone;
  const classes = ['negative', 'positive'];
  const texts = lines.map(([text]) => text);
  const data = graft.textSource({ name: 'products', texts, labels: Int32Array.from(lines, ([, label]) => Number(label)), classes, tokenise });
  const base = graft.replaceHead(await backbone.load(), { classes });

  const model = graft.lora(base, { rank: 8, targets: ['query', 'value'] });
  const fit: graft.FitOptions = { epochs, batchSize: 4, optimiser: { name: 'adamw', settings: { lr: 2e-3 } } };
  await graft.finish(graft.progress(graft.fit(model, data, fit)));
  const { logits: before } = await graft.evaluate(model, data);
  const bytes = await graft.saveAdapter(model, out);
  console.log(`adapter and head: ${(bytes / 1e3).toFixed(0)} kB`);

  // Elsewhere, or later: the base as it was, and the file.
  const again = await graft.loadAdapter(graft.replaceHead(await backbone.load(), { classes }), out);
  const { accuracy = 0, logits } = await graft.evaluate(again, data);
  const same = logits.data.every((score, i) => score === before.data[i]);
  console.log(`loaded again: accuracy ${(100 * accuracy).toFixed(0)} %, ${same ? 'the same scores bit for bit' : 'other scores'}`);

  const samples = await data.gather([0, 1, 2]);
  const file = await graft.exportOnnx(again, `${out}/model.onnx`, { weights: 'as read', samples });
  console.log(`merged and exported: ${(file.bytes / 1e6).toFixed(1)} MB, scores within ${file.difference.toExponential(0)}`);
  return accuracy;
}

if (process.argv[1] === import.meta.filename) await run();
