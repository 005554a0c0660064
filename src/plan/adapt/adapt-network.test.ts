// The network that is chosen without a label of the target, on digits drawn otherwise than those it learnt from.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelHash, smallDigits } from '../../../tests/support/small-problem.ts';
import { tensor } from '../../core/tensor.ts';
import { shakenSource } from '../../data/augment/shaken-source.ts';
import { type ExampleSource, mapInputs } from '../../data/dataset.ts';
import { loadOptdigits } from '../../data/sets/optdigits.ts';
import { createModel } from '../../nn/create-model.ts';
import { relu } from '../../nn/layers/activation.ts';
import { conv } from '../../nn/layers/conv.ts';
import { dense, flatten } from '../../nn/layers/dense.ts';
import { batchNorm } from '../../nn/layers/norm.ts';
import { maxPool } from '../../nn/layers/pool.ts';
import { argmaxRows } from '../../score/metrics.ts';
import { evaluate } from '../../train/evaluate.ts';
import { finish } from '../../train/fit.ts';
import { type AdaptNetworkEvent, type AdaptNetworkOptions, adaptNetwork } from './adapt-network.ts';

const { train: source } = await smallDigits();
/** The same kind of digits, faint and on grey ground. */
const target = mapInputs(await loadOptdigits(), ({ dims, data }) =>
  tensor(
    'float32',
    dims,
    data.map((value) => 0.4 * value + 0.5),
  ),
);
const some = (count: number): ExampleSource => ({ ...target, length: count, labels: (target.labels as Int32Array).slice(0, count) });
const network = () => {
  const body = [conv(8, 3, { name: 'conv' }), batchNorm({ name: 'norm' }), relu(), maxPool(2), flatten()];
  return createModel({ name: 'small', input: [1, 8, 8], layers: [...body, dense(10, { name: 'head' })], classes: [...'0123456789'], seed: 1 });
};
const fit = { epochs: 2, batchSize: 20, seed: 1, device: 'cpu', threads: 1, optimiser: { name: 'adam', settings: { lr: 0.01 } } } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-adapt-network-'));
});
afterAll(() => rm(folder, { recursive: true }));
const adapted = (options: AdaptNetworkOptions, to: ExampleSource = some(300), model = network()) => finish(adaptNetwork(model, source, to, options));

/** The same events; `trained` learns the names of those that made updates. */
async function* noting<R>(events: AsyncGenerator<AdaptNetworkEvent, R, void>, trained: Set<string>): AsyncGenerator<AdaptNetworkEvent, R, void> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) return value;
    if (value.type === 'training' && value.event.type === 'step') trained.add(value.candidate);
    yield value;
  }
}

describe('adaptNetwork', () => {
  it("warns of a source's own network that has learnt nothing", async () => {
    const notes = async (lr: number) => {
      const found: string[] = [];
      const how = { ...fit, epochs: 1, optimiser: { name: 'sgd', settings: { lr } } } as const;
      for await (const event of adaptNetwork(network(), source, some(60), { method: 'adabn', fit: how }))
        if (event.type === 'note') found.push(event.message);
      return found;
    };
    expect(await notes(1e-9)).toEqual([
      expect.stringMatching(/^The network trained on the source alone tells .* of the source rightly, .* it has learnt next to nothing/),
    ]);
    expect(await notes(0.05)).toEqual([]);
  });

  it('chooses an epoch without a label, keeps the given model, and tells what all are worth when asked', async () => {
    const read: PropertyKey[] = [];
    const watched = new Proxy(some(300), {
      get: (all, key) => {
        read.push(key);
        if (key === 'gather') return (indices: ArrayLike<number>) => ({ ...target.gather(indices), labels: Int32Array.from(indices, () => 0) });
        return Reflect.get(all, key);
      },
    });
    const model = network();
    const before = modelHash(model);
    const found = await adapted({ method: 'adabn', fit, scoreOn: some(300) }, watched, model);
    expect(read).not.toContain('labels');
    expect(modelHash(model)).toBe(before);
    expect(found.candidates.map(({ name }) => name)).toEqual(['source-only, update 20', 'adabn, update 10', 'adabn, update 20']);
    expect(found.last.name).toBe('adabn, update 20');
    const { sourceOnly, chosen, last, oracle } = found.scored ?? expect.fail('nothing was scored');
    expect(chosen).toBeGreaterThan(sourceOnly + 0.1);
    expect(Math.max(last, chosen)).toBeLessThanOrEqual(oracle);
    expect((await evaluate(found.model, some(300), { device: 'cpu', threads: 1 })).accuracy).toBe(chosen);
    expect(found.choice.chosen.name).toMatch(/^adabn/);
  });

  it('goes on where it was stopped, and trains the network of the source alone once for a folder', async () => {
    const whole = await adapted({ method: 'mcc', fit });
    const abort = new AbortController();
    const call = { method: 'mcc', fit: { ...fit, checkpoints: { folder } } } as const;
    let steps = 0;
    const cut = async () => {
      for await (const event of adaptNetwork(network(), source, some(300), { ...call, fit: { ...call.fit, signal: abort.signal } }))
        if (event.type === 'training' && event.event.type === 'step' && ++steps === 34) abort.abort();
    };
    await expect(cut()).rejects.toThrow(/Adaptation was stopped after update 1[4-6] of `mcc`/);
    const trained = new Set<string>();
    const resumed = await finish(noting(adaptNetwork(network(), source, some(300), call), trained));
    expect(modelHash(resumed.model)).toBe(modelHash(whole.model));
    expect(resumed.candidates.map(({ name }) => name)).toEqual(whole.candidates.map(({ name }) => name));
    expect(resumed.candidates).toEqual(whole.candidates);
    expect((await readdir(folder)).sort()).toEqual(['mcc', 'source-only']);
    // The source's own network was done.
    expect(trained).toEqual(new Set(['mcc']));
  });

  it('is stopped while networks are judged, too', async () => {
    const abort = new AbortController();
    const cut = async () => {
      for await (const event of adaptNetwork(network(), source, some(60), { method: 'adabn', fit: { ...fit, signal: abort.signal } }))
        if (event.type === 'work') abort.abort();
    };
    await expect(cut()).rejects.toThrow('Adaptation was stopped while networks were judged.');
  });

  it('chooses among the same epochs where it was stopped as a phase began', async () => {
    const whole = await adapted({ method: 'shot', fit });
    const abort = new AbortController();
    const call = { method: 'shot', fit: { ...fit, checkpoints: { folder: join(folder, 'phases') } } } as const;
    let phases = 0;
    const cut = async () => {
      // The network of the source alone, the method's source, and its first round.
      for await (const event of adaptNetwork(network(), source, some(300), { ...call, fit: { ...call.fit, signal: abort.signal } }))
        if (event.type === 'training' && event.event.type === 'start' && ++phases === 3) abort.abort();
    };
    await expect(cut()).rejects.toThrow('Adaptation was stopped after update 0 of `shot`');
    const resumed = await adapted(call);
    expect(resumed.candidates).toEqual(whole.candidates);
  });

  it('judges the source alone too, and shot by its rounds', async () => {
    const alone = await adapted({ method: 'source-only', fit: { ...fit, epochs: 2 } });
    expect(alone.candidates.map(({ name }) => name)).toEqual(['source-only, update 20', 'source-only, update 10']);
    expect(alone.last).toBe(alone.yardstick);
    const { candidates } = await adapted({ method: 'shot', options: { rounds: 2 }, fit: { ...fit, epochs: 3 } });
    expect(candidates.map(({ name }) => name)).toEqual(['source-only, update 30', 'shot, round-1, update 15']);
  });

  it('tries several methods, and chooses among the epochs of all', async () => {
    const found = await adapted({ method: 'auto', fit: { ...fit, checkpoints: { folder: join(folder, 'auto') } }, scoreOn: some(300) });
    const methods = [...new Set(found.candidates.map(({ name }) => name.split(',')[0]))];
    expect(methods).toEqual(['source-only', 'adabn', 'mcc', 'consistency', 'shot']);
    const [by] = found.choice.chosen.name.split(',');
    expect(found.last.name.split(',')[0]).toBe(by);
    const { sourceOnly, chosen, oracle } = found.scored ?? expect.fail('nothing was scored');
    expect(chosen).toBeGreaterThan(sourceOnly + 0.1);
    expect(chosen).toBeLessThanOrEqual(oracle);
    const two = await adapted({ method: 'auto', methods: ['mcc', 'deep-coral'], fit: { ...fit, epochs: 6 } });
    expect(two.candidates.map(({ name }) => name).filter((name) => name.startsWith('mcc'))).toHaveLength(4);
  });

  it('lets half of several methods go on after a quarter and half of the epochs, which come to what they do by themselves', async () => {
    const methods = ['adabn', 'mcc', 'deep-coral', 'shot'] as const;
    const run = async (halving: boolean, folder: string, cutAt = Number.POSITIVE_INFINITY) => {
      const abort = new AbortController();
      const how = { ...fit, epochs: 4, checkpoints: { folder }, signal: abort.signal };
      const events = adaptNetwork(network(), source, some(300), { method: 'auto', methods, halving, fit: how });
      const [steps, skipped] = [new Map<string, number>(), new Map<string, string>()];
      let all = 0;
      for (;;) {
        const { value, done } = await events.next();
        if (done) return { found: value, steps, skipped };
        if (value.type === 'candidate' && value.result.skipped !== undefined) skipped.set(value.result.name, value.result.skipped);
        if (value.type !== 'training' || value.event.type !== 'step') continue;
        steps.set(value.candidate, (steps.get(value.candidate) ?? 0) + 1);
        if (++all === cutAt) abort.abort();
      }
    };
    const whole = await run(false, join(folder, 'whole'));
    const { found, steps, skipped } = await run(true, join(folder, 'halved'));
    // SHOT does not adapt yet after one epoch of four: of the three others two go on, and of three then two.
    expect(skipped.size).toBe(2);
    expect([...skipped.values()]).toEqual(['others looked better after 1 of 4 epochs', 'others looked better after 2 of 4 epochs']);
    expect(whole.steps.get('mcc')).toBe(40);
    const [first, second] = [...skipped.keys()] as [string, string];
    // A pause comes to a stop some updates later.
    expect(steps.get(first)).toBeLessThan(16);
    expect(steps.get(second)).toBeLessThan((whole.steps.get(second) as number) - 5);
    const own = new Map(whole.found.candidates.map((candidate) => [candidate.name, candidate]));
    for (const candidate of found.candidates) expect(candidate).toEqual(own.get(candidate.name));
    const left = whole.found.candidates.filter(({ name }) => skipped.has(name.split(',')[0] as string));
    expect(found.candidates).toHaveLength(whole.found.candidates.length - left.length);
    // Stopped within what follows the first rung, and gone on with.
    const cut = join(folder, 'cut');
    await expect(run(true, cut, 100)).rejects.toThrow('Adaptation was stopped after update');
    const again = await run(true, cut);
    expect(again.found.candidates).toEqual(found.candidates);
    expect(again.skipped).toEqual(skipped);
    const events: string[] = [];
    for await (const event of adaptNetwork(network(), source, some(60), { method: 'auto', methods: ['mcc', 'bnm'], halving: true, fit }))
      if (event.type === 'note') events.push(event.message);
    expect(events).toEqual(['Halving takes 3 methods and 2 epochs at least: all are trained whole.']);
    const every = { ...fit, checkpoints: { folder, every: 5 } };
    await expect(adapted({ method: 'auto', halving: true, fit: every })).rejects.toThrow(
      '`halving` judges epochs, and `fit.checkpoints.every` keeps others',
    );
    await expect(adapted({ method: 'mcc', halving: true, fit })).rejects.toThrow(
      "`halving` is for `method: 'auto'`, which tries several; leave it out.",
    );
  });

  it('learns from a few labels of the target, of which the network of the source alone knows nothing', async () => {
    const truth = target.labels as Int32Array;
    const targetLabels = truth.slice(0, 300).map((label, row) => (row < 40 ? label : -1));
    const given = (targetLabels: Int32Array, more: object = {}) => adapted({ method: 'mme', fit, targetLabels, ...more });
    const found = await given(targetLabels, { scoreOn: some(300) });
    const others = await given(targetLabels.map((label, row) => (row === 3 ? (label + 1) % 10 : label)));
    expect(others.yardstick.probabilities).toEqual(found.yardstick.probabilities);
    expect(others.last.probabilities).not.toEqual(found.last.probabilities);
    const { sourceOnly, last } = found.scored ?? expect.fail('nothing was scored');
    expect(last).toBeGreaterThan(sourceOnly + 0.1);
    const [several, without] = [await adapted({ method: 'auto', fit, targetLabels }), await adapted({ method: 'auto', fit })];
    const lastOf = (name: string, { candidates }: typeof several) => candidates.findLast((one) => one.name.startsWith(name))?.probabilities;
    for (const name of ['source-only', 'adabn']) expect(lastOf(name, several)).toEqual(lastOf(name, without));
    for (const name of ['mcc', 'shot']) expect(lastOf(name, several)).not.toEqual(lastOf(name, without));
  });

  it('says how steady the answers are where rows vary by chance', async () => {
    const shaken = shakenSource(some(300), { affine: {}, seed: 2 });
    const { choice, candidates } = await adapted({ method: 'adabn', fit }, shaken);
    const [{ probabilities, changed = new Float64Array() } = expect.fail('none')] = candidates;
    const [before, after] = [argmaxRows(probabilities, 10), argmaxRows(changed, 10)];
    const same = before.filter((said, row) => said === after[row]).length / 300;
    expect(same).toBeGreaterThan(0.3);
    expect(same).toBeLessThan(1);
    expect(choice.ranked[0]?.scores.steady).toBe(same);
    expect(choice.deciding).toEqual(['vote', 'steady']);
    expect(choice.why).toMatch(
      /by vote, steady; (it answers for changed rows as before by [\d.]+ % more|the model of the source alone is taken to have collapsed there)/,
    );
    expect((await adapted({ method: 'adabn', fit })).choice.ranked.map(({ scores }) => scores.steady)).toEqual([undefined, undefined, undefined]);
  });

  it('refuses a target too small to be looked at', async () => {
    await expect(adapted({ method: 'adabn', fit }, some(4))).rejects.toThrow(
      'has 4 examples; adaptation looks at how they lie to each other: give 5 or more.',
    );
  });

  it('refuses what it cannot do with what to do', async () => {
    const refusal = (options: object, to: ExampleSource = some(50), model = network()) =>
      adapted(options as AdaptNetworkOptions, to, model).then(
        () => 'none',
        ({ message }: Error) => message,
      );
    const wide = { ...some(50), inputShape: [1, 9, 9] };
    const flat = createModel({ input: [1, 8, 8], layers: [conv(8, 3)] });
    expect(
      (
        await Promise.all([
          refusal({ method: 'dan-n' }),
          refusal({ method: 3 }),
          refusal({ method: 'auto', options: { weight: 2 } }),
          refusal({ method: 'auto', methods: [] }),
          refusal({ method: 'auto', methods: ['mcc', 'dan', 'mcc'] }),
          refusal({ method: 'mcc', methods: ['dan'] }),
          refusal({ method: 'mme' }),
          refusal({ method: 'mme', targetLabels: new Int32Array(50).fill(-1) }),
          refusal({ method: 'adabn', targetLabels: new Int32Array(50) }),
          refusal({ method: 'auto', methods: ['tent'], targetLabels: new Int32Array(50) }),
          refusal({ method: 'mme', targetLabels: new Int32Array(49) }),
          refusal({ method: 'mme', targetLabels: [...new Array(50).fill(0)] }),
          refusal({ method: 'dann', options: { lambda: 1 } }),
          refusal({ method: 'dann', fit: { validation: source } }),
          refusal({ method: 'dann', weight: 1 }),
          refusal({ method: 'dann', fit }, wide),
          refusal({ method: 'dann', fit }, some(50), flat),
        ])
      ).join('\n'),
    ).toMatchInlineSnapshot(`
      "There is no method \`dan-n\` for networks; did you mean \`dann\`?
      \`adaptNetwork\`: \`method\` is the number 3, but must be auto, one of adabn, adda, bnm, cdan, consistency, dan, dann, deep-coral, deep-jdot, dirt-t, mcc, mcd, mean-teacher, mme, pada, shot, source-only, tent, vada, or made with \`defineNetworkMethod\`.
      \`options\` are those of one method, and \`method: 'auto'\` tries several: name the method, or leave them out.
      \`methods\` is empty: name what \`method: 'auto'\` is to try, or leave it out.
      \`methods\` names \`mcc\` twice; name each once.
      \`methods\` is for \`method: 'auto'\`, which tries several; leave it out.
      Method \`mme\` needs a few rows of the target with labels, and none is known: give some as \`targetLabels\`, or take a method that needs none, such as \`mcc\`.
      Method \`mme\` needs a few rows of the target with labels, and none is known: give some as \`targetLabels\`, or take a method that needs none, such as \`mcc\`.
      Method \`adabn\` learns from no label of the target: leave \`targetLabels\` out, or take one of bnm, cdan, consistency, dan, dann, deep-coral, deep-jdot, dirt-t, mcc, mcd, mean-teacher, mme, pada, shot, vada.
      Method \`tent\` learns from no label of the target: leave \`targetLabels\` out, or take one of bnm, cdan, consistency, dan, dann, deep-coral, deep-jdot, dirt-t, mcc, mcd, mean-teacher, mme, pada, shot, vada.
      \`targetLabels\` has 49 labels for 50 target rows; give one for each, -1 where it is not known.
      \`targetLabels\` is a list, but must be an Int32Array with a label for each target row.
      method \`dann\`: there is no option \`lambda\`; known are \`weight\`, \`gamma\`, \`hidden\`.
      \`adaptNetwork\` takes no \`fit.validation\`: several networks are trained, and judged without labels. Leave it out.
      \`adaptNetwork\`: there is no option \`weight\`; known are \`method\`, \`methods\`, \`halving\`, \`options\`, \`fit\`, \`targetLabels\`, \`scoreOn\`.
      Examples of \`optdigits\` are float32 [1, 9, 9], but model \`small\` takes float32 [1, 8, 8]; resize or convert them.
      \`adaptNetwork\` is for classes, scores [N, classes]; model \`model\` gives [N, 8, 6, 6]."
    `);
  });
});
