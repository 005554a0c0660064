// What `graft doctor` tries out: the device, a training and a product of matrices, with the speed of both. Called by `doctor`.
import { cpus } from 'node:os';
import {
  Builder,
  batchNorm,
  conv,
  createModel,
  createSession,
  type Device,
  type DeviceName,
  dataset,
  dense,
  type EngineInfo,
  fit,
  flatten,
  formatRate,
  maxPool,
  openDevice,
  relu,
  type StepEvent,
  stream,
  tensor,
  writeOnnx,
} from 'graft-ml';
import { type Check, checked } from './check.ts';

/** What to try. */
export interface Trial {
  readonly device: 'auto' | DeviceName;
  /** Each of the two speeds is measured for so many milliseconds; 0 computes once. */
  readonly ms: number;
  readonly signal: AbortSignal;
}

/** The device, how training computes on it, and both speeds. Without a device there is nothing else to try. */
export async function engineChecks(trial: Trial): Promise<Check[]> {
  let opened: Device | undefined;
  const device = await checked('device', async () => {
    const { device: found, notes } = await openDevice(trial.device);
    opened = found;
    const { name, runtime, version, defaultThreads } = found;
    const text = [`${name}: ${runtime} ${version}, threads: ${defaultThreads}`, ...notes].join('; ');
    return { state: notes.length > 0 ? 'note' : 'ok', text, facts: { device: name, runtime, version, threads: defaultThreads, notes } };
  });
  if (!opened) return [device];
  let engine: EngineInfo | undefined;
  const training = await checked('training', async () => {
    const measured = await train(trial);
    engine = measured.engine;
    return trainingFound(measured.last, trial.ms > 0);
  });
  const found = opened;
  const product = await checked('matrices', () => productCheck(found, engine?.block, trial));
  return [device, ...(engine ? [layoutOf(engine)] : []), training, product];
}

function layoutOf({ block }: EngineInfo): Check {
  const text = block === undefined ? 'plain' : `blocked, ${block} channels (${block === 8 ? 'AVX2' : 'AVX-512'})`;
  return { name: 'layout', state: 'ok', text, facts: { layout: block === undefined ? 'plain' : 'blocked', block } };
}

/** Trains a small network on noise until the time is over. */
async function train({ device, ms, signal }: Trial): Promise<{ engine: EngineInfo | undefined; last: StepEvent | undefined }> {
  const examples = 128;
  const inputs = tensor('float32', [examples, 3, 32, 32], Float32Array.from(stream(0, 'doctor').uniforms(examples * 3 * 32 * 32)));
  const data = dataset({ name: 'noise', inputs, labels: Array.from({ length: examples }, (_, i) => i % 10) });
  const body = [conv(32, 3), batchNorm(), relu(), maxPool(2), conv(64, 3), relu(), maxPool(2), flatten()];
  const model = createModel({ name: 'doctor', input: [3, 32, 32], layers: [...body, dense(10)], seed: 0 });
  const enough = new AbortController();
  let engine: EngineInfo | undefined;
  let last: StepEvent | undefined;
  let began: number | undefined;
  for await (const event of fit(model, data, { epochs: 10_000, batchSize: 32, device, signal: AbortSignal.any([signal, enough.signal]) })) {
    if (event.type === 'start') engine = event.engine;
    if (event.type !== 'step') continue;
    last = event;
    began ??= performance.now();
    if (performance.now() - began >= ms) enough.abort();
  }
  return { engine, last };
}

function trainingFound(last: StepEvent | undefined, measured: boolean): Omit<Check, 'name'> {
  if (!last) return { state: 'broken', text: 'no step was made', facts: {} };
  const { loss, rate } = last;
  if (!measured) return { state: 'ok', text: 'a step works', facts: { loss } };
  return { state: 'ok', text: `${formatRate(rate, 'images')} of 32 x 32 through two convolutions`, facts: { loss, examplesPerSecond: rate } };
}

/** Rows and columns of the matrices. */
const SIZE = 1024;

/** Multiplies matrices of ones, whose product is known, until the time is over. */
async function productCheck(device: Device, block: number | undefined, { ms, signal }: Trial): Promise<Omit<Check, 'name'>> {
  const g = new Builder('matrices');
  const ones = tensor('float32', [SIZE, SIZE], new Float32Array(SIZE * SIZE).fill(1));
  const [a, b] = [g.input('a', 'float32', [SIZE, SIZE]), g.input('b', 'float32', [SIZE, SIZE])];
  g.output('sum', g.sum(g.matMul(a, b)));
  const session = await createSession(writeOnnx(g), { device });
  let best = Number.POSITIVE_INFINITY;
  try {
    const began = performance.now();
    do {
      const before = performance.now();
      const { sum } = await session.run({ a: ones, b: ones });
      best = Math.min(best, performance.now() - before);
      if (sum?.data[0] !== SIZE ** 3)
        return { state: 'broken', text: `the product is wrong: its sum is ${sum?.data[0]}, not ${SIZE ** 3}`, facts: {} };
    } while (performance.now() - began < ms && !signal.aborted);
  } finally {
    await session.release();
  }
  return ms > 0 ? productFound((2 * SIZE ** 3) / (best * 1e6), expectedOf(device, block)) : { state: 'ok', text: 'a product is right', facts: {} };
}

function productFound(gigaflops: number, expected: readonly [number, number] | undefined): Omit<Check, 'name'> {
  const facts = { gigaflops, expected };
  const text = `${gigaflops.toFixed(0)} GFLOP/s`;
  if (!expected) return { state: 'ok', text, facts };
  const [low, high] = expected;
  const range = `these processors give ${low.toFixed(0)} to ${high.toFixed(0)}`;
  if (gigaflops >= low) return { state: 'ok', text: `${text}; ${range}`, facts };
  return { state: 'note', text: `${text}, but ${range}: other programs compute, or the processors are slowed down`, facts };
}

/** Of a processor's most, good code reaches at least this. */
const REACHED = 0.3;

/**
 * GFLOP/s to be expected: where blocks of `block` floats are one vector, a core multiplies and adds two vectors a cycle. Unknown where the system does not
 * tell the clock rate.
 */
function expectedOf({ name, defaultThreads }: Device, block: number | undefined): [number, number] | undefined {
  const gigahertz = (cpus()[0]?.speed ?? 0) / 1000;
  if (name !== 'cpu' || block === undefined || gigahertz === 0) return undefined;
  const most = 4 * block * gigahertz * defaultThreads;
  return [REACHED * most, most];
}
