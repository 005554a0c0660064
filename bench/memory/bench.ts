// Resident memory over a long training, and over many short ones in one process: it must come to a plateau.
import { conv, createModel, dataset, dense, finish, fit, flatten, maxPool, relu, stream, tensor } from '../../src/index.ts';
import type { Bench, BenchRow } from '../bench.ts';

const images = dataset({
  name: 'noise',
  inputs: tensor('float32', [2048, 1, 28, 28], stream(0, 'noise').uniforms(2048 * 784) as Float32Array<ArrayBuffer>),
  labels: Int32Array.from({ length: 2048 }, (_, i) => i % 10),
});
const model = () => createModel({ input: [1, 28, 28], layers: [conv(32, 3), relu(), maxPool(2), flatten(), dense(10)] });

/** RSS in MiB, after what is garbage was collected where Node allows it. */
function resident(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
}

/** Growth over the second half of some samples. */
function row(name: string, samples: readonly number[], count: number): BenchRow {
  const half = samples.slice(samples.length >> 1);
  const growth = (half.at(-1) as number) - (half[0] as number);
  return { case: name, graft: growth, count, start: samples[0] as number, end: samples.at(-1) as number, peak: Math.max(...samples) };
}

export const bench: Bench = {
  about: 'Resident memory in MiB while training goes on: `growth` is that over the second half.',
  columns: {
    case: { label: 'case' },
    count: { label: 'times', format: 'count' },
    start: { label: 'start', format: 'count' },
    end: { label: 'end', format: 'count' },
    peak: { label: 'peak', format: 'count' },
    graft: { label: 'growth', format: 'number', digits: 1 },
  },
  async *rows({ quick, note }) {
    const epochs = quick ? 20 : 200;
    const long: number[] = [];
    for await (const event of fit(model(), images, { epochs, validation: images })) if (event.type === 'epoch') long.push(resident());
    yield row('one training, each epoch of 64 updates', long, epochs);
    note(`one training of ${epochs} epochs: done`);
    const times = quick ? 10 : 60;
    const short: number[] = [];
    for (let i = 0; i < times; i++) {
      await finish(fit(model(), images, { epochs: 1, validation: images }));
      short.push(resident());
    }
    yield row('trainings of one epoch, one after another', short, times);
  },
};
