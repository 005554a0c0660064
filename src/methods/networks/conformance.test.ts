// What every method that adapts a network must do, on small problems made for the purpose; a file of the folder above that is no method fails the first test.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelHash } from '../../../tests/support/small-problem.ts';
import { type OptionRecords, resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import { type Tensor, tensor, toNumbers } from '../../core/tensor.ts';
import { type Dataset, dataset, type ExampleSource, subset } from '../../data/dataset.ts';
import { createModel } from '../../nn/create-model.ts';
import { dropout, relu } from '../../nn/layers/activation.ts';
import { dense } from '../../nn/layers/dense.ts';
import { batchNorm } from '../../nn/layers/norm.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { copyOfState, loadState, type Model, stateOf } from '../../nn/model.ts';
import { evaluate } from '../../train/evaluate.ts';
import { finish, fit } from '../../train/fit.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import type { KnownRows } from '../domains/pieces/domain-method.ts';
import { networkMethods } from './index.ts';
import { NETWORK_METHODS, type NetworkMethodName } from './names.ts';
import type { NetworkMethod } from './pieces/network-method.ts';
import { observed } from './pieces/observed.ts';
import { withheld } from './pieces/withheld.ts';

const [CLASSES, WIDTH] = [3, 6];

interface Shift {
  /** Added to the first two inputs of each row. */
  readonly by?: readonly [number, number];
}

/** Three classes at the corners of a triangle, in two of six inputs. */
function rows(name: 'source' | 'target', count: number, { by = [0, 0] }: Shift = {}): Dataset {
  const draws = stream(7, name).normals(count * WIDTH);
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const data = new Float32Array(count * WIDTH);
  for (let i = 0; i < data.length; i++) {
    const [row, d] = [Math.floor(i / WIDTH), i % WIDTH];
    const angle = (2 * Math.PI * (labels[row] as number)) / CLASSES;
    const centre = d === 0 ? 2 * Math.cos(angle) : d === 1 ? 2 * Math.sin(angle) : 0;
    data[i] = centre + (d < 2 ? 0.5 : 1) * (draws[i] as number) + (d < 2 ? (by[d] as number) : 0);
  }
  return dataset({ name, inputs: tensor('float32', [count, WIDTH], data), labels });
}

const source = rows('source', 160);
const base = {
  epochs: 4,
  batchSize: 32,
  optimiser: { name: 'adam', settings: { lr: 0.01 } },
  seed: 3,
  device: 'cpu',
  threads: 1,
} as const satisfies FitOptions;

/** Batch norm and dropout are in it, since both must come out the same beside a second batch. */
function network(norm = true, units = 16): Model {
  const body = [dense(units, { name: 'body' }), ...(norm ? [batchNorm({ name: 'norm' })] : []), relu(), dropout(0.1)];
  return createModel({ name: 'small', input: [WIDTH], layers: [...body, dense(CLASSES, { name: 'head' })], seed: 1 });
}

/** Trains `model` by a method, as `adaptNetwork` does. @returns the model, as it is when it was stopped too. */
async function run(
  name: NetworkMethodName,
  model: Model,
  target: ExampleSource,
  fitOptions: FitOptions = base,
  given: object = {},
  { from = source, known }: { readonly from?: ExampleSource; readonly known?: KnownRows | undefined } = {},
): Promise<Model> {
  const method = networkMethods[name] as unknown as NetworkMethod<OptionRecords>;
  const options = resolveOptions(method.options, given, name);
  let count = 0;
  for await (const phase of method.phases({ model, source: from, target: withheld(target), known }, options, fitOptions)) {
    const { checkpoints } = fitOptions;
    const own = checkpoints && { checkpoints: { ...checkpoints, folder: join(checkpoints.folder, `${++count}-${phase.name}`) } };
    const { reason } = await finish(fit(phase.model, phase.data, { ...phase.options, ...own }));
    if (reason === 'stopped') return model;
    await phase.settle?.();
  }
  return model;
}

const accuracyOn = async (model: Model, data: ExampleSource) => (await evaluate(model, data, { device: 'cpu', threads: 1 })).accuracy as number;

/** Longer, on more rows: a classifier of domains must not be able to learn them by heart. */
const many = rows('source', 640);
const shifted = rows('target', 640, { by: [1.5, 0] });
const longer = { ...base, batchSize: 64 };

function once<T extends unknown[], R>(make: (...given: T) => R): (...given: T) => R {
  const made = new Map<string, R>();
  return (...given) => {
    const key = JSON.stringify(given);
    const known = made.get(key) ?? make(...given);
    made.set(key, known);
    return known;
  };
}

const sourceOnly = once((more: FitOptions) => run('source-only', network(), source, { ...base, ...more }));
const without = once((lacks: number | undefined) => {
  const labels = shifted.labels as Int32Array;
  return subset(
    shifted,
    Array.from(labels.keys()).filter((row) => labels[row] !== lacks),
  );
});
const alone = once(async (epochs: number, norm: boolean, units: number, lacks?: number) => {
  const target = without(lacks);
  return accuracyOn(await run('source-only', network(norm, units), target, { ...longer, epochs }, {}, { from: many }), target);
});

/** The first rows of each class, with their labels. */
function few(target: Dataset, each = 3): KnownRows {
  const labels = target.labels as Int32Array;
  const rows = Int32Array.from(
    [0, 1, 2].flatMap((c) =>
      Array.from(labels.keys())
        .filter((row) => labels[row] === c)
        .slice(0, each),
    ),
  );
  return { rows, labels: rows.map((row) => labels[row] as number) };
}
const useOf = (name: NetworkMethodName) => (networkMethods[name] as NetworkMethod).known;
const needed = (name: NetworkMethodName, target: Dataset) => (useOf(name) === 'needed' ? few(target) : undefined);

/** Whether training reads target rows. */
const readsTarget = (name: NetworkMethodName) => name !== 'source-only' && name !== 'adabn';

/** Those whose epochs after the source's pass over the target. */
const TARGET_ALONE: ReadonlySet<NetworkMethodName> = new Set(['adda', 'dirt-t', 'shot', 'tent']);

/** Noise on training rows, which is what `consistency` is told not to mind. */
function shaken(data: Dataset, deviation: number): ExampleSource {
  return {
    ...data,
    varies: true,
    gather: (indices, pass) => {
      const { inputs, labels } = data.gather(indices) as { inputs: Tensor<'float32'>; labels: Int32Array };
      const noise = pass ? stream(9, 'shaken', pass.epoch).normals(inputs.data.length) : undefined;
      return {
        inputs: tensor(
          'float32',
          inputs.dims,
          inputs.data.map((value, i) => value + deviation * (noise?.[i] ?? 0)),
        ),
        labels,
      };
    },
  };
}

/** What each takes to be better on classes that lie elsewhere. Two that play against each other need longer. */
const NEEDS: Readonly<
  Record<
    NetworkMethodName,
    {
      readonly epochs: number;
      readonly options?: object;
      readonly gain: number;
      readonly norm?: boolean;
      readonly units?: number;
      readonly noise?: number;
      /** Class that the target does not have. */
      readonly lacks?: number;
    }
  >
> = {
  'source-only': { epochs: 8, gain: 0 },
  adabn: { epochs: 8, gain: 0.1, norm: true },
  'deep-coral': { epochs: 20, gain: 0.02 },
  dan: { epochs: 8, gain: 0.05 },
  'deep-jdot': { epochs: 8, gain: 0.1 },
  dann: { epochs: 30, options: { weight: 3, hidden: 64 }, gain: 0.1 },
  cdan: { epochs: 30, options: { weight: 6, hidden: 64 }, gain: 0.05 },
  vada: { epochs: 30, options: { domain: 3, radius: 0.3, hidden: 64 }, gain: 0.15 },
  adda: { epochs: 100, options: { hidden: 64, share: 0.08, rate: 0.03 }, units: 64, gain: 0.1 },
  pada: { epochs: 60, options: { weight: 3, hidden: 64 }, lacks: 0, gain: 0.2 },
  mcd: { epochs: 20, units: 64, gain: 0.1 },
  mcc: { epochs: 8, gain: 0.05 },
  bnm: { epochs: 8, gain: 0.03 },
  consistency: { epochs: 12, noise: 0.5, gain: 0.03 },
  'mean-teacher': { epochs: 20, noise: 0.5, gain: 0.1 },
  mme: { epochs: 20, options: { weight: 1 }, gain: 0.1 },
  'dirt-t': { epochs: 40, options: { domain: 3, radius: 0.3, hidden: 64 }, gain: 0.2 },
  shot: { epochs: 8, gain: 0.05 },
  tent: { epochs: 8, gain: 0.1, norm: true },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-networks-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('methods that adapt a network', () => {
  it('are one for each file of the folder, under its name', async () => {
    const files = (await readdir(new URL('.', import.meta.url))).filter(
      (file) => /^[a-z-]+\.ts$/.test(file) && file !== 'index.ts' && file !== 'names.ts',
    );
    expect(files.map((file) => file.replace('.ts', '')).sort()).toEqual([...NETWORK_METHODS].sort());
    for (const [name, method] of Object.entries(networkMethods)) expect(method.name).toBe(name);
  });

  describe.each([...NETWORK_METHODS])('%s', (name) => {
    const target = rows('target', 100, { by: [0.8, 0] });
    const known = needed(name, target);

    it('gives the same each time, whatever the labels of the target, and when it was stopped and goes on', async () => {
      const whole = modelHash(await run(name, network(), target, base, {}, { known }));
      const abort = new AbortController();
      let batches = 0;
      const checkpoints = { folder: join(folder, name), every: 3 };
      const spoilt: ExampleSource = {
        ...target,
        labels: (target.labels as Int32Array).map((label) => (label + 1) % CLASSES),
        gather: (indices, pass) => {
          if (pass && ++batches === 6) abort.abort();
          return { ...target.gather(indices), labels: Int32Array.from(indices, () => 2) };
        },
      };
      if (readsTarget(name))
        expect(modelHash(await run(name, network(), spoilt, { ...base, checkpoints, signal: abort.signal }, {}, { known }))).not.toBe(whole);
      expect(modelHash(await run(name, network(), spoilt, { ...base, checkpoints }, {}, { known }))).toBe(whole);
    });

    it('is better than the source alone on classes that lie elsewhere', async () => {
      const { epochs, options = {}, gain, norm = false, units = 16, noise, lacks } = NEEDS[name];
      const there = without(lacks);
      const target = noise === undefined ? there : shaken(there, noise);
      const given = { from: many, known: needed(name, there) };
      const after = await accuracyOn(await run(name, network(norm, units), target, { ...longer, epochs }, options, given), there);
      expect(after).toBeGreaterThanOrEqual((await alone(epochs, norm, units, lacks)) + gain);
    });

    it('copes with one target example', async () => {
      const one = subset(target, [5], 'one');
      const options = { ...base, epochs: 2, batchSize: TARGET_ALONE.has(name) ? 1 : 32 };
      const model = await run(name, network(), one, options, {}, { known: needed(name, one) });
      for (const { data } of stateOf(model).values()) expect(Array.from(data as Float32Array).every(Number.isFinite)).toBe(true);
    });
  });

  it.each(['adabn', 'dann', 'shot'] as const)('%s refuses a target example that is not finite, by its name', async (name) => {
    const target = rows('target', 100);
    const bad: ExampleSource = {
      ...target,
      gather: (indices) => {
        const examples = target.gather(indices);
        const at = Array.from(indices).indexOf(17);
        if (at >= 0) (examples.inputs.data as Float32Array)[at * WIDTH] = Number.NaN;
        return examples;
      },
    };
    await expect(run(name, network(), bad, { ...base, epochs: 2 })).rejects.toThrow(/`target`: the input holds NaN in example 17/);
  });

  const vadaWithout = { domain: 0, source: 0, target: 0 };
  const weightless = ['deep-coral', 'dan', 'deep-jdot', 'dann', 'cdan', 'mcd', 'mcc', 'bnm', 'consistency', 'mean-teacher'] as const;
  it.each<{ readonly name: NetworkMethodName; readonly options: object; readonly base?: FitOptions }>([
    ...weightless.map((name) => ({ name, options: { weight: 0 }, ...(name === 'mean-teacher' && { base: { ema: 0.99 } }) })),
    { name: 'vada', options: vadaWithout },
    // Its rounds on the target then teach nothing.
    { name: 'dirt-t', options: { ...vadaWithout, beta: 0, share: 0.75 }, base: { epochs: 3 } },
  ])('$name trains the weights of the source alone at weight 0, bit for bit', async ({ name, options, base: alone = {} }) => {
    const target = rows('target', 100, { by: [0.8, 0] });
    const [own, without] = [await run(name, network(), target, base, options), await sourceOnly(alone)];
    const others = stateOf(without);
    for (const id of without.parameters.keys()) expect(stateOf(own).get(id)).toEqual(others.get(id));
    // What batch norm normalises by is the target's.
    expect(stateOf(own).get('norm.mean')).not.toEqual(others.get('norm.mean'));
  });

  describe('with rows of the target that were labelled by hand', () => {
    const target = rows('target', 100, { by: [0.8, 0] });
    const known = few(target);
    const learning = NETWORK_METHODS.filter((name) => useOf(name) !== undefined);

    it.each(learning)('%s learns from them', async (name) => {
      const share = async (labels: Int32Array) => modelHash(await run(name, network(), target, base, {}, { known: { ...known, labels } }));
      const own = await share(known.labels);
      expect(await share(known.labels.map((label, i) => (i === 4 ? (label + 1) % CLASSES : label)))).not.toBe(own);
      if (useOf(name) === 'learnt') expect(modelHash(await run(name, network(), target))).not.toBe(own);
    });

    it('those that train on both domains learn the same from them at weight 0, bit for bit', async () => {
      const learnt = async (name: NetworkMethodName, options: object = { weight: 0 }) =>
        stateOf(await run(name, network(), target, base, options, { known }));
      const one = await learnt('mme');
      for (const name of ['deep-coral', 'dann', 'vada', 'mcd', 'bnm', 'consistency'] as const) {
        const other = await learnt(name, name === 'vada' ? vadaWithout : undefined);
        for (const id of network().parameters.keys()) expect(other.get(id)).toEqual(one.get(id));
      }
    });

    it('tells rows that lie where the source has another class', async () => {
      const turned = rows('target', 640, { by: [3, 0] });
      const share = async (known?: KnownRows) =>
        accuracyOn(await run('bnm', network(false), turned, { ...longer, epochs: 20 }, {}, { from: many, known }), turned);
      expect(await share(few(turned, 8))).toBeGreaterThan((await share()) + 0.1);
    });

    it('mme needs some', async () => {
      await expect(run('mme', network(), target)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraftError: Method \`mme\` needs a few rows of the target with labels, and none is known: give some as \`targetLabels\`, or take a method that needs none, such as \`mcc\`.]`,
      );
    });
  });

  it('adda leaves the head as the source taught it, and all weights at rate 0', async () => {
    const target = rows('target', 100, { by: [0.8, 0] });
    const taught = await sourceOnly({ epochs: 2 });
    const moved = async (rate: number) => {
      const own = stateOf(await run('adda', network(), target, base, { rate }));
      return [...taught.parameters.keys()].filter((id) => own.get(id)?.data.some((value, i) => value !== stateOf(taught).get(id)?.data[i]));
    };
    expect(await moved(0)).toEqual([]);
    expect(await moved(0.1)).toEqual(['body.weight', 'body.bias', 'norm.scale', 'norm.bias']);
  });

  it('pada weighs the classes by how frequent the target seems to the network that knows the source', async () => {
    const target = rows('target', 100, { by: [0.8, 0] });
    const known = await run('source-only', network(), source, { ...base, epochs: 2 });
    const { probabilities } = await observed(
      known,
      target,
      Int32Array.from({ length: 100 }, (_, i) => i),
      base,
    );
    const sums = [0, 1, 2].map((c) => probabilities.filter((_, i) => i % CLASSES === c).reduce((sum, p) => sum + p));
    const loss = crossEntropy({ classWeights: sums.map((sum) => sum / Math.max(...sums)) });
    await finish(fit(known, source, { ...base, epochs: 2, loss, featureCache: false }));
    const own = stateOf(await run('pada', network(), target, base, { weight: 0, rounds: 1 }));
    for (const id of known.parameters.keys()) expect(own.get(id)).toEqual(stateOf(known).get(id));
    await expect(run('pada', network(), target, { ...base, loss: crossEntropy({ labelSmoothing: 0.1 }) })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Method \`pada\` weighs the classes in the cross-entropy, and \`loss\` is \`cross-entropy\`, one of your own: leave it out, or take \`dann\`.]`,
    );
  });

  it('pada is better than dann where the target lacks a class', async () => {
    const target = without(0);
    const share = async (name: 'dann' | 'pada') =>
      accuracyOn(await run(name, network(false), target, { ...longer, epochs: 60 }, { weight: 3, hidden: 64 }, { from: many }), target);
    expect(await share('pada')).toBeGreaterThan((await share('dann')) + 0.2);
  });

  it('adabn needs a batch norm', async () => {
    await expect(run('adabn', network(false), rows('target', 20))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Model \`small\` has no batch norm whose statistics could be taken anew: take another method, such as \`deep-coral\`, or a file that was exported with its batch norms not folded into the convolutions.]`,
    );
  });

  it('tent moves the scales, shifts and statistics of batch norms alone, and reads no source where the network knows it', async () => {
    const nothing: ExampleSource = { ...source, gather: () => expect.fail('A row of the source was read.') };
    const before = copyOfState(network());
    const after = stateOf(await run('tent', network(), rows('target', 100), base, { share: 0 }, { from: nothing }));
    const moved = [...after].filter(([id, { data }]) => (data as Float32Array).some((value, i) => value !== before.get(id)?.data[i]));
    expect(moved.map(([id]) => id)).toEqual(['norm.scale', 'norm.bias', 'norm.mean', 'norm.variance']);
    await expect(run('tent', network(false), rows('target', 100))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Model \`small\` has no batch norm whose scale and shift could learn: take another method, such as \`shot\`, or a file that was exported with its batch norms not folded into the convolutions.]`,
    );
  });

  it("dirt-t goes on from the target's statistics, whoever trains its phases", async () => {
    const model = network();
    const options = resolveOptions(networkMethods['dirt-t'].options, {}, 'dirt-t');
    let statistics: Tensor | undefined;
    for await (const phase of networkMethods['dirt-t'].phases({ model, source, target: withheld(rows('target', 100)) }, options, base)) {
      if (phase.name !== 'both') break;
      await finish(fit(phase.model, phase.data, phase.options));
      statistics = stateOf(phase.model).get('target:norm.mean');
      expect(stateOf(model).get('norm.mean')).not.toEqual(statistics);
    }
    expect(stateOf(model).get('norm.mean')).toEqual(statistics);
  });

  it('dirt-t holds the more to what was said before the more it weighs', async () => {
    const target = rows('target', 100, { by: [0.8, 0] });
    const model = network();
    await finish(fit(model, source, base));
    const before = copyOfState(model);
    const all = Int32Array.from({ length: 100 }, (_, i) => i);
    const { probabilities: said } = await observed(model, target, all, base);
    const movedAt = async (beta: number) => {
      loadState(model, before);
      await run('dirt-t', model, target, base, { share: 0, rounds: 1, target: 1, beta });
      const { probabilities } = await observed(model, target, all, base);
      return probabilities.reduce((sum, p, i) => sum + Math.abs(p - (said[i] as number)), 0) / 100;
    };
    expect(await movedAt(0)).toBeGreaterThan(1.5 * (await movedAt(10)));
  });

  it('dirt-t holds to the labels that are known, in place of what was said', async () => {
    const target = rows('target', 100);
    const known = few(target);
    const options = resolveOptions(networkMethods['dirt-t'].options, { share: 0, rounds: 1 }, 'dirt-t');
    for await (const { data } of networkMethods['dirt-t'].phases({ model: network(), source, target: withheld(target), known }, options, base)) {
      const { labels } = await data.gather(Int32Array.of(...known.rows, 99));
      const told = toNumbers(labels as Tensor);
      expect(told.slice(0, -CLASSES)).toEqual(Array.from(known.labels).flatMap((label) => [0, 1, 2].map((c) => Number(c === label))));
      for (const share of told.slice(-CLASSES)) expect(share).toBeLessThan(1);
    }
    expect.assertions(1 + CLASSES);
  });

  it.each(['shot', 'dirt-t'] as const)('%s needs epochs for both of its parts, and reads no source where the network knows it', async (name) => {
    const target = rows('target', 40);
    await expect(run(name, network(), target, { ...base, epochs: 1 })).rejects.toThrow(
      `Method \`${name}\` has two parts, and \`epochs\` (=1) is for both together; give at least 2.`,
    );
    const names: string[] = [];
    const nothing: ExampleSource = { ...source, gather: () => expect.fail('A row of the source was read.') };
    const method = networkMethods[name] as unknown as NetworkMethod<OptionRecords>;
    const options = resolveOptions(method.options, { share: 0, rounds: 2 }, name);
    const phases = method.phases({ model: network(), source: nothing, target: withheld(target) }, options, base);
    for await (const { name, data, options, model } of phases) {
      names.push(`${name} ${options.epochs} ${data.name}`);
      await finish(fit(model, data, options));
    }
    expect(names).toEqual(['round-1 2 target', 'round-2 2 target']);
  });
});
