// A part of the step that `fit` takes, alone: `part-run.ts NAME run|engine|share THREADS FOLDER`. `run` is ONNX Runtime's, `engine` that and the update,
// in this thread; both answer as serve-steps.ts says. `share` prints how much of ONNX Runtime's time is spent in nodes. Started by bench.ts.
import { createSession, type Model, stateOf, type Tensor } from '../../src/index.ts';
import { optimiser } from '../../src/nn/optimisers/index.ts';
import { Engine } from '../../src/train/engine.ts';
import { trainableSlots } from '../../src/train/fit-options.ts';
import { layOut, type Slot } from '../../src/train/flat-store.ts';
import { networkOf } from '../timed/networks.ts';
import { serveSteps } from '../timed/serve-steps.ts';
import { runProgram, stepProgram } from '../timed/step-program.ts';

/** Steps with a profile, and as many without: to write down a node takes as long as a small one itself, but not within its time. */
const STEPS = 20;

const [name = '', part, threads, folder = ''] = process.argv.slice(2);
const { batch, load } = networkOf(name);
const model = await load(folder);
const program = await stepProgram(model, { mode: 'full', batch, threads: Number(threads) });
const { setup, device, feeds, into, fetch } = program;

if (part === 'share') {
  const { ms } = await runProgram(program, STEPS);
  const { nodes } = await runProgram(program, STEPS, true);
  const within = nodes.reduce((sum, node) => sum + node.ms, 0);
  console.log(Math.min(1, within / ms.reduce((sum, step) => sum + step, 0)));
} else if (part === 'run') {
  const session = await createSession(setup.model, { device, threads: program.threads });
  await serveSteps(async () => {
    await session.run(feeds, into, fetch);
    return batch;
  });
  await session.release();
} else {
  const parameters = trainableSlots(model, {});
  const buffers = model.graph.ofKind('buffer').map(({ id, shape }) => ({ id: id as string, dims: shape as number[] }));
  const { settings } = optimiser('adam', { lr: 1e-4 });
  const engine = await Engine.open({ device: 'cpu', threads: program.threads, parameters, buffers, optimiser: { name: 'adam', settings } });
  engine.restore({ parameters: flat(model, parameters), buffers: flat(model, buffers), slots: [], updates: 0 });
  await engine.prepare(setup);
  await serveSteps(async () => {
    const { notFinite } = await engine.step({ key: setup.key, feeds, first: true, apply: { lr: settings.lr } });
    if (notFinite !== undefined) throw new Error(`${name} diverged: ${JSON.stringify(notFinite)}`);
    return batch;
  });
  await engine.close();
}

/** The model's own values, as an engine lays them out. */
function flat(model: Model, slots: readonly Slot[]): Float32Array<ArrayBuffer> {
  const [own, places] = [stateOf(model), layOut(slots)];
  const values = new Float32Array(places.at(-1)?.to ?? 0);
  for (const { id, from } of places) values.set((own.get(id) as Tensor<'float32'>).data, from);
  return values;
}
