// A fresh process that builds one network's training step and opens its session, and prints how long each took. Started by bench.ts.
import { createSession, loadBackbone, losses, type Model, openDevice, readOnnx, replaceHead } from '../../src/index.ts';
import { trainProgram } from '../../src/train/program.ts';
import { resnet50, vitTiny } from '../networks.ts';

const classes = Array.from({ length: 10 }, (_, i) => `class ${i}`);
const networks: Readonly<Record<string, { model(): Promise<Model>; sizes: Readonly<Record<string, number>> }>> = {
  'resnet-50': { model: async () => resnet50(), sizes: { N: 16 } },
  'vit-tiny': { model: async () => vitTiny(), sizes: { N: 16 } },
  'vit-tiny, 48 layers': { model: async () => vitTiny(32, 10, 48), sizes: { N: 2 } },
  'efficientnet-lite0': {
    model: async () => replaceHead(await (await loadBackbone('efficientnet-lite0')).load(), { classes }),
    sizes: { N: 16, H: 224, W: 224 },
  },
  'all-minilm-l6-v2': { model: async () => (await loadBackbone('all-minilm-l6-v2')).load(), sizes: { N: 16, L: 128 } },
};

const { model: make, sizes: known } = networks[process.argv[2] as string] as (typeof networks)[string];
const model = await make();
const { device } = await openDevice('cpu');
// Whatever the file calls its open sizes.
const open = [model.input, ...(model.extras ?? [])].flatMap(({ shape }) => shape.filter((dim) => typeof dim === 'string'));
const sizes = { ...Object.fromEntries(open.map((name) => [name, 224])), ...known };
const trainable = new Set(model.graph.ofKind('parameter').flatMap(({ id }) => (id === undefined ? [] : [id])));
const options = { sizes, loss: losses.crossEntropy(), trainable, batchNorm: 'train', penalties: [] } as const;
const timed = async <T>(work: () => T | Promise<T>): Promise<[T, number]> => {
  const start = performance.now();
  return [await work(), performance.now() - start];
};
const [{ setup }, build] = await timed(() => trainProgram(model, options));
const [session, opened] = await timed(() => createSession(setup.model, { device }));
await session.release();
const [, again] = await timed(() => trainProgram(model, options));
console.log(JSON.stringify({ nodes: readOnnx(setup.model).nodes.length, build, again, session: opened }));
