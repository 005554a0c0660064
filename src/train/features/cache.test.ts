import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runModule } from '../../../tests/support/child.ts';
import { deepModel, digits, headOptions } from '../../../tests/support/frozen-problem.ts';
import { modelHash } from '../../../tests/support/small-problem.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { createModel } from '../../nn/create-model.ts';
import { conv } from '../../nn/layers/conv.ts';
import { dense, flatten } from '../../nn/layers/dense.ts';
import { batchNorm } from '../../nn/layers/norm.ts';
import type { FitEvent } from '../events.ts';
import { fit } from '../fit.ts';
import type { FitOptions } from '../fit-options.ts';
import { planOf } from '../plan.ts';
import { Trainer } from '../trainer.ts';
import { cacheFeatures } from './cache.ts';

const train = digits(0, 600);
const held = digits(600, 200, 'held');
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-features-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Outcome {
  readonly hash: string;
  readonly events: readonly FitEvent[];
  readonly notices: readonly string[];
  /** Losses of all updates, and of all evaluations. */
  readonly losses: readonly number[];
  readonly scores: readonly number[];
}

async function run(options: FitOptions = {}, { data = train as ExampleSource, model = deepModel(), stopAt = 0 } = {}): Promise<Outcome> {
  const abort = new AbortController();
  const events: FitEvent[] = [];
  for await (const event of fit(model, data, { ...headOptions, ...options, signal: abort.signal })) {
    events.push(event);
    if (event.type === 'step' && event.position.update === stopAt) abort.abort();
  }
  const message = (event: FitEvent) =>
    event.type === 'notice'
      ? [
          event.message
            .replaceAll(root, '<root>')
            .replaceAll(/[0-9a-f]{32}/g, '<hash>')
            .replaceAll(/new-[-0-9a-f]+/g, 'new'),
        ]
      : [];
  const of = (type: 'step' | 'evaluation') => events.flatMap((event) => (event.type === type ? [event.loss] : []));
  return { hash: modelHash(model), events, notices: events.flatMap(message), losses: of('step'), scores: of('evaluation') };
}
const plain = (options: FitOptions = {}, more: Parameters<typeof run>[1] = {}) => run({ ...options, featureCache: false }, more);
const onDisk = (more: object = {}) => ({ featureCache: { folder: join(root, 'cache'), ...more } });
const entries = () => readdirSync(join(root, 'cache'));
const computed = ({ events }: Outcome) => events.some((event) => event.type === 'features' && event.stage === 'computing');

/** `source`, and how many examples it was asked for. */
function counted(source: ExampleSource): { source: ExampleSource; asked: () => number } {
  let count = 0;
  const gather: ExampleSource['gather'] = (indices) => {
    count += indices.length;
    return source.gather(indices);
  };
  return { source: { ...source, gather }, asked: () => count };
}

/** The same kernels on other batches: on some processors the last bits differ, and with them what Adam makes of a gradient near 0. */
function expectAlike(actual: Outcome, expected: Outcome): void {
  for (const kind of ['losses', 'scores'] as const) {
    expect(actual[kind]).toHaveLength(expected[kind].length);
    actual[kind].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[kind][i] as number, 4);
    });
  }
}

describe('training from features', () => {
  test('gives the losses of training without, and reads the inputs once', async () => {
    const [seen, seenHeld] = [counted(train), counted(held)];
    const cached = await run({ validation: seenHeld.source }, { data: seen.source });
    const uncached = await plain({ validation: held });
    expectAlike(cached, uncached);
    expect(cached.notices).toMatchInlineSnapshot(`
      [
        "The frozen part of the network ends in \`relu2/Relu_1\` [24]: features of \`train\` are kept in memory, 56 KiB.",
        "The frozen part of the network ends in \`relu2/Relu_1\` [24]: features of \`held\` are kept in memory, 19 KiB.",
      ]
    `);
    // Every example once; a few to see what they are, and a second time.
    expect(seen.asked()).toBeLessThan(train.length + 10);
    expect(seenHeld.asked()).toBeLessThan(held.length + 10);
    const told = cached.events.flatMap((event) =>
      event.type === 'features' ? [`${event.source} ${event.done}`] : event.type === 'notice' ? ['notice'] : [],
    );
    expect(told.slice(8)).toEqual(['train 576', 'train 600', 'notice', 'held 64', 'held 128', 'held 192', 'held 200', 'notice']);
    expect(uncached.notices).toEqual([]);
  });

  test('of a partly frozen network goes up to where it is frozen', async () => {
    const partly = { freeze: ['conv', 'norm'], accumulate: 2, ema: 0.9, clipNorm: 1 } as const;
    const [cached, uncached] = [await run(partly), await plain(partly)];
    expectAlike(cached, uncached);
    expect(cached.notices).toMatchInlineSnapshot(`
      [
        "The frozen part of the network ends in \`flatten/Flatten_1\` [36]: features of \`train\` are kept in memory, 84 KiB.",
      ]
    `);
  });

  test('that were asked for by name and there are none of is told of', async () => {
    const whole = await run({ ...onDisk(), freeze: [], epochs: 1, validation: held });
    const behind = await run({ ...onDisk(), freeze: ['head'], epochs: 1 });
    const layers = [
      conv(2, 3, { name: 'conv', padding: 1 }),
      batchNorm({ name: 'norm' }),
      conv(32, 3, { name: 'more' }),
      flatten(),
      dense(10, { name: 'head' }),
    ];
    const early = createModel({ name: 'early', input: [1, 8, 8], layers });
    const followed = await run({ ...onDisk(), freeze: ['conv', 'norm', 'more'], batchNorm: 'train', epochs: 1 }, { model: early });
    expect([...whole.notices, ...behind.notices, ...followed.notices]).toMatchInlineSnapshot(`
      [
        "\`featureCache\`: no features are kept of \`train\`, since no part of the network is frozen.",
        "\`featureCache\`: no features are kept of \`train\`, since too little of the work comes before what learns or is drawn by chance.",
        "\`featureCache\`: no features are kept of \`train\`, since batch norm follows its batches, and too little of the work comes before it; \`batchNorm: 'frozen'\` would let features be kept.",
      ]
    `);
    expect((await run({ freeze: [] })).notices).toEqual([]);
  });

  test('whose labels only show on reading', async () => {
    const [cached, uncached] = [await run({}, { data: { ...train, labels: undefined } }), await plain()];
    expect(computed(cached)).toBe(true);
    expectAlike(cached, uncached);
    const from = onDisk();
    expect((await run(from, { data: { ...train, labels: undefined } })).hash).toBe(cached.hash);
    const again = await run(from, { data: { ...train, labels: undefined } });
    expect([again.hash, computed(again)]).toEqual([cached.hash, false]);
  });

  test('of a source that gives the same arrays again, or is a class', async () => {
    const [inputs, labels] = [new Float32Array(600 * 64), new Int32Array(600)];
    class Source implements ExampleSource {
      get name() {
        return 'train';
      }
      get length() {
        return train.length;
      }
      get inputShape() {
        return train.inputShape;
      }
      get inputDtype() {
        return train.inputDtype;
      }
      get classes() {
        return train.classes;
      }
      gather(at: ArrayLike<number>) {
        const given = train.gather(at);
        inputs.set(given.inputs.data as Float32Array);
        labels.set(given.labels as Int32Array);
        const data = inputs.subarray(0, at.length * 64) as Float32Array<ArrayBuffer>;
        return { inputs: { ...given.inputs, data }, labels: labels.subarray(0, at.length) };
      }
    }
    const own = await run({ validation: train });
    const again = await run({ validation: new Source() }, { data: new Source() });
    expect([again.hash, again.losses, again.scores]).toEqual([own.hash, own.losses, own.scores]);
    expect(again.notices[0]).toBe(own.notices[0]);
    const [without, plainOwn] = [await plain({ validation: new Source() }, { data: new Source() }), await plain({ validation: train })];
    expect([without.hash, without.scores]).toEqual([plainOwn.hash, plainOwn.scores]);
  });

  test('stops and goes on exactly, and a run without takes its checkpoints', async () => {
    const whole = await run({ validation: held });
    const checkpoints = { folder: join(root, 'run'), every: 5 };
    await run({ checkpoints, validation: held }, { stopAt: 17 });
    const resumed = await run({ checkpoints, validation: held });
    expect(resumed.events[0]).toMatchObject({ from: { update: 18 } });
    expect(resumed.hash).toBe(whole.hash);
    const other = { folder: join(root, 'other'), every: 5 };
    await plain({ checkpoints: other, validation: held }, { stopAt: 17 });
    const mixed = await run({ checkpoints: other, validation: held });
    expect(mixed.losses.at(-1)).toBeCloseTo(whole.losses.at(-1) as number, 4);
    expect(mixed.notices.at(-1)).toMatchInlineSnapshot(
      `"Features of the frozen part are read from a cache now, and were computed with each batch before: rounding differs then, and training carries it on, so the result may differ."`,
    );
    const done = await run({ checkpoints, validation: held });
    expect(done.events.map(({ type }) => type)).toEqual(['start', 'end']);
  });

  test('is not what a single epoch, or a network of which nothing is frozen, does', async () => {
    const once = await run({ epochs: 1 });
    expect([once.notices, computed(once)]).toEqual([[], false]);
    const free = await run({ freeze: [] });
    expect([free.notices, computed(free)]).toEqual([[], false]);
  });
});

test('what the option cannot be is refused', async () => {
  const wrong = [true, 'disk', { maxMib: 3 }, { maxMiB: 0 }, { folder: '' }];
  const refusal = (featureCache: unknown) =>
    run({ featureCache } as FitOptions).then(
      () => 'none',
      ({ message }: Error) => message,
    );
  expect((await Promise.all(wrong.map(refusal))).join('\n')).toMatchInlineSnapshot(`
    "\`featureCache\` is the boolean true, but must be 'auto', false, or an object, for instance \`{ folder: 'features' }\`.
    \`featureCache\` is the string 'disk', but must be 'auto', false, or an object, for instance \`{ folder: 'features' }\`.
    \`featureCache\`: there is no option \`maxMib\`; did you mean \`maxMiB\`?
    \`featureCache.maxMiB\` (=0) must be above 0.
    \`featureCache.folder\` (='') must name a folder; leave it out for the system's."
  `);
});

describe('no features are kept', () => {
  test('behind a dropout or a batch norm in training', async () => {
    const front = await run({ epochs: 2, batchNorm: 'train', freeze: ['conv', 'norm', 'hidden'] });
    const inner = await plain({ epochs: 2, batchNorm: 'train', freeze: ['conv', 'norm', 'hidden'] });
    // The convolution alone lies before the batch norm.
    expect(front.notices.join()).toContain('`conv/Conv_1`');
    expectAlike(front, inner);
  });

  test('of examples that come out otherwise each time, said or not', async () => {
    let time = 0;
    const noisy: ExampleSource = {
      ...train,
      gather: (indices) => {
        const { inputs, labels } = train.gather(indices);
        const data = (inputs.data as Float32Array<ArrayBuffer>).map((value) => value + 0.001 * time);
        time++;
        return { inputs: { ...inputs, data }, labels };
      },
    };
    const said = await run({ epochs: 2 }, { data: { ...noisy, varies: true } });
    const unsaid = await run({ epochs: 2 }, { data: noisy });
    expect([...said.notices, ...unsaid.notices]).toMatchInlineSnapshot(`
      [
        "Part of the network is frozen, but no features are kept of \`train\`, which gives examples otherwise each time.",
        "Part of the network is frozen, but no features are kept of \`train\`, which gives other inputs each time.",
      ]
    `);
    expect(time).toBeGreaterThan(2 * 26);
  });

  test('where a penalty looks into the step', async () => {
    const look = Object.assign(
      (g: Parameters<NonNullable<FitOptions['penalties']>[number]>[0], _: unknown, step: unknown) => g.scalar(step ? 0 : 1),
      {},
    );
    const { notices } = await run({ epochs: 2, penalties: [look] });
    expect(notices).toMatchInlineSnapshot(`
      [
        "Part of the network is frozen, but no features are kept of \`train\`: a penalty looks into the step.",
      ]
    `);
  });

  test('of what is not finite, which training without tells or passes over', async () => {
    const inputs = { ...train.inputs, data: Float32Array.from(train.inputs.data as Float32Array) };
    inputs.data[64 * 99] = Number.NaN;
    const spoilt: ExampleSource = { ...train, gather: (indices) => ({ ...digitsOf(inputs.data, indices), labels: train.gather(indices).labels }) };
    const spoiltRun = await run({}, { data: spoilt });
    expect(spoiltRun.notices).toMatchInlineSnapshot(`
      [
        "Part of the network is frozen, but no features are kept of \`train\`, which holds values that are not finite.",
      ]
    `);
    expect(spoiltRun.hash).toBe((await plain({}, { data: spoilt })).hash);
  });
});

function digitsOf(data: Float32Array<ArrayBuffer>, indices: ArrayLike<number>) {
  const rows = new Float32Array(indices.length * 64);
  Array.from(indices, (from, to) => rows.set(data.subarray(from * 64, (from + 1) * 64), to * 64));
  return { inputs: { dtype: 'float32', dims: [indices.length, 1, 8, 8], data: rows } as const };
}

describe('on disk', () => {
  test('a later training computes nothing, whatever its labels; other weights or inputs are others', async () => {
    const first = await run(onDisk());
    expect(first.notices).toMatchInlineSnapshot(`
      [
        "The frozen part of the network ends in \`relu2/Relu_1\` [24]: features of \`train\` are kept on disk, 56 KiB in <root>/cache.",
      ]
    `);
    expectAlike(first, await plain());
    const second = await run(onDisk());
    expect([second.hash, computed(second)]).toEqual([first.hash, false]);
    expect(second.notices).toMatchInlineSnapshot(`
      [
        "The frozen part of the network ends in \`relu2/Relu_1\` [24]: features of \`train\` of an earlier training are used, 56 KiB in <root>/cache.",
      ]
    `);
    const labels = (train.labels as Int32Array).map((label) => (label + 1) % 10);
    const relabelled = {
      ...train,
      labels,
      gather: (at: ArrayLike<number>) => ({ ...train.gather(at), labels: Int32Array.from(at, (i) => labels[i] as number) }),
    };
    const third = await run(onDisk(), { data: relabelled });
    expect([computed(third), third.hash === first.hash, entries().length]).toEqual([false, false, 1]);
    expectAlike(third, await plain({}, { data: relabelled }));
    expect(computed(await run(onDisk(), { model: deepModel(2) }))).toBe(true);
    // One that the sample of inputs leaves out.
    const inputs = { ...train.inputs, data: Float32Array.from(train.inputs.data as Float32Array) };
    inputs.data[64] = 0.5;
    const other: ExampleSource = { ...train, gather: (at) => ({ ...digitsOf(inputs.data, at), labels: train.gather(at).labels }) };
    const fourth = await run(onDisk(), { data: other });
    expect([computed(fourth), entries().length]).toEqual([true, 3]);
    expectAlike(fourth, await plain({}, { data: other }));
  });

  test('a damaged entry is computed anew', async () => {
    const first = await run(onDisk());
    const [name] = entries() as [string];
    const rows = join(root, 'cache', name, 'rows.bin');
    const damages = [
      () => {
        const content = readFileSync(rows);
        content.writeFloatLE(1, 4000);
        writeFileSync(rows, content);
      },
      () => truncateSync(rows, 100),
      () => writeFileSync(join(root, 'cache', name, 'entry.json'), '{'),
      () => rmSync(rows),
    ];
    for (const damage of damages) {
      damage();
      const again = await run(onDisk());
      expect([again.hash, computed(again)]).toEqual([first.hash, true]);
      expect(again.notices[0]).toBe('The features in <root>/cache/<hash>-<hash> are damaged; they are computed anew.');
      expect(entries()).toEqual([name]);
    }
    expect(computed(await run(onDisk()))).toBe(false);
  });

  test('what was not used for longest makes room, but what does not fit at all is not kept', async () => {
    // 600 rows of 24 numbers take 56 KiB.
    const bound = onDisk({ maxMiB: 0.12 });
    for (const seed of [1, 2]) await run({ ...bound, epochs: 1 }, { model: deepModel(seed) });
    const both = entries();
    expect(both).toHaveLength(2);
    for (const name of both) utimesSync(join(root, 'cache', name, 'entry.json'), 1000, 1000);
    expect(computed(await run({ ...bound, epochs: 1 }))).toBe(false);
    await run({ ...bound, epochs: 1 }, { model: deepModel(3) });
    expect(entries()).toHaveLength(2);
    expect(computed(await run({ ...bound, epochs: 1 }))).toBe(false);
    expect(computed(await run({ ...bound, epochs: 1 }, { model: deepModel(2) }))).toBe(true);
    const total = () => entries().reduce((sum, name) => sum + statSync(join(root, 'cache', name, 'rows.bin')).size, 0);
    expect(total()).toBeLessThanOrEqual(0.12 * 2 ** 20);
    // Both sources of one run do not make room for each other.
    const two = await run({ ...onDisk({ maxMiB: 0.06 }), epochs: 1, validation: held });
    expect(two.notices).toMatchInlineSnapshot(`
      [
        "The frozen part of the network ends in \`relu2/Relu_1\` [24]: features of \`train\` of an earlier training are used, 56 KiB in <root>/cache.",
        "Part of the network is frozen, but no features are kept of \`held\`: 19 KiB more would go beyond \`featureCache.maxMiB\`, 61 KiB in all.",
      ]
    `);
    const none = await run(onDisk({ maxMiB: 0.05 }), { model: deepModel(4) });
    expect(none.notices).toMatchInlineSnapshot(`
      [
        "Part of the network is frozen, but no features are kept of \`train\`: 56 KiB more would go beyond \`featureCache.maxMiB\`, 51 KiB in all.",
      ]
    `);
    expectAlike(none, await plain({}, { model: deepModel(4) }));
  });

  test('a bound that is lower than before holds for what lies there already', async () => {
    for (const seed of [1, 2, 3]) await run({ ...onDisk(), epochs: 1 }, { model: deepModel(seed) });
    expect(entries()).toHaveLength(3);
    // What this run uses stays, though it was the first; the others make room for it.
    const kept = await run({ ...onDisk({ maxMiB: 0.06 }), epochs: 1 });
    expect([computed(kept), entries().length]).toEqual([false, 1]);
    const dropped = await run({ ...onDisk({ maxMiB: 0.05 }), epochs: 1 });
    expect([computed(dropped), entries()]).toEqual([false, []]);
    expect(dropped.notices).toMatchInlineSnapshot(`
      [
        "The features in <root>/cache/<hash>-<hash> are removed: 56 KiB go beyond \`featureCache.maxMiB\`, 51 KiB in all.",
        "Part of the network is frozen, but no features are kept of \`train\`: 56 KiB more would go beyond \`featureCache.maxMiB\`, 51 KiB in all.",
      ]
    `);
    await run({ ...onDisk(), epochs: 1 });
    await run({ ...onDisk({ maxMiB: 0.05 }), epochs: 1 }, { model: deepModel(2) });
    expect(entries()).toEqual([]);
    // Of two sources that no longer fit together the first stays.
    await run({ ...onDisk(), epochs: 1, validation: held });
    const one = await run({ ...onDisk({ maxMiB: 0.06 }), epochs: 1, validation: held });
    expect([entries().length, one.notices]).toMatchInlineSnapshot(`
      [
        1,
        [
          "The frozen part of the network ends in \`relu2/Relu_1\` [24]: features of \`train\` of an earlier training are used, 56 KiB in <root>/cache.",
          "Part of the network is frozen, but no features are kept of \`held\`: 19 KiB more would go beyond \`featureCache.maxMiB\`, 61 KiB in all.",
        ],
      ]
    `);
  });

  test('a folder that cannot be written leaves the run without', async () => {
    writeFileSync(join(root, 'cache'), 'in the way');
    const { hash, notices } = await run(onDisk());
    expect(notices).toMatchInlineSnapshot(`
      [
        "Part of the network is frozen, but no features are kept of \`train\`. Could not write features into <root>/cache: ENOTDIR: not a directory. A file stands where a folder is needed; remove it or choose another folder.",
      ]
    `);
    expect(hash).toBe((await plain()).hash);
  });
});

test('whoever leaves while features are computed leaves no file open', async (context) => {
  if (!existsSync('/proc/self/fd')) return context.skip('only Linux lists open files');
  const open = () => readdirSync('/proc/self/fd').filter((file) => pathOf(`/proc/self/fd/${file}`).startsWith(root));
  const [model, options] = [deepModel(), { ...headOptions, ...onDisk() }];
  const { trainer: own } = await planOf(model, train, options);
  const trainer = await Trainer.open(model, own);
  try {
    const { featureCache: cache, epochs } = options;
    const caching = cacheFeatures({ model, trainer, options: own, cache, epochs, signal: undefined, memory: 0 }, [train, held]);
    for await (const event of caching) {
      if (event.type !== 'features' || event.source !== 'held') continue;
      // Rows to read, and rows that are written.
      expect(open()).toHaveLength(2);
      break;
    }
    expect(open()).toEqual([]);
  } finally {
    await trainer.close();
  }
});

/** Where a link leads; nowhere when it has just gone. */
function pathOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** Code for a process that trains with the cache in `root`; `each` sees its events. */
function child(each: string): string {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  return `import { deepModel, digits, headOptions } from ${url('../../../tests/support/frozen-problem.ts')};
    import { modelHash } from ${url('../../../tests/support/small-problem.ts')};
    import { fit } from ${url('../fit.ts')};
    const model = deepModel();
    for await (const event of fit(model, digits(0, 600), { ...headOptions, featureCache: { folder: ${JSON.stringify(join(root, 'cache'))} } })) { ${each} }
    process.stdout.write(modelHash(model));`;
}

describe('in several processes', () => {
  test('one that is killed half-way leaves nothing that is used, and nothing behind for long', async () => {
    const killed = await runModule(child("if (event.type === 'features') process.kill(process.pid, 'SIGKILL');"));
    expect(killed.signal).toBe('SIGKILL');
    expect(entries()).toHaveLength(1);
    expect(entries()[0]).toMatch(/^\.graft-new-/);
    const next = await run(onDisk());
    expect(computed(next)).toBe(true);
    expectAlike(next, await plain());
    expect(entries().filter((name) => name.startsWith('.'))).toEqual([]);
    expect(entries()).toHaveLength(1);
  });

  test('two that compute the same at once both train, and leave one result', async () => {
    // Each waits for the other to begin.
    const meet = `if (event.type === 'features' && event.done === 64) {
      const { readdirSync } = await import('node:fs');
      const names = () => readdirSync(${JSON.stringify(join(root, 'cache'))});
      while (names().length < 2 && names()[0].startsWith('.')) await new Promise((wake) => setTimeout(wake, 5));
    }`;
    const [a, b] = await Promise.all([runModule(child(meet)), runModule(child(meet))]);
    expect([a.stderr, b.stderr]).toEqual(['', '']);
    const { hash } = await run();
    expect([a.stdout, b.stdout]).toEqual([hash, hash]);
    expect(entries()).toHaveLength(1);
    expect(computed(await run(onDisk()))).toBe(false);
  });

  test('a disk that takes no more leaves the run without, and nothing behind', async (context) => {
    if (process.platform === 'win32') return context.skip('limits of file sizes are those of POSIX');
    const { execFileSync } = await import('node:child_process');
    const loader = new URL('../../../scripts/typescript.mjs', import.meta.url).href;
    const limited = 'ulimit -f 16; exec "$0" --import "$1" --input-type=module --eval "$2"';
    const code = child("if (event.type === 'notice') console.log(event.message);");
    const said = execFileSync('sh', ['-c', limited, process.execPath, loader, code], { encoding: 'utf8' }).replaceAll(root, '<root>').split('\n');
    expect(said[0]).toMatchInlineSnapshot(
      `"Part of the network is frozen, but no features are kept of \`train\`. Could not write features into <root>/cache: EFBIG: file too large, ftruncate. Files may not be so large here; raise the limit (\`ulimit -f\`) or choose another folder."`,
    );
    expect(said[1]).toBe((await plain()).hash);
    expect(existsSync(join(root, 'cache')) ? entries() : []).toEqual([]);
  });
});
