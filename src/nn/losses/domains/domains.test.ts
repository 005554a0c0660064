// What compares domains and judges unlabelled predictions: against PyTorch's values and gradients in float64 (tests/golden/make_golden_domain_losses.py), and
// against what must hold of them.
import { describe, expect, it, test } from 'vitest';
import golden from '../../../../tests/golden/domain-losses.json' with { type: 'json' };
import { draw } from '../../../../tests/support/noise.ts';
import type { DType } from '../../../core/dtype.ts';
import { type Tensor, tensor, tensorOf, toNumbers } from '../../../core/tensor.ts';
import { backward } from '../../../grad/backward.ts';
import { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { runGraph } from '../../../lower/run.ts';
import { openDevice } from '../../../runtime/device.ts';
import * as losses from './index.ts';

const { device } = await openDevice('cpu');

type Build = (
  g: Builder,
  inputs: readonly Value[],
  options: { readonly [name in 'temperature' | 'threshold' | 'balance' | 'entropy' | 'lambda' | 'radius']?: number } & {
    readonly labels?: readonly number[];
  },
) => Value;
type Pair = readonly [Value, Value];
const builds: Readonly<Record<string, Build>> = {
  coralDistance: (g, xs) => losses.coralDistance(g, ...(xs as Pair)),
  meanDiscrepancy: (g, xs) => losses.meanDiscrepancy(g, ...(xs as Pair)),
  domainLoss: (g, [source, target]) => losses.domainLoss(g, { source, target } as losses.BothDomains),
  invertedDomainLoss: (g, [scores]) => losses.invertedDomainLoss(g, scores as Value),
  certainDomainLoss: (g, [source, target, first, second]) => {
    const weights = { source: losses.certainty(g, first as Value), target: losses.certainty(g, second as Value) };
    return losses.domainLoss(g, { source, target } as losses.BothDomains, weights);
  },
  jointTransport: (g, [features, others, logits], { labels = [], entropy = 0.05, lambda = 0.4 }) => {
    const source = { features: features as Value, labels: g.constant(tensorOf('int64', labels)) };
    const target = { features: others as Value, logits: logits as Value };
    return losses.jointTransport(g, source, target, { alpha: 0.7, lambda, entropy, iterations: 15 });
  },
  meanEntropy: (g, [logits]) => losses.meanEntropy(g, logits as Value),
  unlabelledEntropy: (g, [logits], { labels = [] }) =>
    losses.meanEntropy(g, logits as Value, g.mask(g.less(g.constant(tensorOf('int64', labels)), 0), (logits as Value).dtype)),
  knownCrossEntropy: (g, [logits], { labels = [] }) => losses.knownCrossEntropy(g, logits as Value, g.constant(tensorOf('int64', labels))),
  classifierDiscrepancy: (g, xs) => losses.classifierDiscrepancy(g, ...(xs as Pair)),
  classConfusion: (g, [logits], { temperature = 1 }) => losses.classConfusion(g, logits as Value, temperature),
  // No gradient passes its teacher and the source; here they are to have one that is 0.
  consistency: (g, [logits, teacher, source], { threshold = 0 }) =>
    [teacher, source].reduce<Value>(
      (sum, value) => (value ? g.add(sum, g.mul(g.sum(value), 0)) : sum),
      losses.consistency(g, logits as Value, teacher as Value, { threshold, source }),
    ),
  selfEnsembling: (g, [logits, teacher], { threshold = 0, balance = 0 }) =>
    g.add(losses.selfEnsembling(g, logits as Value, teacher as Value, { threshold, balance }), g.mul(g.sum(teacher as Value), 0)),
  // No gradient passes where the search for the direction begins.
  virtualAdversarial: (g, [rows, first, second, start], { radius = 1 }) => {
    const scoresOf = (x: Value) => g.matMul(g.tanh(g.matMul(x, first as Value)), second as Value);
    const scored = { rows: rows as Value, logits: scoresOf(rows as Value), scoresOf };
    return g.add(losses.virtualAdversarial(g, scored, { start: start as Value, radius }), g.mul(g.sum(start as Value), 0));
  },
  informationLoss: (g, [logits]) => losses.informationLoss(g, logits as Value),
  nuclearNorm: (g, [matrix]) => losses.nuclearNorm(g, matrix as Value),
  multilinearMap: (g, [features, logits]) => {
    const product = losses.multilinearMap(g, features as Value, g.softmax(logits as Value), 0);
    const places = Array.from({ length: product.shape[1] as number }, (_, i) => i + 1);
    return g.sum(g.mul(g.mul(product, product), g.constant(tensorOf(product.dtype, places))));
  },
};

/** Value and gradients by each input. */
async function evaluate(name: string, inputs: readonly Tensor[], options = {}): Promise<{ value: number; gradients: number[][] }> {
  const g = new Builder();
  const xs = inputs.map((input, i) => g.parameter(`x${i}`, input));
  const value = (builds[name] as Build)(g, xs, options);
  const gradients = backward(g, value, xs);
  g.output('value', value);
  xs.forEach((x, i) => {
    g.output(`d${i}`, gradients.get(x) ?? expect.fail(`${name} does not depend on input ${i}.`));
  });
  const outputs = await runGraph(g, {}, { device, threads: 1 });
  return { value: toNumbers(outputs.value as Tensor)[0] as number, gradients: xs.map((_, i) => toNumbers(outputs[`d${i}`] as Tensor)) };
}
const lossOf = async (name: string, inputs: readonly Tensor[], options = {}) => (await evaluate(name, inputs, options)).value;

/** ONNX Runtime has Softplus in float32 only. */
const typesOf = (name: string): DType[] => (name.endsWith('omainLoss') ? ['float32'] : ['float32', 'float64']);
const cases = golden.cases.flatMap((c, i) => typesOf(c.loss).map((dtype) => ({ ...c, dtype, title: `${i}: ${c.loss} in ${dtype}` })));

test.each(cases)('$title', async ({ loss, options, inputs, value, gradients, dtype }) => {
  const given = inputs.map(({ dims, data }) => tensorOf(dtype, data, dims));
  const actual = await evaluate(loss, given, options);
  // The ridge under the nuclear norm's root moves it by 1e-8.
  const tolerance = dtype === 'float32' ? 1e-5 : loss === 'nuclearNorm' ? 1e-7 : 2e-9;
  const [all, wanted] = [
    [actual.value, ...actual.gradients.flat()],
    [value, ...gradients.flat()],
  ];
  expect(all).toHaveLength(wanted.length);
  const off = (a: number, b: number) => !(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)));
  expect(all.flatMap((got, k) => (off(got, wanted[k] as number) ? [{ k, got, wanted: wanted[k] }] : []))).toEqual([]);
});

describe('distances of domains', () => {
  const [source, target] = [draw(1, [8, 3], 2), draw(2, [6, 3], 4, 1)];

  it.each(['coralDistance', 'meanDiscrepancy'])(
    '%s is 0 for a set and itself in any order, above 0 for others, and the same both ways',
    async (name) => {
      const turned = tensor(
        'float32',
        [8, 3],
        Float32Array.from(source.data, (_, i) => source.data[(7 - Math.floor(i / 3)) * 3 + (i % 3)] as number),
      );
      expect(await lossOf(name, [source, turned])).toBeCloseTo(0, 6);
      const apart = await lossOf(name, [source, target]);
      expect(apart).toBeGreaterThan(0.01);
      expect(await lossOf(name, [target, source])).toBeCloseTo(apart, 6);
    },
  );

  it.each(['coralDistance', 'meanDiscrepancy'])('%s is the same when both are rotated alike, and finite for single and equal rows', async (name) => {
    const [cos, sin] = [Math.cos(0.7), Math.sin(0.7)];
    const rotated = ({ dims, data }: Tensor<'float32'>) =>
      tensor(
        'float32',
        dims,
        data.map((value, i) => {
          if (i % 3 === 0) return cos * value - sin * (data[i + 1] as number);
          return i % 3 === 1 ? sin * (data[i - 1] as number) + cos * value : value;
        }),
      );
    expect(await lossOf(name, [rotated(source), rotated(target)])).toBeCloseTo(await lossOf(name, [source, target]), 5);
    const one = draw(3, [1, 3], 1);
    const same = tensor('float32', [4, 3], new Float32Array(12).fill(2));
    for (const inputs of [
      [one, one],
      [source, one],
      [same, same],
    ]) {
      const { value, gradients } = await evaluate(name, inputs);
      expect([value, ...gradients.flat()].every(Number.isFinite)).toBe(true);
    }
  });

  it('meanDiscrepancy sees means apart, which covariances do not tell', async () => {
    const shifted = tensor(
      'float32',
      [8, 3],
      Float32Array.from(source.data, (value) => value + 3),
    );
    expect(await lossOf('coralDistance', [source, shifted])).toBeCloseTo(0, 5);
    expect(await lossOf('meanDiscrepancy', [source, shifted])).toBeGreaterThan(0.3);
  });
});

describe('unlabelled predictions', () => {
  const sure = (classes: readonly number[]) =>
    tensorOf(
      'float32',
      classes.flatMap((c) => [0, 1, 2].map((k) => (k === c ? 30 : -30))),
      [classes.length, 3],
    );

  it('are lowest where they are sure and balanced', async () => {
    const [balanced, one, even] = [sure([0, 1, 2, 0, 1, 2]), sure([0, 0, 0, 0, 0, 0]), tensor('float32', [6, 3], new Float32Array(18))];
    expect(await lossOf('informationLoss', [balanced])).toBeCloseTo(-Math.log(3), 5);
    expect(await lossOf('informationLoss', [one])).toBeCloseTo(0, 5);
    expect(await lossOf('informationLoss', [even])).toBeCloseTo(0, 5);
    const none = { threshold: 0.9, balance: 0 };
    expect(await lossOf('selfEnsembling', [balanced, balanced], none)).toBe(0);
    expect(await lossOf('selfEnsembling', [even, one], none)).toBeCloseTo((4 / 9 + 1 / 9 + 1 / 9) / 3, 5);
    expect(await lossOf('selfEnsembling', [one, even], none)).toBe(0);
    const evened = { threshold: 0, balance: 1 };
    expect(await lossOf('selfEnsembling', [one, one], evened)).toBeGreaterThan(await lossOf('selfEnsembling', [balanced, balanced], evened));
    expect(await lossOf('meanEntropy', [balanced])).toBeCloseTo(0, 5);
    expect(await lossOf('meanEntropy', [even])).toBeCloseTo(Math.log(3), 5);
    expect(await lossOf('classConfusion', [balanced])).toBeCloseTo(0, 5);
    expect(await lossOf('classConfusion', [even])).toBeCloseTo(2 / 3, 5);
    // Classes of which float32 knows nothing more.
    expect(await lossOf('classConfusion', [tensorOf('float32', [300, 0, 0, 300, 0, 0], [2, 3])])).toBe(0);
  });

  it('have the nuclear norm of their singular values: of n rows in k equal parts sqrt(n k)', async () => {
    const hot = (classes: readonly number[]) =>
      tensorOf(
        'float32',
        classes.flatMap((c) => [0, 1, 2].map((k) => Number(k === c))),
        [classes.length, 3],
      );
    expect(await lossOf('nuclearNorm', [hot([0, 1, 2, 0, 1, 2])])).toBeCloseTo(Math.sqrt(18), 4);
    // Two of the three singular values are 0.
    expect(await lossOf('nuclearNorm', [hot([1, 1, 1, 1])])).toBeCloseTo(2, 3);
    expect(await lossOf('nuclearNorm', [tensor('float32', [2, 3], new Float32Array(6))])).toBeCloseTo(0, 5);
  });
});

it('to carry rows to themselves in another order costs nothing, and more the further they or their labels are', async () => {
  const rows = [0, 0, 9, 0, 0, 9, 9, 9];
  const [here, turned] = [tensorOf('float32', rows, [4, 2]), tensorOf('float32', rows.toReversed(), [4, 2])];
  const sure = (classes: readonly number[]) =>
    tensorOf(
      'float32',
      classes.flatMap((c) => [0, 1].map((k) => (k === c ? 30 : 0))),
      [4, 2],
    );
  const costOf = (others: Tensor, told: readonly number[]) =>
    lossOf('jointTransport', [here, others, sure(told)], { labels: [0, 0, 1, 1], lambda: 1, entropy: 0.002 });
  expect(await costOf(turned, [1, 0, 1, 0])).toBeCloseTo(0, 4);
  expect(await costOf(turned, [0, 1, 0, 1])).toBeGreaterThan(0.5);
  expect(await costOf(tensorOf('float32', [0, 0, 0, 1, 1, 0, 1, 1], [4, 2]), [0, 1, 0, 1])).toBeGreaterThan(0.1);
  const one = tensorOf('float32', [1, 1, 1, 1, 1, 1, 1, 1], [4, 2]);
  const { value, gradients } = await evaluate('jointTransport', [one, one, sure([0, 0, 0, 0])], { labels: [0, 0, 0, 0] });
  expect([value, ...gradients.flat()].every(Number.isFinite)).toBe(true);
});

it('two classifiers differ by nothing where they say the same, by 2 / C at most, and the same both ways', async () => {
  const [first, second] = [draw(7, [5, 4], 2), draw(8, [5, 4], 2)];
  const lossFor = (a: Tensor, b: Tensor) => lossOf('classifierDiscrepancy', [a, b]);
  expect(await lossFor(first, first)).toBe(0);
  expect(await lossFor(first, second)).toBeGreaterThan(0);
  expect(await lossFor(second, first)).toBeCloseTo(await lossFor(first, second), 6);
  expect(await lossFor(tensorOf('float32', [40, 0, 0, 0], [1, 4]), tensorOf('float32', [0, 40, 0, 0], [1, 4]))).toBeCloseTo(2 / 4, 6);
});

it('where no row counts, what is of labelled rows and of the others is 0', async () => {
  const scores = draw(9, [3, 4], 2);
  for (const [name, label] of [
    ['knownCrossEntropy', -1],
    ['unlabelledEntropy', 2],
  ] as const) {
    const { value, gradients } = await evaluate(name, [scores], { labels: [label, label, label] });
    expect([value, ...gradients.flat()].map(Math.abs)).toEqual(new Array(13).fill(0));
  }
});

describe('a virtual adversarial step', () => {
  /** Mean over rows of the divergence between what the network says of each and of it moved by its step, row after row. */
  const divergence = (rows: Tensor, steps: readonly number[], first: Tensor, second: Tensor) => {
    const [w, v] = [toNumbers(first), toNumbers(second)];
    const [width = 0, hidden = 0] = first.dims;
    const classes = second.dims[1] as number;
    const logs = (x: readonly number[]) => {
      const units = Array.from({ length: hidden }, (_, j) => Math.tanh(x.reduce((sum, value, i) => sum + value * (w[i * hidden + j] as number), 0)));
      const scores = Array.from({ length: classes }, (_, c) => units.reduce((sum, unit, j) => sum + unit * (v[j * classes + c] as number), 0));
      const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
      return scores.map((score) => score - total);
    };
    const all = toNumbers(rows);
    const count = rows.dims[0] as number;
    const each = Array.from({ length: count }, (_, n) => {
      const own = all.slice(n * width, (n + 1) * width);
      const [p, q] = [logs(own), logs(own.map((value, i) => value + (steps[n * width + i] as number)))];
      return p.reduce((sum, log, c) => sum + Math.exp(log) * (log - (q[c] as number)), 0);
    });
    return each.reduce((sum, one) => sum + one, 0) / count;
  };
  const along = (start: Tensor, radius: number) => {
    const width = start.dims[1] as number;
    const all = toNumbers(start);
    return all.map((value, i) => (radius * value) / Math.hypot(...all.slice(i - (i % width), i - (i % width) + width)));
  };

  it('changes predictions more than the step by chance that it began with, of the same length', async () => {
    const [rows, first, second] = [draw(20, [6, 5], 2), draw(21, [5, 7], 3), draw(22, [7, 4], 3)];
    for (let salt = 30; salt < 50; salt++) {
      const start = draw(salt, [6, 5], 2);
      const found = await lossOf('virtualAdversarial', [rows, first, second, start], { radius: 0.3 });
      expect(found).toBeGreaterThan(1.5 * divergence(rows, along(start, 0.3), first, second));
    }
  });

  it('is the worst of all where scores differ along one direction', async () => {
    // Both units are the same, and the classes go by their sum.
    const [row, first] = [tensorOf('float32', [0.2, -0.1], [1, 2]), tensorOf('float32', [0.6, 0.6, -0.8, -0.8], [2, 2])];
    const second = tensorOf('float32', [1, -1, 1, -1], [2, 2]);
    for (const start of [tensorOf('float32', [1, 0], [1, 2]), tensorOf('float32', [-3, -4.5], [1, 2])]) {
      const found = await lossOf('virtualAdversarial', [row, first, second, start], { radius: 0.5 });
      const [a = 0, b = 0] = toNumbers(start);
      const sign = Math.sign(0.6 * a - 0.8 * b);
      expect(found).toBeCloseTo(divergence(row, [sign * 0.3, sign * -0.4], first, second), 5);
      for (let turn = 0; turn < 24; turn++) {
        const [x, y] = [Math.cos((turn * Math.PI) / 12), Math.sin((turn * Math.PI) / 12)];
        if (sign * (0.6 * x - 0.8 * y) > 0) expect(divergence(row, [0.5 * x, 0.5 * y], first, second)).toBeLessThanOrEqual(found + 1e-6);
      }
    }
  });

  it('finds nothing where all rows are answered alike, or nothing can be surer', async () => {
    const [rows, start] = [draw(20, [6, 5], 2), draw(30, [6, 5], 2)];
    const flat = tensor('float32', [7, 4], new Float32Array(28));
    const none = await evaluate('virtualAdversarial', [rows, draw(21, [5, 7], 3), flat, start]);
    expect(none.value).toBe(0);
    const sure = await evaluate('virtualAdversarial', [rows, draw(21, [5, 7], 3), draw(22, [7, 4], 3000), start]);
    expect([none, sure].flatMap(({ value, gradients }) => [value, ...gradients.flat()]).every(Number.isFinite)).toBe(true);
  });

  it('needs scores that a gradient passes', () => {
    const g = new Builder();
    const rows = g.constant(draw(20, [6, 5], 2));
    const logits = g.constant(draw(21, [6, 3], 2));
    const scored = { rows, logits, scoresOf: () => logits };
    expect(() => losses.virtualAdversarial(g, scored, { start: rows, radius: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: No gradient passes from \`const_1\` to \`const\`, so no direction is the worst.]`,
    );
  });
});

describe('the multilinear map', () => {
  it('takes random directions where there are too many products, whose inner products are alike on average', async () => {
    const [features, probabilities] = [draw(4, [3, 600], 2), draw(5, [3, 10], 2)];
    const g = new Builder();
    const mapped = losses.multilinearMap(g, g.constant(features), g.constant(probabilities), 1);
    g.output('mapped', mapped);
    expect(mapped.shape).toEqual([3, 1024]);
    const { data } = (await runGraph(g, {}, { device, threads: 1 })).mapped as Tensor<'float32'>;
    const dot = (values: Float32Array, a: number, b: number, width: number) =>
      values.subarray(a * width, (a + 1) * width).reduce((sum, value, i) => sum + value * (values[b * width + i] as number), 0);
    for (const a of [0, 1, 2]) {
      const wanted = dot(features.data, a, a, 600) * dot(probabilities.data, a, a, 10);
      expect(dot(data, a, a, 1024) / wanted).toBeCloseTo(1, 0);
    }
  });
});

it('behind a gradient reversal the same loss is raised', async () => {
  const g = new Builder();
  const x = g.parameter('x', draw(6, [4, 1], 2));
  const factor = g.input('factor', 'float32', [1]);
  const scores = g.op('GradientReversal', [x, factor]);
  const plain = losses.domainLoss(g, { source: x, target: x });
  const loss = losses.domainLoss(g, { source: scores, target: x });
  const of = (value: Value) => backward(g, value, [x]).get(x) as Value;
  const half = backward(g, losses.domainLoss(g, { source: g.op('StopGradient', [x]), target: x }), [x]).get(x) as Value;
  g.output('value', loss);
  g.output('plain', plain);
  g.output('all', of(plain));
  g.output('turned', of(loss));
  g.output('half', half);
  const outputs = await runGraph(g, { factor: tensorOf('float32', [0.25], [1]) }, { device, threads: 1 });
  const numbers = (name: string) => toNumbers(outputs[name] as Tensor);
  expect(numbers('value')).toEqual(numbers('plain'));
  const [all, kept, turned] = [numbers('all'), numbers('half'), numbers('turned')];
  all.forEach((slope, i) => {
    const own = slope - (kept[i] as number);
    expect(turned[i]).toBeCloseTo((kept[i] as number) - 0.25 * own, 6);
  });
});
