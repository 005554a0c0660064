// Resident memory over a long training, and over many short ones in one process: it must come to a plateau.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { conv, createModel, dataset, dense, finish, fit, flatten, maxPool, relu, stream, tensor } from '../../src/index.ts';
import type { Bench, BenchRow } from '../bench.ts';

const images = dataset({
  name: 'noise',
  inputs: tensor('float32', [2048, 1, 28, 28], stream(0, 'noise').uniforms(2048 * 784) as Float32Array<ArrayBuffer>),
  labels: Int32Array.from({ length: 2048 }, (_, i) => i % 10),
});
/** Updates of an epoch, at the default batch size. */
const STEPS = 2048 / 32;
const model = () => createModel({ input: [1, 28, 28], layers: [conv(32, 3), relu(), maxPool(2), flatten(), dense(10)] });

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** RSS in MiB, without the garbage of this thread: how much of that waits to be collected is chance. */
function resident(): number {
  collect();
  return process.memoryUsage.rss() / 2 ** 20;
}

/** Of the samples taken after each time: that after `early` times against that after `late`. */
function row(name: string, samples: readonly number[], early: number, late: number): BenchRow {
  const [before, after] = [samples[early - 1] as number, samples[late - 1] as number];
  return { case: name, early, late, before, graft: after, ratio: after / before, peak: Math.max(...samples) };
}

export const bench: Bench = {
  about:
    'Resident memory in MiB after many steps, and after many trainings with sessions of their own, against that after a tenth or a fifth of them.',
  columns: {
    case: { label: 'case' },
    early: { label: 'after', format: 'count' },
    before: { label: 'MiB', format: 'count' },
    late: { label: 'after', format: 'count' },
    graft: { label: 'MiB', format: 'count' },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
    peak: { label: 'peak MiB', format: 'count' },
  },
  async *rows({ quick, note }) {
    const [steps, trainings] = quick ? [200, 10] : [1000, 50];
    const long: number[] = [];
    for await (const event of fit(model(), images, { epochs: Math.ceil(steps / STEPS) })) {
      if (event.type === 'step') long.push(resident());
    }
    yield row('steps of one training', long, steps / 10, steps);
    note(`one training of ${steps} steps: done`);
    const short: number[] = [];
    for (let i = 0; i < trainings; i++) {
      await finish(fit(model(), images, { epochs: 1, validation: images }));
      short.push(resident());
    }
    yield row('trainings, two sessions each', short, trainings / 5, trainings);
  },
};
