// Mixtures of examples: shares, boxes, soft labels, and that they do not depend on batches; tokens that are hidden.
import { expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { epochOrder } from '../batches.ts';
import { dataset, type ExampleSource, type Examples } from '../dataset.ts';
import { loadOptdigits } from '../sets/optdigits.ts';
import { betaShare } from './beta.ts';
import { cutmix } from './cutmix.ts';
import { mixedSource } from './mixed-source.ts';
import { softLabelled } from './soft-labels.ts';
import { tokenDropout } from './token-dropout.ts';

const digits = await loadOptdigits();
const labels = digits.labels as Int32Array;
const values = (t: Tensor | undefined) => Array.from(t?.data as Float32Array);

it.each([
  [1, (x: number) => x],
  [0.5, (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
  [2, (x: number) => 3 * x ** 2 - 2 * x ** 3],
] as const)('shares follow Beta(%d, same)', (alpha, below) => {
  const n = 4000;
  const shares = Array.from({ length: n }, (_, i) => betaShare(stream(11, i), alpha)).sort((a, b) => a - b);
  // Kolmogorov and Smirnov: one run in 10,000 would be further off.
  const worst = shares.reduce((most, share, i) => Math.max(most, Math.abs(below(share) - (i + 0.5) / n)), 0);
  expect(worst).toBeLessThan(2.23 / Math.sqrt(n));
});

it('shares of a tiny alpha are numbers, at the ends', () => {
  const shares = Array.from({ length: 200 }, (_, i) => betaShare(stream(2, i), 1e-6));
  expect(shares.every((share) => share < 1e-3 || share > 0.999)).toBe(true);
  expect(shares.filter((share) => share > 0.5).length).toBeGreaterThan(60);
  expect(shares.filter((share) => share < 0.5).length).toBeGreaterThan(60);
});

it('a cut box is a rectangle of the partner whose area the share leaves out', () => {
  for (let seed = 0; seed < 50; seed++) {
    const own = new Float32Array(3 * 12 * 16);
    const share = cutmix(own, new Float32Array(own.length).fill(1), [12, 16], { alpha: 1 }, stream(seed));
    const filled = [...own.subarray(0, 192).entries()].flatMap(([i, value]) => (value === 1 ? [i] : []));
    const [rows, columns] = [new Set(filled.map((i) => Math.floor(i / 16))), new Set(filled.map((i) => i % 16))];
    expect(filled.length).toBe(rows.size * columns.size);
    expect(share).toBeCloseTo(1 - filled.length / 192, 12);
    expect(own.subarray(192, 384)).toEqual(own.subarray(0, 192));
  }
});

it('mixes each example with the next in the order of its epoch, and its label likewise', async () => {
  const mixed = mixedSource(digits, { mixup: { alpha: 1 }, seed: 4 });
  const order = epochOrder(4, 2, digits.length);
  const { inputs, labels: soft } = await mixed.gather(order.subarray(10, 11), { epoch: 2 });
  const [own, other] = [order[10] as number, order[11] as number];
  const [first, second] = [values(digits.gather([own]).inputs), values(digits.gather([other]).inputs)];
  expect(labels[own]).not.toBe(labels[other]);
  const share = soft.data[labels[own] as number] as number;
  expect(soft.data[labels[other] as number]).toBeCloseTo(1 - share, 6);
  values(inputs).forEach((value, i) => {
    expect(value).toBeCloseTo(share * (first[i] as number) + (1 - share) * (second[i] as number), 5);
  });
});

it('an example of an epoch is the same in every batch, other in another epoch, and as it is without one', async () => {
  const mixed = mixedSource(digits, { mixup: {}, cutmix: {}, seed: 4 });
  const indices = epochOrder(4, 0, digits.length).subarray(0, 24);
  const whole = await mixed.gather(indices, { epoch: 0 });
  const parts: Examples[] = [];
  for (const [from, to] of [
    [0, 1],
    [1, 9],
    [9, 24],
  ] as const)
    parts.push(await mixed.gather(indices.subarray(from, to), { epoch: 0 }));
  expect(parts.flatMap(({ inputs }) => values(inputs))).toEqual(values(whole.inputs));
  expect(parts.flatMap((part) => values(part.labels as Tensor))).toEqual(values(whole.labels));
  const sums = Array.from({ length: 24 }, (_, i) => whole.labels.data.subarray(i * 10, (i + 1) * 10).reduce((sum, share) => sum + share, 0));
  for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
  expect(values((await mixed.gather(indices, { epoch: 1 })).inputs)).not.toEqual(values(whole.inputs));
  const plain = await mixed.gather(indices);
  expect(values(plain.inputs)).toEqual(values(digits.gather(indices).inputs));
  expect(values(plain.labels)).toEqual(Array.from(indices).flatMap((i) => Array.from({ length: 10 }, (_, c) => Number(c === labels[i]))));
});

it('reads one example more than a batch has, where the order is that of training, and says so beforehand', async () => {
  const asked: number[][] = [];
  const told: number[][] = [];
  const source: ExampleSource = {
    ...digits,
    gather: (at) => {
      asked.push(Array.from(at));
      return digits.gather(at);
    },
    prefetch: (at) => told.push(Array.from(at)),
  };
  const mixed = mixedSource(source, { mixup: {}, seed: 9 });
  const batch = epochOrder(9, 0, digits.length).subarray(32, 64);
  mixed.prefetch?.(batch, { epoch: 0 });
  await mixed.gather(batch, { epoch: 0 });
  expect(asked[0]).toHaveLength(33);
  expect(told).toEqual(asked);
});

it('leaves as many unmixed as asked for', async () => {
  const mixed = mixedSource(digits, { mixup: { alpha: 1 }, probability: 0.25 });
  const indices = Array.from({ length: 1000 }, (_, i) => i);
  const { inputs } = await mixed.gather(indices, { epoch: 0 });
  const [now, before] = [inputs.data as Float32Array, digits.gather(indices).inputs.data as Float32Array];
  const changed = indices.filter((i) => now.subarray(64 * i, 64 * i + 64).some((value, j) => value !== before[64 * i + j])).length / 1000;
  expect(Math.abs(changed - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 1000));
});

it('refuses what it cannot mix', async () => {
  const bytes = dataset({ name: 'bytes', inputs: tensor('uint8', [2, 1], Uint8Array.of(1, 2)), labels: [0, 1] });
  const flat = dataset({ name: 'flat', inputs: tensor('float32', [2, 1], Float32Array.of(1, 2)), labels: [0, 1] });
  const real = dataset({ name: 'real', inputs: flat.inputs, labels: tensor('float32', [2, 1], Float32Array.of(1, 2)) });
  const unlabelled = softLabelled(dataset({ name: 'unlabelled', inputs: flat.inputs, classes: ['a', 'b'] }));
  const of = (act: () => unknown) =>
    Promise.resolve()
      .then(act)
      .then(String, (error: Error) => error.message);
  const messages = [
    await of(() => mixedSource(digits, {})),
    await of(() => mixedSource(digits, { mixup: { alpha: 0 } })),
    await of(() => mixedSource(digits, { mixup: {}, probability: 2 })),
    await of(() => mixedSource(bytes, { mixup: {} })),
    await of(() => mixedSource(flat, { cutmix: {} })),
    await of(() => mixedSource(real, { mixup: {} })),
    await of(() => unlabelled.gather([0])),
    await of(() => tokenDropout(digits).gather([0], { epoch: 0 })),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "\`mixedSource\` needs \`mixup\` or \`cutmix\`: \`{ mixup: { alpha: 0.2 } }\`.
    \`mixup\`: \`alpha\` (=0) must be a finite number > 0; its default is 0.2.
    \`probability\` (=2) of \`mixedSource\` must be from 0 to 1.
    \`bytes\` holds uint8, but only float32 can be mixed; give it a \`normalisation\`.
    \`cutmix\` mixes images [C, H, W], but examples of \`flat\` are [1].
    \`real\` has no classes, so its labels cannot be made soft.
    The labels of \`unlabelled\` are missing; soft labels are made of class indices, or are float32 [N, 2].
    \`tokenDropout\` hides tokens by the input \`attention_mask\`, which \`optdigits\` does not give."
  `);
});

/** Texts of known lengths, padded to the longest of their batch; id `100 n + i` is token i of text n. */
const lengths = [6, 12, 3, 9, 2, 1];
const texts: ExampleSource = {
  name: 'texts',
  length: lengths.length,
  inputShape: ['L'],
  inputDtype: 'int64',
  classes: undefined,
  gather: (indices) => {
    const own = Array.from(indices, (i) => lengths[i] as number);
    const width = Math.max(...own);
    const fill = (of: (n: number, i: number) => number) =>
      tensor(
        'int64',
        [own.length, width],
        BigInt64Array.from({ length: own.length * width }, (_, at) => BigInt(of(Math.floor(at / width), at % width))),
      );
    const inside = (n: number, i: number) => i < (own[n] as number);
    return {
      inputs: fill((n, i) => (inside(n, i) ? 100 * (indices[n] as number) + i : 0)),
      extras: { attention_mask: fill((n, i) => Number(inside(n, i))) },
      labels: undefined,
    };
  },
};

it('hides as many tokens of a text as asked for, never the first or the last, whatever it is padded to', async () => {
  const source = tokenDropout(texts, { rate: 0.4, seed: 3 });
  const seen = async (indices: readonly number[], epoch: number) => {
    const { inputs, extras } = await source.gather(indices, { epoch });
    const [ids, mask] = [inputs.data as BigInt64Array, extras?.attention_mask?.data as BigInt64Array];
    return indices.map((_, n) =>
      Array.from(ids.subarray((n * ids.length) / indices.length, ((n + 1) * ids.length) / indices.length), Number).filter(
        (_, i) => mask[(n * ids.length) / indices.length + i] === 1n,
      ),
    );
  };
  const together = await seen([0, 1, 2, 3, 4, 5], 0);
  expect(await seen([3], 0)).toEqual([together[3]]);
  expect(together[4]).toEqual([400, 401]);
  expect(together[5]).toEqual([500]);
  let kept = 0;
  for (let epoch = 0; epoch < 300; epoch++) {
    const [text = []] = await seen([1], epoch);
    expect(text[0]).toBe(100);
    expect(text.at(-1)).toBe(111);
    kept += text.length - 2;
  }
  expect(Math.abs(kept / 3000 - 0.6)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 3000));
  expect((await source.gather([1])).extras?.attention_mask?.data).toEqual(new BigInt64Array(12).fill(1n));
});
