import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { stream } from '../core/rng.ts';
import { tensor } from '../core/tensor.ts';
import { epochOrder } from '../data/batches.ts';
import { dataset, type ExampleSource, subset } from '../data/dataset.ts';
import { createModel } from '../nn/create-model.ts';
import { relu } from '../nn/layers/activation.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense, flatten } from '../nn/layers/dense.ts';
import { batchNorm } from '../nn/layers/norm.ts';
import { maxPool } from '../nn/layers/pool.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { meanSquaredError } from '../nn/losses/elementwise.ts';
import { stateOf } from '../nn/model.ts';
import { evaluate } from './evaluate.ts';
import type { EvaluationEvent, FitEvent, StepEvent } from './events.ts';
import { finish, fit } from './fit.ts';
import type { FitOptions } from './fit-options.ts';

const { train, test: held } = await smallDigits();

async function eventsOf(events: AsyncGenerator<FitEvent>): Promise<FitEvent[]> {
  const all: FitEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}
const ofType = <T extends FitEvent['type']>(events: readonly FitEvent[], type: T) =>
  events.filter((event): event is Extract<FitEvent, { type: T }> => event.type === type);

test('a small network learns digits, and the events tell how', async () => {
  const model = smallModel();
  const before = await evaluate(model, held);
  const events = await eventsOf(fit(model, train, { ...smallOptions, validation: held }));
  const kinds = events.map(({ type }) => type).join(' ');
  const epoch = `${'step '.repeat(13)}epoch evaluation`;
  expect(kinds).toBe(`start ${epoch} ${epoch} ${epoch} end`);
  const steps = ofType(events, 'step');
  expect(steps.map(({ examples }) => examples).slice(0, 13)).toEqual([...Array(12).fill(16), 8]);
  expect(steps.at(0)?.lr).toBe(0.01);
  expect(steps.map(({ lr }) => lr)).toEqual(steps.map(({ lr }) => lr).toSorted((a, b) => b - a));
  expect(steps.at(-1)).toMatchObject({ position: { epoch: 2, step: 12, update: 39 }, secondsLeft: 0 });
  const epochs = ofType(events, 'epoch').map(({ loss }) => loss);
  expect(epochs[2]).toBeLessThan(0.6 * (epochs[0] as number));
  const after = await evaluate(model, held);
  expect(after.accuracy).toBeGreaterThan((before.accuracy as number) + 0.4);
  const best = Math.max(...ofType(events, 'evaluation').map(({ accuracy }) => accuracy as number));
  expect(after.accuracy).toBe(best);
  expect(ofType(events, 'end')[0]).toMatchObject({ reason: 'completed', best: { value: best } });
});

test('the same seed gives the same weights bit for bit, another one gives others', async () => {
  const trained = async (options: FitOptions, seed?: number) => {
    const model = smallModel(seed);
    await finish(fit(model, train, options));
    return modelHash(model);
  };
  const first = await trained(smallOptions);
  expect(await trained(smallOptions)).toBe(first);
  expect(await trained({ ...smallOptions, seed: 4 })).not.toBe(first);
  expect(await trained(smallOptions, 2)).not.toBe(first);
});

/** No dropout, so that the same examples give the same gradient whatever batch they are in. */
function plain({ norm = true } = {}) {
  return createModel({ input: [1, 8, 8], layers: [flatten(), dense(12), ...(norm ? [batchNorm()] : []), relu(), dense(10)], seed: 1 });
}
const sgd = { name: 'sgd', settings: { lr: 0.1, momentum: 0 } } as const;

/** The examples `indices`, read in reverse of the order in which an epoch of `seed` would ask for them: so they come as listed. */
function inOrder(indices: Int32Array, seed: number): ExampleSource {
  const part = { ...subset(train, indices, 'part'), labels: undefined };
  const places = new Int32Array(indices.length);
  epochOrder(seed, 0, indices.length).forEach((from, to) => {
    places[from] = to;
  });
  return { ...part, gather: (at) => part.gather(Int32Array.from(at, (i) => places[i] as number)) };
}

test('the last, smaller batch counts exactly as if it stood alone', async () => {
  const options = { epochs: 1, optimiser: sgd, seed: 5, threads: 1 } as const;
  const whole = plain();
  const events = await eventsOf(fit(whole, train, { ...options, batchSize: 150 }));
  const parts = plain();
  const order = epochOrder(5, 0, train.length);
  const alone: StepEvent[] = [];
  for (const indices of [order.slice(0, 150), order.slice(150)]) {
    alone.push(...ofType(await eventsOf(fit(parts, inOrder(indices, 5), { ...options, batchSize: indices.length })), 'step'));
  }
  expect(alone.map(({ examples }) => examples)).toEqual([150, 50]);
  expect(ofType(events, 'step').map(({ loss, gradNorm }) => [loss, gradNorm])).toEqual(alone.map(({ loss, gradNorm }) => [loss, gradNorm]));
  expect(modelHash(whole)).toBe(modelHash(parts));
  const mean = alone.reduce((total, { loss, examples }) => total + loss * examples, 0) / train.length;
  expect(ofType(events, 'epoch')[0]?.loss).toBeCloseTo(mean, 6);
});

test('accumulated micro-batches give the gradient of all their examples, however unequal', async () => {
  const data = subset(
    train,
    Int32Array.from({ length: 190 }, (_, i) => i),
  );
  const loss = crossEntropy({ classWeights: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
  const options = { epochs: 2, optimiser: sgd, threads: 1, loss } as const;
  const [together, apart] = [plain({ norm: false }), plain({ norm: false })];
  const a = ofType(await eventsOf(fit(together, data, { ...options, batchSize: 100 })), 'step');
  const b = ofType(await eventsOf(fit(apart, data, { ...options, batchSize: 50, accumulate: 2 })), 'step');
  expect(b.map(({ examples }) => examples)).toEqual([100, 90, 100, 90]);
  a.forEach(({ loss, gradNorm }, i) => {
    expect(b[i]?.loss).toBeCloseTo(loss, 5);
    expect(b[i]?.gradNorm).toBeCloseTo(gradNorm, 5);
  });
  const [left, right] = [stateOf(together), stateOf(apart)];
  for (const [id, { data }] of left) expectClose(right.get(id)?.data as Float32Array, data as Float32Array);
});

function expectClose(actual: Float32Array, expected: Float32Array): void {
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (actual[i] as number))), 0);
  expect(worst).toBeLessThan(1e-5);
}

test('evaluation each N updates, patience, and the best one restored', async () => {
  const model = plain();
  // A rate so high that accuracy soon stops rising.
  const options = {
    epochs: 20,
    batchSize: 20,
    evaluateEvery: 4,
    patience: 2,
    validation: held,
    optimiser: { name: 'sgd', settings: { lr: 2 } },
  } as const;
  const events = await eventsOf(fit(model, train, { ...options, threads: 1 }));
  const evaluations = ofType(events, 'evaluation');
  expect(evaluations.map(({ position }) => position.update)).toEqual(evaluations.map((_, i) => 4 * (i + 1)));
  expect(evaluations.slice(-3).map(({ best }) => best)).toEqual([true, false, false]);
  const end = ofType(events, 'end')[0];
  const best = evaluations.at(-3) as EvaluationEvent;
  expect(end).toMatchObject({ reason: 'early', best: { update: best.position.update, value: best.accuracy } });
  expect((await evaluate(model, held)).accuracy).toBe(best.accuracy);
  const last = plain();
  await finish(fit(last, train, { ...options, threads: 1, restoreBest: false }));
  expect((await evaluate(last, held)).accuracy).toBe(evaluations.at(-1)?.accuracy);
});

test('frozen groups keep every bit, multipliers scale the rate of theirs', async () => {
  const start = stateOf(plain());
  const model = plain();
  const one = { epochs: 1, batchSize: 200, optimiser: sgd, threads: 1 } as const;
  await finish(fit(model, train, { ...one, freeze: ['dense1', 'batchNorm'], batchNorm: 'frozen' }));
  for (const [id, { data }] of stateOf(model)) expect(data.every((value, i) => value === start.get(id)?.data[i])).toBe(!id.startsWith('dense2'));
  const slow = plain();
  await finish(fit(slow, train, { ...one, freeze: ['dense1', 'batchNorm'], batchNorm: 'frozen', lrMultipliers: { dense2: 0.5 } }));
  const [w0, w1, half] = [start, stateOf(model), stateOf(slow)].map((state) => state.get('dense2.weight')?.data as Float32Array);
  expectClose(
    half as Float32Array,
    (w0 as Float32Array).map((value, i) => (value + ((w1 as Float32Array)[i] as number)) / 2),
  );
});

test('the gradient is shortened to the norm asked for', async () => {
  const start = stateOf(plain());
  const model = plain();
  const events = await eventsOf(fit(model, train, { epochs: 1, batchSize: 200, optimiser: sgd, threads: 1, clipNorm: 0.01 }));
  expect(ofType(events, 'step')[0]?.gradNorm).toBeGreaterThan(0.01);
  let squares = 0;
  for (const id of model.parameters.keys()) {
    const [from, to] = [start.get(id)?.data as Float32Array, stateOf(model).get(id)?.data as Float32Array];
    squares += from.reduce((sum, value, i) => sum + (value - (to[i] as number)) ** 2, 0);
  }
  expect(Math.sqrt(squares)).toBeCloseTo(0.1 * 0.01, 6);
});

test('a moving average is what is evaluated and kept', async () => {
  const options = { ...smallOptions, validation: held, restoreBest: false } as const;
  const [averaged, own] = [smallModel(), smallModel()];
  const events = await eventsOf(fit(averaged, train, options));
  const { ema: _, ...rest } = options;
  await finish(fit(own, train, rest));
  expect(modelHash(averaged)).not.toBe(modelHash(own));
  expect((await evaluate(averaged, held, { threads: 1 })).loss).toBeCloseTo(ofType(events, 'evaluation').at(-1)?.loss as number, 5);
});

test('regression trains on real targets', async () => {
  const x = Float32Array.from({ length: 64 }, (_, i) => i / 64);
  const data = dataset({
    name: 'line',
    inputs: tensor('float32', [64, 1], x),
    labels: tensor(
      'float32',
      [64, 1],
      x.map((value) => 3 * value - 1),
    ),
  });
  const model = createModel({ input: [1], layers: [dense(1)] });
  const options = { epochs: 200, optimiser: sgd, loss: meanSquaredError(), validation: data } as const;
  await finish(fit(model, data, options));
  const [weight, bias] = ['dense.weight', 'dense.bias'].map((id) => stateOf(model).get(id)?.data[0]);
  expect([weight, bias]).toEqual([expect.closeTo(3, 1), expect.closeTo(-1, 1)]);
});

test('leaving the loop early leaves the model as it was', async () => {
  const model = smallModel();
  for await (const event of fit(model, train, smallOptions)) if (event.type === 'step' && event.position.update === 5) break;
  expect(modelHash(model)).toBe(modelHash(smallModel()));
});

async function messageOf(options: FitOptions, data: ExampleSource = train, model = smallModel()): Promise<string> {
  return finish(fit(model, data, { threads: 1, ...options })).then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

test('options and data that do not fit are refused before training', async () => {
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const byLabel = train.labels as Int32Array;
  const without7 = subset(
    train,
    range(0, 200).filter((i) => byLabel[i] !== 7),
    'no sevens',
  );
  const real = dataset({
    name: 'real',
    inputs: train.inputs,
    labels: tensor('float32', [200, 1], new Float32Array(200)),
    normalisation: train.normalisation,
  });
  const three = createModel({ name: 'three', input: [1, 8, 8], layers: [flatten(), dense(3)] });
  const messages = [
    await messageOf({ batchSize: 201 }),
    await messageOf({ batchSize: 64, accumulate: 4 }),
    await messageOf({ epochs: 0 }),
    await messageOf({ ema: 1 }),
    await messageOf({ patience: 2 }),
    await messageOf({ freeze: ['hed'] }),
    await messageOf({ freeze: ['conv', 'norm', 'head'] }),
    await messageOf({ lrMultipliers: { head: -1 } }),
    await messageOf({ lrMultipliers: { head: Number.POSITIVE_INFINITY } }),
    await messageOf({ optimiser: { name: 'adam', settings: { lr: -1 } } }),
    await messageOf({}, without7),
    await messageOf({}, real),
    await messageOf({}, { ...train, labels: undefined, gather: (at) => ({ ...train.gather(at), labels: undefined }) }),
    await messageOf({}, train, three),
    await messageOf({}, train, createModel({ name: 'wide', input: [1, 28, 28], layers: [flatten(), dense(10)] })),
    await messageOf({ metric: 'accuracy', loss: meanSquaredError() }, real, createModel({ input: [1, 8, 8], layers: [flatten(), dense(1)] })),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "\`batchSize\` (=201) is larger than the data: \`train\` has 200 examples, so use at most 200.
    \`batchSize\` x \`accumulate\` (=64 x 4) is larger than the data: \`train\` has 200 examples, so use at most 200.
    \`epochs\` (=0) must be a whole number of at least 1.
    \`ema\` (=1) must be at least 0 and below 1.
    \`patience\` needs a \`validation\` to watch.
    Model \`small\` has no group \`hed\`. Groups: conv, norm, head.
    Nothing of model \`small\` is left to train: \`freeze\` names conv, norm, head.
    \`lrMultipliers.head\` (=-1) must be a finite number of at least 0.
    \`lrMultipliers.head\` (=Infinity) must be a finite number of at least 0.
    optimiser \`adam\`: \`lr\` (=-1) must be a finite number >= 0; its default is 0.001.
    Class 7 ("7") of \`no sevens\` has no examples; add some, or take it out of \`classes\`.
    The labels of \`real\` are float32 values [N, 1], but the loss \`cross-entropy\` of model \`small\` compares with class indices; choose another \`loss\`.
    \`train\` has no labels, which training needs.
    \`train\` has 10 classes, but model \`three\` scores 3; give it a head of that size.
    Examples of \`train\` are float32 [1, 8, 8], but model \`wide\` takes float32 [1, 28, 28]; resize or convert them.
    \`metric\` (="accuracy") needs labels that are classes; use "loss"."
  `);
});

test('a label outside the classes that a source only shows on reading is named', async () => {
  const odd: ExampleSource = {
    ...train,
    labels: undefined,
    gather: (at) => ({ ...train.gather(at), labels: Int32Array.from(at, (i) => (i === 150 ? 10 : 3)) }),
  };
  expect(await messageOf({}, odd)).toMatchInlineSnapshot(`"Label 10 of example 150 in \`train\` is outside 0..9, the range for 10 classes."`);
  expect(await evaluate(smallModel(), odd).catch((error: Error) => error.message)).toMatchInlineSnapshot(
    `"Label 10 of example 150 in \`train\` is outside 0..9, the range for 10 classes."`,
  );
});

test('a source that is empty, or gives other than it was asked for, is named', async () => {
  const messages = [
    await messageOf({}, { ...train, labels: undefined, length: 0 }),
    await messageOf({}, { ...train, labels: undefined, gather: (at) => train.gather(Array.from(at).slice(1)) }),
    await messageOf({}, { ...train, labels: undefined, gather: (at) => ({ ...train.gather(at), labels: Int32Array.of(1) }) }),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "\`train\` is empty; give at least one example.
    \`train\` was asked for 16 examples and gave 15 inputs and 15 labels; \`gather\` must give each.
    \`train\` was asked for 16 examples and gave 16 inputs and 1 labels; \`gather\` must give each."
  `);
});

test('a source may give the same arrays again and again', async () => {
  const all = train.gather(Array.from({ length: train.length }, (_, i) => i)).inputs.data as Float32Array;
  const kept = new Float32Array(8 * 64);
  const reusing: ExampleSource = {
    ...train,
    gather: (at) => {
      const batch = at.length === 8 ? kept : new Float32Array(at.length * 64);
      Array.from(at).forEach((index, i) => {
        batch.set(all.subarray(index * 64, (index + 1) * 64), i * 64);
      });
      return { inputs: tensor('float32', [at.length, 1, 8, 8], batch), labels: train.gather(at).labels };
    },
  };
  const [own, reused] = [smallModel(), smallModel()];
  await finish(fit(own, train, { ...smallOptions, batchSize: 8, epochs: 1 }));
  await finish(fit(reused, reusing, { ...smallOptions, batchSize: 8, epochs: 1 }));
  expect(modelHash(reused)).toBe(modelHash(own));
});

test('examples that all weigh 0 are refused before training where their labels are at hand, else when they are met', async () => {
  const weightless = crossEntropy({ classWeights: Array(10).fill(0) });
  const loss = crossEntropy({ classWeights: [1, 1, 1, 0, 1, 1, 1, 1, 1, 1] });
  const threes = subset(
    held,
    [...(held.labels as Int32Array).keys()].filter((i) => held.labels?.[i as never] === 3),
    'threes',
  );
  const unlisted = (source: ExampleSource): ExampleSource => ({ ...source, labels: undefined });
  const messages = [
    await messageOf({ loss: weightless, epochs: 1 }),
    await messageOf({ loss: weightless, epochs: 1 }, unlisted(train)),
    await messageOf({ loss, epochs: 1, validation: threes }),
    await messageOf({ loss, epochs: 1, validation: unlisted(threes), metric: 'loss' }),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "All examples of \`train\` weigh 0 in the loss \`cross-entropy\`, so it has no mean. Give at least one of their classes a weight above 0.
    Training stopped at update 1: all its examples weigh 0, so their loss has no mean. Leave out the examples of classes whose weight is 0.
    All examples of \`threes\` weigh 0 in the loss \`cross-entropy\`, so it has no mean. Give at least one of their classes a weight above 0.
    All examples of \`threes\` weigh 0 in the loss \`cross-entropy\`, so it has no mean. Give at least one of their classes a weight above 0."
  `);
});

test('labels that are no distributions are refused', async () => {
  const soft = new Float32Array(2000).fill(0.1);
  soft[35] = -0.1;
  const data = dataset({ name: 'soft', inputs: train.inputs, labels: tensor('float32', [200, 10], soft), normalisation: train.normalisation });
  expect(await messageOf({ loss: crossEntropy({ labels: 'soft' }), epochs: 1 }, data)).toMatchInlineSnapshot(
    `"A label of example 3 in \`soft\` is -0.10000000149011612; the loss \`cross-entropy\` takes shares of at least 0."`,
  );
});

test('what is not finite in examples that are scored is named', async () => {
  const spoilt: ExampleSource = {
    ...held,
    gather: (at) => {
      const examples = held.gather(at);
      Array.from(at).forEach((index, i) => {
        if (index === 42) (examples.inputs.data as Float32Array)[64 * i + 5] = Number.NaN;
      });
      return examples;
    },
  };
  const messages = [
    await messageOf({ epochs: 1, validation: spoilt }),
    await evaluate(smallModel(), spoilt).then(
      () => 'no error',
      (error: Error) => error.message,
    ),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "\`test\`: the input holds NaN in example 42. Repair or leave out that example.
    \`test\`: the input holds NaN in example 42. Repair or leave out that example."
  `);
});

test('what is not finite is traced to its first cause', async () => {
  const spoilt: ExampleSource = {
    ...train,
    gather: (at) => {
      const examples = train.gather(at);
      Array.from(at).forEach((index, i) => {
        if (index === 42) (examples.inputs.data as Float32Array)[64 * i + 5] = Number.NaN;
      });
      return examples;
    },
  };
  const far = { epochs: 3, batchSize: 50, optimiser: { name: 'sgd', settings: { lr: 1e30 } } } as const;
  const model = plain({ norm: false });
  const messages = [
    await messageOf({ batchSize: 50 }, spoilt),
    await messageOf(far, train, model),
    await messageOf({ penalties: [(g, parameters) => g.mul(g.sum([...parameters.values()][0] ?? g.scalar(0)), 1e38 * 1e10)] }),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "Training stopped at update 1 (epoch 1, step 1), whose loss is not finite: the input holds NaN in example 42 of \`train\`. Repair or leave out that example. No checkpoint was kept.
    Training stopped at update 2 (epoch 1, step 2), whose loss is not finite: Gemm node \`dense2/Gemm\` gives -Infinity in 500 of its 500 values [50, 10]. Try a lower \`lr\`, or \`clipNorm\`. No checkpoint was kept.
    Training stopped at update 1 (epoch 1, step 1), whose loss is not finite: Mul node \`penalty0/Mul\` gives -Infinity in 1 of its 1 values []. Try a lower \`lr\`, or \`clipNorm\`. No checkpoint was kept."
  `);
  expect(modelHash(model)).toBe(modelHash(plain({ norm: false })));
});

test('the main thread stays free while steps run', async () => {
  const size = 96;
  const images = dataset({
    name: 'noise',
    inputs: tensor('float32', [64, 1, size, size], stream(0, 'noise').uniforms(64 * size * size) as Float32Array<ArrayBuffer>),
    labels: Int32Array.from({ length: 64 }, (_, i) => i % 10),
  });
  const model = createModel({ input: [1, size, size], layers: [conv(32, 3), relu(), conv(32, 3), relu(), maxPool(4), flatten(), dense(10)] });
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const starts: number[] = [];
  for await (const event of fit(model, images, { epochs: 8, batchSize: 32 })) {
    if (event.type !== 'step') continue;
    starts.push(performance.now());
    // The first steps compile the programs.
    if (starts.length === 3) delays.enable();
  }
  delays.disable();
  const step = ((starts.at(-1) as number) - (starts[2] as number)) / (starts.length - 3);
  expect(step / (delays.percentile(50) / 1e6)).toBeGreaterThan(5);
});

test('an update that leaves anything not finite ends the run, with the last one too', async () => {
  const whole = { epochs: 1, batchSize: 200, threads: 1 } as const;
  const model = smallModel();
  const sgdAt = (lr: number) => ({ name: 'sgd', settings: { lr } }) as const;
  const steep: FitOptions['penalties'] = [(g, parameters) => g.mul(g.sum([...parameters.values()][0] ?? g.scalar(0)), 1e25)];
  const { data } = train.gather(Array.from({ length: 200 }, (_, i) => i)).inputs;
  const brightness = (data as Float32Array<ArrayBuffer>).map((value) => value * 1e25);
  const bright = dataset({ name: 'bright', inputs: tensor('float32', [200, 1, 8, 8], brightness), labels: train.labels });
  const messages = [
    await messageOf({ ...whole, optimiser: sgdAt(1e40) }, train, model),
    await messageOf({ ...whole, penalties: steep, optimiser: { name: 'adam' } }, train, model),
    await messageOf(whole, bright, model),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "Training stopped at update 1 (epoch 1, step 1), which left Infinity in 72 of the 72 values [8, 1, 3, 3] of parameter \`conv.weight\`. Try a lower \`lr\`, \`clipNorm\`, or inputs of smaller scale. No checkpoint was kept.
    Training stopped at update 1 (epoch 1, step 1), which left Infinity in 72 of the 72 values [8, 1, 3, 3] of the optimiser's \`v\` of parameter \`conv.weight\`. Try a lower \`lr\`, \`clipNorm\`, or inputs of smaller scale. No checkpoint was kept.
    Training stopped at update 1 (epoch 1, step 1), which left Infinity in 8 of the 8 values [8] of the running statistic \`norm.variance\`. Try a lower \`lr\`, \`clipNorm\`, or inputs of smaller scale. No checkpoint was kept."
  `);
  expect(modelHash(model)).toBe(modelHash(smallModel()));
});

test('a schedule that gives what is no factor is refused at that step', async () => {
  const at = (step: number, value: number) => ({ schedule: (now: number) => (now === step ? value : 1), epochs: 1 });
  const messages = [await messageOf(at(3, Number.NaN)), await messageOf(at(0, -0.5)), await messageOf(at(6, Number.POSITIVE_INFINITY))];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "\`schedule\` gives NaN at step 3 of 13; it must give a finite number of at least 0.
    \`schedule\` gives -0.5 at step 0 of 13; it must give a finite number of at least 0.
    \`schedule\` gives Infinity at step 6 of 13; it must give a finite number of at least 0."
  `);
});
