// A small network adapted from the linear models on its features: what is trained, what is chosen, and going on where it was stopped.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelHash } from '../../../tests/support/small-problem.ts';
import { resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import { tensor } from '../../core/tensor.ts';
import { dataset } from '../../data/dataset.ts';
import { takeRows } from '../../data/rows.ts';
import { mismatchOf } from '../../methods/domains/pieces/mismatch.ts';
import { observed } from '../../methods/networks/pieces/observed.ts';
import { createModel } from '../../nn/create-model.ts';
import { relu } from '../../nn/layers/activation.ts';
import { dense } from '../../nn/layers/dense.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { finish } from '../../train/fit.ts';
import { setHead } from '../headed.ts';
import { standardised, standardOf } from '../standardise.ts';
import { adaptBackbone, type BackboneAdapting } from './adapt-backbone.ts';
import { adaptFeatures } from './adapt-features.ts';
import { adaptOptions } from './adapt-options.ts';
import { learnersOf } from './learner.ts';
import { sureRows } from './self-trained.ts';

const [SOURCES, TARGETS, WIDTH] = [90, 60, 16];
const classes = ['a', 'b', 'c'];
const labelsOf = (count: number) => Int32Array.from({ length: count }, (_, i) => i % 3);

/** Three classes at the corners of a triangle, in two of six inputs; those of the target lie beside. */
const draws = stream(3, 'rows').normals((SOURCES + TARGETS) * 6);
const inputs = tensor(
  'float32',
  [SOURCES + TARGETS, 6],
  Float32Array.from(draws, (draw, i) => {
    const [row, d] = [Math.floor(i / 6), i % 6];
    const angle = (2 * Math.PI * ((row < SOURCES ? row : row - SOURCES) % 3)) / 3;
    const centre = d === 0 ? 2 * Math.cos(angle) : d === 1 ? 2 * Math.sin(angle) : 0;
    return centre + (d < 2 ? 0.6 : 1) * draw + (row >= SOURCES && d === 0 ? 0.8 : 0);
  }),
);

function network() {
  const model = createModel({
    name: 'small',
    input: [6],
    layers: [dense(WIDTH, { name: 'body' }), relu(), dense(3, { name: 'head' })],
    classes,
    seed: 2,
  });
  return { model, features: model.features, width: WIDTH };
}

let given: Omit<BackboneAdapting, 'context' | 'method'>;
/** Labels that training was given, by the name of the rows. */
const seen = new Map<string, Int32Array | undefined>();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-adapt-backbone-'));
  const all = Int32Array.from({ length: SOURCES + TARGETS }, (_, i) => i);
  const { features } = await observed(network().model, dataset({ inputs }), all, {});
  const of = (from: number, to: number) => takeRows(features, all.subarray(from, to));
  const view: BackboneAdapting['view'] = {
    name: 'small',
    about: '16 features of small',
    sources: [of(0, SOURCES)],
    target: of(SOURCES, SOURCES + TARGETS),
    read: () => expect.fail('No more rows are asked for.'),
    modelOf: async (linear) => {
      const own = network();
      setHead(own, linear);
      return own.model;
    },
    reader: {} as BackboneAdapting['view']['reader'],
    network: {
      examplesOf: ({ name, rows, labels, classes: named }) => {
        seen.set(name, labels as Int32Array | undefined);
        return dataset({ name, inputs: takeRows(inputs, rows), labels, ...(named && { classes: named }) });
      },
      lr: 3e-3,
      passSeconds: 0.001,
    },
    close: async () => undefined,
  };
  const options = resolveOptions(adaptOptions, { epochs: 3, threads: 1 }, 'adapt');
  const labels = labelsOf(SOURCES);
  const adapted = await finish(adaptFeatures({ views: [view], labels, classes: 3 }, { method: 'self-training' }));
  given = { view, classes, labels, targets: TARGETS, adapted, methodOptions: {}, options, secondsLeft: () => 60 };
});
afterAll(() => rm(folder, { recursive: true }));

const clock = () => performance.now();
const truth = labelsOf(TARGETS);
const tuned = (more: Partial<BackboneAdapting> = {}) => finish(adaptBackbone({ ...given, method: 'auto', context: { clock }, ...more }));

describe('adaptBackbone', () => {
  it('rehearses on the source, trains on both, and chooses beside the linear models without a label of the target', async () => {
    const found = (await tuned()) ?? expect.fail('nothing was tried');
    const { chosen } = given.adapted.choice;
    expect(found.epochs).toHaveLength(3);
    expect(found.choice.ranked.map(({ candidate }) => candidate)).toEqual([chosen, ...found.epochs]);
    const half = given.adapted.ground.halves.unlike.length;
    for (const { rehearsed, probabilities, sourceAccuracy } of found.epochs) {
      expect(rehearsed).toHaveLength(3 * (SOURCES - half));
      expect(probabilities).toHaveLength(3 * TARGETS);
      expect(sourceAccuracy).toBeGreaterThan(0.8);
    }
    // Labels of the rehearsal's target are there for the choice alone; those of the target are nowhere.
    expect(seen.get('rehearsal, without labels')).toBeUndefined();
    expect(seen.get('target, without labels')).toBeUndefined();
    const sure = sureRows(chosen.probabilities, 3);
    expect(seen.get('target, self-training')).toEqual(Int32Array.from([...given.labels, ...sure.labels]));
    const known = (probabilities: Float64Array) => accuracy(truth, argmaxRows(probabilities, 3));
    expect(known(found.choice.chosen.probabilities)).toBeGreaterThanOrEqual(known(chosen.probabilities) - 0.02);
    expect(found.taken === undefined).toBe(found.choice.chosen === chosen);
  });

  it('takes an epoch of a method that is asked for by name, and goes on where it was stopped, to the same bits', async () => {
    for (const method of ['self-training', 'mcc'] as const) {
      const whole = (await tuned({ method })) ?? expect.fail('nothing was tried');
      expect(whole.epochs).toContain(whole.choice.chosen);
      const checkpoints = join(folder, method);
      const abort = new AbortController();
      const cut = async () => {
        let steps = 0;
        for await (const { type } of adaptBackbone({ ...given, method, context: { clock, checkpoints, signal: abort.signal } }))
          if (type === 'training' && ++steps === 9) abort.abort();
      };
      await expect(cut()).rejects.toThrow('Adaptation was stopped after update');
      expect(existsSync(join(checkpoints, 'target', method))).toBe(true);
      const resumed = (await tuned({ method, context: { clock, checkpoints } })) ?? expect.fail('nothing was tried');
      expect(modelHash(resumed.taken?.model ?? expect.fail('no model'))).toBe(modelHash(whole.taken?.model ?? expect.fail('no model')));
      expect(resumed.epochs.map(({ probabilities }) => probabilities)).toEqual(whole.epochs.map(({ probabilities }) => probabilities));
      const { model, seen, mismatch } = whole.taken ?? expect.fail('no network');
      const rows = Int32Array.from({ length: TARGETS }, (_, i) => SOURCES + i);
      expect((await observed(model, dataset({ inputs }), rows, { threads: 1 })).features).toEqual(seen.unlabelled);
      expect(seen.labelled.dims).toEqual([seen.rows.length, WIDTH]);
      const standard = standardOf(seen.labelled, 'alike');
      const [own, other] = [standardised(seen.labelled, standard), standardised(seen.unlabelled, standard)];
      expect(mismatch).toEqual(await mismatchOf(own, other, { seed: given.options.seed }));
    }
  });

  it('hands the known labels of the target to a method that learns from them', async () => {
    const learnt = async (label: number) => {
      const known = { rows: Int32Array.of(0, 1, 2, 3), labels: Int32Array.of(0, 1, 2, label) };
      const { epochs } = (await tuned({ method: 'mme', adapted: { ...given.adapted, known } })) ?? expect.fail('nothing was tried');
      return epochs.at(-1)?.probabilities;
    };
    expect(await learnt(0)).not.toEqual(await learnt(1));
    await expect(tuned({ method: 'mme' })).rejects.toThrow('Method `mme` needs a few rows of the target with labels');
  });

  it('is not tried where the time is too short, and says so', async () => {
    const options = { ...given.options, epochs: 0 };
    const told: string[] = [];
    for await (const event of adaptBackbone({ ...given, options, method: 'auto', secondsLeft: () => 0.1, context: { clock } }))
      if (event.type === 'candidate') told.push(`${event.result.name}: ${event.result.skipped}`);
    expect(told).toEqual(['self-training of the network: an epoch takes about 1 s, too long for `time`']);
  });
});

it('takes the rows that are surest, of each class as large a share', () => {
  const probabilities = Float64Array.from([0.9, 0.6, 0.8, 0.7, 0.1, 0.4].flatMap((p) => [p, 1 - p]));
  expect(sureRows(probabilities, 2)).toEqual({ rows: Int32Array.of(0, 2, 3, 4, 5), labels: Int32Array.of(0, 0, 0, 1, 1) });
});

it('tells which methods train what', () => {
  const of = (method: 'auto' | 'mcc' | 'coral' | 'dann', train: 'auto' | 'features' | 'network' = 'auto', preset: 'fast' | 'good' = 'good') =>
    learnersOf({ method, train, preset });
  expect(of('auto')).toEqual({ features: 'auto', network: 'auto' });
  expect(of('auto', 'auto', 'fast')).toEqual({ features: 'auto' });
  expect(of('mcc')).toEqual({ features: 'mcc' });
  expect(of('mcc', 'network')).toEqual({ features: 'auto', network: 'mcc' });
  expect(of('dann')).toEqual({ features: 'auto', network: 'dann' });
  expect(() => of('dann', 'features')).toThrow('Method `dann` trains the network itself, and `train` is "features"; give "network" or "auto".');
  expect(() => of('coral', 'network')).toThrow(
    'Method `coral` trains a linear model on features, and `train` is "network"; give "features" or "auto".',
  );
});
