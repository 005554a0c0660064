// One case in Graft: `graft-run.ts NAME full|head|inference THREADS FOLDER`, the folder of the exported files; answers as serve-steps.ts says.
import { compileGraph } from '../../src/lower/run.ts';
import { groupNames } from '../../src/methods/strategy/strategy.ts';
import { inputsOf } from '../../src/nn/sizes.ts';
import { networkOf } from './networks.ts';
import { randomSource } from './random-data.ts';
import { serveFit, serveSteps } from './serve-steps.ts';

const [name = '', mode, threads, folder = ''] = process.argv.slice(2);
const network = networkOf(name);
const { batch } = network;
const model = await network.load(folder);
const source = randomSource(model, batch);

if (mode === 'inference') {
  // As `predictor` computes, without reading photos and texts.
  const session = await compileGraph(model.graph, { threads: Number(threads) });
  let at = 0;
  await serveSteps(
    async () => {
      const rows = Int32Array.from({ length: batch }, (_, i) => (at + i) % source.length);
      at = (at + batch) % source.length;
      const examples = await source.gather(rows);
      const feeds = Object.fromEntries(inputsOf(model, examples).map(([{ name }, tensor]) => [name, tensor]));
      const { logits } = await session.run(feeds, {}, ['logits']);
      return logits?.dims[0] as number;
    },
    { learning: 0 },
  );
  await session.release();
} else {
  const head = mode === 'head';
  await serveFit(model, source, {
    batchSize: batch,
    threads: Number(threads),
    optimiser: { name: 'adam', settings: { lr: 1e-4 } },
    freeze: head ? groupNames(model, 'shared') : [],
    batchNorm: head ? 'frozen' : 'train',
    // What is compared is the step, not how often the frozen part is computed.
    featureCache: false,
  });
}
