import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraftError } from '../../core/errors.ts';
import { tensorOf } from '../../core/tensor.ts';
import { createModel } from '../../nn/create-model.ts';
import { relu } from '../../nn/layers/activation.ts';
import { conv } from '../../nn/layers/conv.ts';
import { dense, flatten } from '../../nn/layers/dense.ts';
import { batchNorm } from '../../nn/layers/norm.ts';
import { sequential } from '../../nn/layers/sequential.ts';
import { type Model, stateOf } from '../../nn/model.ts';
import type { Layer } from '../../nn/scope.ts';
import { mergeAdapters } from '../adapt/adapt.ts';
import { lora } from '../lora.ts';
import { type CarryOverOptions, carryOver } from './carry-over.ts';
import { describeTransfer, type TransferReport } from './report.ts';

interface Plan {
  readonly names?: readonly [string, string, string];
  readonly widths?: readonly [number, number, number];
  readonly classes?: number;
}

/** Two convolutions, the second with batch norm, a dense layer and a head; running means unlike those of a fresh model. */
function network(name: string, seed: number, { names = ['conv1', 'block', 'fc'], widths = [4, 6, 5], classes = 3 }: Plan = {}): Model {
  const [first, block, fc] = names;
  const layers: Layer[] = [
    conv(widths[0], 3, { name: first }),
    relu(),
    sequential([conv(widths[1], 3), batchNorm()], block),
    flatten(),
    dense(widths[2], { name: fc }),
    dense(classes, { name: 'head' }),
  ];
  const model = createModel({ name, input: [1, 6, 6], layers, seed });
  for (const [id, { data }] of stateOf(model)) if (/mean|variance/.test(id)) (data as Float32Array).fill(seed + 0.5);
  return model;
}

function snapshot(model: Model): Record<string, number[]> {
  return Object.fromEntries([...stateOf(model)].map(([id, { data }]) => [id, Array.from(data as Float32Array)]));
}

const ids = (list: TransferReport['moved'] | TransferReport['fresh']) => list.map(({ id }) => id);

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(GraftError);
    return (error as GraftError).message;
  }
  throw new Error('nothing was thrown');
}

describe('by itself', () => {
  it('moves all shared layers, statistics included, and leaves a head with other classes new', () => {
    const [source, target] = [network('digits', 1), network('letters', 2, { classes: 5 })];
    const [from, before] = [snapshot(source), snapshot(target)];
    const report = carryOver(source, target);
    expect(describeTransfer(report)).toMatchInlineSnapshot(`
      "digits -> letters: 10 of 12 tensors carried over, 411 of 441 values
                layer            tensors  values
        moved   conv1                  2      40
        moved   block.conv             2     222
        moved   block.batchNorm        4      24
        moved   fc                     2     125
        fresh   head                   2      30  a head belongs to its task (\`weight\` is [5, 5], but [3, 5] in \`digits\`; \`bias\` is [5], but [3] in \`digits\`)
        unused  head                   2      18  a head belongs to its task"
    `);
    const after = snapshot(target);
    for (const id of ids(report.moved)) expect(after[id]).toEqual(from[id]);
    for (const id of ids(report.fresh)) expect(after[id]).toEqual(before[id]);
    expect(after['block.batchNorm.mean']).toEqual(Array(6).fill(1.5));
    expect(snapshot(source)).toEqual(from);
  });

  it('copies: training the target afterwards leaves the source alone', () => {
    const [source, target] = [network('a', 1), network('b', 2)];
    carryOver(source, target);
    for (const { data } of stateOf(target).values()) (data as Float32Array).fill(9);
    expect(Object.values(snapshot(source)).flat()).not.toContain(9);
  });

  it('says of an adapter how what it learnt is carried over', () => {
    const adapted = lora(network('a', 1), { rank: 2, targets: ['fc'] });
    for (const [id, { data }] of stateOf(adapted)) if (id.includes('lora_B')) (data as Float32Array).fill(1);
    const target = network('b', 2);
    const report = carryOver(adapted, target);
    expect(report.unused.filter(({ id }) => id.startsWith('fc.lora')).map(({ id, reason }) => `${id}: ${reason}`)).toMatchInlineSnapshot(`
      [
        "fc.lora_A.weight: an adapter's: what it learnt carries over from the model that \`mergeAdapters\` makes",
        "fc.lora_B.weight: an adapter's: what it learnt carries over from the model that \`mergeAdapters\` makes",
      ]
    `);
    expect(snapshot(target)['fc.weight']).toEqual(snapshot(network('a', 1))['fc.weight']);
    carryOver(mergeAdapters(adapted), target);
    expect(snapshot(target)['fc.weight']).toEqual(snapshot(mergeAdapters(adapted))['fc.weight']);
    expect(snapshot(target)['fc.weight']).not.toEqual(snapshot(network('a', 1))['fc.weight']);
  });

  it('carries a head over where both models name the same classes in the same order', () => {
    const head = (classes?: string[]) =>
      createModel({ input: [4], layers: [dense(2, { name: 'head' })], ...(classes && { classes }), seed: classes?.length ?? 0 });
    const moved = (a?: string[], b?: string[]) => carryOver(head(a), head(b)).moved.length;
    expect(moved(['cat', 'dog'], ['cat', 'dog'])).toBe(2);
    expect(moved(['cat', 'dog'], ['dog', 'cat'])).toBe(0);
    expect(moved()).toBe(0);
  });

  it('never splits a layer: where one shape differs, both shapes are told and the whole layer stays', () => {
    const report = carryOver(network('a', 1), network('b', 2, { widths: [4, 6, 7] }));
    expect(report.fresh.filter(({ id }) => id.startsWith('fc'))).toMatchInlineSnapshot(`
      [
        {
          "dims": [
            7,
            24,
          ],
          "id": "fc.weight",
          "reason": "\`weight\` is [7, 24], but [5, 24] in \`a\`; \`bias\` is [7], but [5] in \`a\`",
        },
        {
          "dims": [
            7,
          ],
          "id": "fc.bias",
          "reason": "\`weight\` is [7, 24], but [5, 24] in \`a\`; \`bias\` is [7], but [5] in \`a\`",
        },
      ]
    `);
  });

  it('finds layers that are nested elsewhere by name, and renamed ones by order', () => {
    const inner = createModel({
      name: 'nested',
      input: [1, 6, 6],
      layers: [sequential([conv(4, 3, { name: 'conv1' })], 'body'), flatten(), dense(3, { name: 'head' })],
    });
    const flat = createModel({
      name: 'flat',
      input: [1, 6, 6],
      layers: [conv(4, 3, { name: 'conv1' }), flatten(), dense(2, { name: 'head' })],
      seed: 5,
    });
    expect(carryOver(inner, flat).moved).toEqual([
      { id: 'conv1.weight', from: 'body.conv1.weight', dims: [4, 1, 3, 3] },
      { id: 'conv1.bias', from: 'body.conv1.bias', dims: [4] },
    ]);
    const renamed = carryOver(network('a', 1), network('b', 2, { names: ['stem', 'middle', 'neck'] }));
    expect(renamed.moved.map(({ id, from }) => `${id} < ${from}`)).toMatchInlineSnapshot(`
      [
        "stem.weight < conv1.weight",
        "stem.bias < conv1.bias",
        "middle.conv.weight < block.conv.weight",
        "middle.conv.bias < block.conv.bias",
        "middle.batchNorm.scale < block.batchNorm.scale",
        "middle.batchNorm.bias < block.batchNorm.bias",
        "middle.batchNorm.mean < block.batchNorm.mean",
        "middle.batchNorm.variance < block.batchNorm.variance",
        "neck.weight < fc.weight",
        "neck.bias < fc.bias",
      ]
    `);
  });

  it('does not guess between equal shapes', () => {
    const twins = (...names: string[]) =>
      createModel({ name: names.join('+'), input: [4], layers: [...names.map((name) => dense(4, { name })), dense(2, { name: 'head' })] });
    expect(carryOver(twins('a', 'b'), twins('c', 'd')).moved.map(({ id, from }) => `${id} < ${from}`)).toEqual([
      'c.weight < a.weight',
      'c.bias < a.bias',
      'd.weight < b.weight',
      'd.bias < b.bias',
    ]);
    const report = carryOver(twins('a', 'b', 'e'), twins('c', 'd'));
    expect(report.moved).toEqual([]);
    expect(report.fresh[0]?.reason).toBe('ambiguous: `a`, `b`, `e` fit');
    // `b` keeps its name but trades places, so the order says nothing about the others.
    expect(ids(carryOver(twins('a', 'b'), twins('b', 'c')).moved)).toEqual(['b.weight', 'b.bias']);
  });

  it("does not take the source's head for a layer of the same name", () => {
    const stack = (widths: number[]) => createModel({ name: `of ${widths.length}`, input: [4], layers: widths.map((units) => dense(units)) });
    const report = carryOver(stack([4, 4]), stack([4, 4, 2]));
    expect(ids(report.moved)).toEqual(['dense1.weight', 'dense1.bias']);
    expect(report.fresh[0]).toEqual({ id: 'dense2.weight', dims: [4, 4], reason: '`dense2` is the head of `of 2`' });
  });
});

describe('from a bare state', () => {
  it('moves what has the same ids', () => {
    const [source, target] = [network('a', 1), network('b', 2)];
    const report = carryOver({ name: 'a.safetensors', tensors: stateOf(source) }, target);
    expect(report.source).toBe('a.safetensors');
    expect(ids(report.fresh)).toEqual(['head.weight', 'head.bias']);
  });

  it('does not read an order into it', () => {
    const tensors = new Map([
      ['layer1.weight', tensorOf('float32', Array(16).fill(1), [4, 4])],
      ['layer1.bias', tensorOf('float32', Array(4).fill(1))],
    ]);
    const target = createModel({ input: [4], layers: [dense(4, { name: 'other' }), dense(2, { name: 'head' })] });
    const report = carryOver({ name: 'file', tensors }, target);
    expect(report.moved).toEqual([]);
    expect(report.fresh[0]?.reason).toBe('only the shapes of `layer1` fit, which is too little to tell');
  });
});

describe('selected', () => {
  const pair = (): [Model, Model] => [network('a', 1), network('b', 2)];
  const movedBy = (select: CarryOverOptions['select'] & object) => ids(carryOver(...pair(), { select }).moved);

  it('whole: everything, heads included', () => {
    const [source, target] = pair();
    expect(carryOver(source, target, { select: 'whole' }).fresh).toEqual([]);
    expect(snapshot(target)).toEqual(snapshot(source));
  });

  it('by name and glob', () => {
    expect(movedBy(['conv1'])).toEqual(['conv1.weight', 'conv1.bias']);
    expect(movedBy(['block/batch*'])).toEqual(['block.batchNorm.scale', 'block.batchNorm.bias', 'block.batchNorm.mean', 'block.batchNorm.variance']);
    expect(movedBy(['**/weight', '!block'])).toEqual(['conv1.weight', 'fc.weight', 'head.weight']);
    expect(movedBy(['!head/**', '!**/conv*', '!conv?'])).toEqual([
      'block.batchNorm.scale',
      'block.batchNorm.bias',
      'block.batchNorm.mean',
      'block.batchNorm.variance',
      'fc.weight',
      'fc.bias',
    ]);
    expect(movedBy(['h*'])).toEqual(['head.weight', 'head.bias']);
  });

  it('by a map of ids', () => {
    const [source, target] = pair();
    const before = snapshot(target);
    const report = carryOver(source, target, { select: { 'block.conv.bias': 'block.batchNorm.mean', 'fc.bias': 'fc.bias' } });
    expect(report.moved.map(({ id, from }) => `${id} < ${from}`)).toEqual(['block.conv.bias < block.batchNorm.mean', 'fc.bias < fc.bias']);
    expect(report.fresh[0]).toEqual({ id: 'conv1.weight', dims: [4, 1, 3, 3], reason: 'not in the map' });
    expect(snapshot(target)).toEqual({ ...before, 'block.conv.bias': Array(6).fill(1.5), 'fc.bias': snapshot(source)['fc.bias'] });
  });

  it('refuses what does not fit, and changes nothing', () => {
    const [source, target] = [network('a', 1), network('b', 2, { widths: [4, 6, 7], classes: 5 })];
    const before = snapshot(target);
    const refused = (options: CarryOverOptions) => messageOf(() => carryOver(source, target, options));
    expect(refused({ select: 'whole' })).toMatchInlineSnapshot(`
      "Model \`b\` cannot take from \`a\` what it was asked to:
        \`fc\`: \`weight\` is [7, 24], but [5, 24] in \`a\`; \`bias\` is [7], but [5] in \`a\`
        \`head\`: \`weight\` is [5, 7], but [3, 5] in \`a\`; \`bias\` is [5], but [3] in \`a\`
      Nothing was changed."
    `);
    expect(refused({ strict: true })).toMatchInlineSnapshot(`
      "Model \`b\` cannot take from \`a\` what it was asked to:
        \`fc\`: \`weight\` is [7, 24], but [5, 24] in \`a\`; \`bias\` is [7], but [5] in \`a\`
      Nothing was changed."
    `);
    expect(refused({ select: ['conv1', 'fc'] })).toMatchInlineSnapshot(`
      "Model \`b\` cannot take from \`a\` what it was asked to:
        \`fc\`: \`weight\` is [7, 24], but [5, 24] in \`a\`; \`bias\` is [7], but [5] in \`a\`
      Nothing was changed."
    `);
    expect(refused({ select: { 'fc.bias': 'fc.bias', 'conv1.bias': 'conv1.bias' } })).toMatchInlineSnapshot(`
      "\`select\` maps tensors of \`a\` to others in shape or type:
        \`fc.bias\` is [7], but \`fc.bias\` is [5]
      Nothing was changed."
    `);
    expect(snapshot(target)).toEqual(before);
    expect(ids(carryOver(source, target, { select: ['conv1', 'f*'] }).moved)).toEqual(['conv1.weight', 'conv1.bias']);
  });

  it('knows no names but those there are', () => {
    const [source, target] = pair();
    const refused = (options: CarryOverOptions) => messageOf(() => carryOver(source, target, options));
    expect(refused({ select: ['conv1', 'blok'] })).toMatchInlineSnapshot(
      `"\`select\`: "blok" matches nothing in model \`b\`; did you mean \`block\`?"`,
    );
    expect(refused({ select: ['layer*'] })).toMatchInlineSnapshot(
      `"\`select\`: "layer*" matches nothing in model \`b\`; known are \`conv1\`, \`block\`, \`block/conv\`, \`block/batchNorm\`, \`fc\`, \`head\`."`,
    );
    expect(refused({ select: [] })).toMatchInlineSnapshot(`"\`select\` is empty; name layers of model \`b\`, or leave it out."`);
    expect(refused({ select: {} })).toMatchInlineSnapshot(`"\`select\` is empty; map tensors of model \`b\`, or leave it out."`);
    expect(refused({ select: { 'conv1.weigth': 'conv1.weight' } })).toMatchInlineSnapshot(
      `"\`select\`: \`b\` has no tensor \`conv1.weigth\`; did you mean \`conv1.weight\`?"`,
    );
    expect(refused({ select: { 'conv1.weight': 'conv2.weight' } })).toMatchInlineSnapshot(
      `"\`select\`: \`a\` has no tensor \`conv2.weight\`; did you mean \`conv1.weight\`?"`,
    );
    expect(messageOf(() => carryOver(source, source))).toMatchInlineSnapshot(
      `"Source and target are the same model, \`a\`; create one for the target."`,
    );
  });
});

describe('for any two networks', () => {
  const plans = fc.record({
    names: fc.uniqueArray(fc.constantFrom('conv1', 'block', 'fc', 'stem', 'body'), { minLength: 3, maxLength: 3 }) as fc.Arbitrary<
      [string, string, string]
    >,
    widths: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 3 }))) as fc.Arbitrary<[number, number, number]>,
    classes: fc.integer({ min: 2, max: 3 }),
  });
  const selects = fc.constantFrom<CarryOverOptions['select'][]>(undefined, ['**'], ['!head'], ['**/*conv*', '!**/bias'], ['*']);

  it('moved and fresh are all of the target; values change exactly where something moved; a layer moves with its statistics', () => {
    fc.assert(
      fc.property(plans, plans, selects, (a, b, select) => {
        const [source, target] = [network('a', 1, a), network('b', 2, b)];
        const [from, before] = [snapshot(source), snapshot(target)];
        let report: TransferReport;
        try {
          report = carryOver(source, target, select ? { select } : {});
        } catch (error) {
          expect((error as GraftError).message).toContain('matches nothing');
          expect(snapshot(target)).toEqual(before);
          return;
        }
        const after = snapshot(target);
        expect([...ids(report.moved), ...ids(report.fresh)].sort()).toEqual(Object.keys(before).sort());
        expect([...report.moved.map((entry) => entry.from), ...ids(report.unused)].sort()).toEqual(Object.keys(from).sort());
        for (const { id, from: origin } of report.moved) expect(after[id]).toEqual(from[origin]);
        for (const { id, reason } of report.fresh) {
          expect(after[id]).toEqual(before[id]);
          expect(reason).not.toBe('');
        }
        expect(snapshot(source)).toEqual(from);
        if (select === undefined) {
          const moved = new Set(ids(report.moved));
          for (const { members } of target.groups) {
            const norms = members.filter((id) => id.includes('batchNorm'));
            expect(new Set(norms.map((id) => moved.has(id))).size).toBeLessThanOrEqual(1);
          }
        }
        expect(Object.isFrozen(report) && Object.isFrozen(report.moved) && report.fresh.every(Object.isFrozen)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
