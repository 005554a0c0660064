import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { GraftError } from '../core/errors.ts';
import { dataset, type ExampleSource } from '../data/dataset.ts';
import { createModel } from '../nn/create-model.ts';
import { dense, flatten } from '../nn/layers/dense.ts';
import { listCheckpoints, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { FitEvent, FitResult } from './events.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './fit-options.ts';

const { train, test: held } = await smallDigits();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-resume-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Outcome {
  readonly hash: string;
  readonly events: readonly FitEvent[];
  readonly end: FitResult | undefined;
  /** Of the error, with the folder's name taken out. */
  readonly error: string | undefined;
}

const base = { ...smallOptions, validation: held, evaluateEvery: 10 } as const;

/** Trains the small model; stops after update `stopAt`. */
async function run(options: FitOptions, { stopAt = 0, model = smallModel(), data = train as ExampleSource } = {}): Promise<Outcome> {
  const abort = new AbortController();
  const events: FitEvent[] = [];
  let error: string | undefined;
  try {
    for await (const event of fit(model, data, { ...options, signal: abort.signal })) {
      events.push(event);
      if (event.type === 'step' && event.position.update === stopAt) abort.abort();
    }
  } catch (caught) {
    error = (caught as Error).message.replaceAll(root, '<root>');
  }
  const end = events.findLast((event) => event.type === 'end');
  return { hash: modelHash(model), events, end, error };
}
const notices = ({ events }: Outcome) => events.flatMap((event) => (event.type === 'notice' ? [event.message.replaceAll(root, '<root>')] : []));
const kept = (folder: string, options: Partial<FitOptions['checkpoints']> = {}) => ({
  ...base,
  checkpoints: { folder: join(root, folder), ...options },
});

test('a run stopped at any update and resumed has the weights, the losses and the best of one that was not', async () => {
  const whole = await run({ ...kept('whole'), log: join(root, 'whole.jsonl') });
  const steps = (events: readonly FitEvent[]) => events.flatMap((event) => (event.type === 'step' ? [[event.position, event.loss, event.lr]] : []));
  const rest = (log: string) =>
    readFileSync(join(root, log), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .flatMap(({ type, position, loss, accuracy, best }: Record<string, unknown>) =>
        ['step', 'epoch', 'evaluation'].includes(type as string) ? [{ type, position, loss, accuracy, best }] : [],
      );
  for (const stopAt of [1, 12, 13, 20, 38]) {
    const options = { ...kept(`cut${stopAt}`, { every: 9 }), log: join(root, `cut${stopAt}.jsonl`) };
    const first = await run(options, { stopAt });
    // The update that was asked for before the stop is finished too.
    expect(first.end).toMatchObject({ reason: stopAt === 38 ? 'completed' : 'stopped' });
    const second = await run(options);
    expect(second.hash).toBe(whole.hash);
    expect(second.end).toMatchObject({ reason: 'completed', best: whole.end?.best });
    const update = first.end?.position.update ?? 0;
    expect(steps(second.events)).toEqual(steps(whole.events).slice(update));
    expect(rest(`cut${stopAt}.jsonl`)).toEqual(rest('whole.jsonl'));
  }
  expect(notices(await run(kept('said'), { stopAt: 5 }))).toMatchInlineSnapshot(`
    [
      "Stopped after update 6 of 39 (epoch 1, step 6). Run the same again to go on from <root>/said/update-000000006.",
    ]
  `);
  expect(notices(await run(base, { stopAt: 5 }))).toMatchInlineSnapshot(`
    [
      "Stopped after update 6 of 39 (epoch 1, step 6). No checkpoint was kept, so a new run starts from the beginning; set \`checkpoints\` to be able to go on.",
    ]
  `);
});

test('a stopped run goes on in the same process, from the model it left', async () => {
  const whole = await run(kept('whole'));
  const model = smallModel();
  await run(kept('cut'), { stopAt: 17, model });
  expect(modelHash(model)).not.toBe(modelHash(smallModel()));
  const resumed = await run(kept('cut'), { model });
  expect(resumed.hash).toBe(whole.hash);
  const again = await run(kept('cut'), { model });
  expect(again.events.map(({ type }) => type)).toEqual(['start', 'end']);
  expect(again.hash).toBe(whole.hash);
});

test('the last K and the best are kept', async () => {
  const { events } = await run(kept('few', { every: 4, keep: 3 }));
  const improved = events.flatMap((event) => (event.type === 'evaluation' && event.best ? [event.position.update] : []));
  const last = [...new Set([36, 39, improved.at(-1) ?? 0, 32])].sort((a, b) => a - b).slice(-3);
  const bests = last.map((update) => improved.findLast((best) => best <= update) as number);
  expect(await listCheckpoints(join(root, 'few'))).toEqual([...new Set([...bests, ...last])].sort((a, b) => a - b));
});

test('a run with constant rate can be prolonged, exactly', async () => {
  const { schedule: _, ...constant } = base;
  const checkpoints = { folder: join(root, 'long') };
  await run({ ...constant, restoreBest: false, epochs: 2, checkpoints });
  const longer = await run({ ...constant, restoreBest: false, epochs: 3, checkpoints });
  expect(longer.events[0]).toMatchObject({ from: { epoch: 2, step: 0, update: 26 } });
  expect(longer.hash).toBe((await run({ ...constant, restoreBest: false, epochs: 3 })).hash);
});

test('checkpoints of another run are refused, and stay', async () => {
  await run(kept('run'), { stopAt: 20 });
  const before = readdirSync(join(root, 'run'));
  const other = createModel({ name: 'small', input: [1, 8, 8], layers: [flatten(), dense(10, { name: 'head' })] });
  const relabelled: ExampleSource = { ...train, gather: (at) => ({ ...train.gather(at), labels: Int32Array.from(at, () => 3) }) };
  // One that the sample of examples leaves out.
  const { name, inputs, normalisation, classes } = train;
  const labels = (train.labels as Int32Array).map((label, i) => (i === 1 ? (label + 1) % 10 : label));
  const oneLabel = dataset({ name, inputs, normalisation, classes, labels });
  const errors = [
    await run({ ...kept('run'), seed: 4 }),
    await run({ ...kept('run'), batchSize: 10 }),
    await run({ ...kept('run'), freeze: ['conv'] }),
    await run({ ...kept('run'), optimiser: { name: 'sgd' } }),
    await run({ ...kept('run'), epochs: 4 }),
    await run({ ...kept('run'), validation: train }),
    await run(kept('run'), { model: smallModel(2) }),
    await run(kept('run'), { model: other }),
    await run(kept('run'), { data: relabelled }),
    await run(kept('run'), { data: oneLabel }),
    await run(kept('run', { resume: false })),
  ].map(({ error, events }) => `${events.length} ${error}`);
  expect(errors.join('\n')).toMatchInlineSnapshot(`
    "0 <root>/run/update-000000020 is of another run. What differs: \`seed\` (3, now 4). Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: \`batchSize\` (8, now 10), the learning rate schedule. Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: the model or its loss, the model's initial values, the parameters that learn, and their rates. Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: \`optimiser\` (adamw, now sgd), \`beta1\` (0.9, now unset), \`beta2\` (0.999, now unset), \`epsilon\` (1e-8, now unset), \`weightDecay\` (0.01, now 0), \`momentum\` (unset, now 0), \`nesterov\` (unset, now false). Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: the learning rate schedule. Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: the validation data. Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: the model's initial values. Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: the model or its loss, the model's initial values, the parameters that learn, and their rates. Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: the training data. Choose another folder for this run, or remove those checkpoints.
    0 <root>/run/update-000000020 is of another run. What differs: the training data. Choose another folder for this run, or remove those checkpoints.
    0 <root>/run holds checkpoints of an earlier run (update 20). Remove them, choose another folder, or leave out \`resume: false\`."
  `);
  expect(readdirSync(join(root, 'run'))).toEqual(before);
});

test('a damaged checkpoint is passed over for the one before it, with the same end', async () => {
  const whole = await run(kept('whole'));
  const damage: Record<string, (file: (name: string) => string) => void> = {
    truncated: (file) => truncateSync(file('tensors.safetensors'), 100),
    altered: (file) => {
      const bytes = readFileSync(file('tensors.safetensors'));
      bytes[bytes.length - 5] = (bytes.at(-5) as number) ^ 1;
      writeFileSync(file('tensors.safetensors'), bytes);
    },
    'another position': (file) => writeFileSync(file('state.json'), readFileSync(file('state.json'), 'utf8').replace('"update": 2', '"update": 3')),
    'no state': (file) => {
      writeFileSync(file('state.json'), 'null');
      writeFileSync(file('state.sha256'), createHash('sha256').update('null').digest('hex'));
    },
    'without a state': (file) => rmSync(file('state.json')),
  };
  const said: string[] = [];
  for (const [name, spoil] of Object.entries(damage)) {
    await run(kept(name, { every: 8 }), { stopAt: 19 });
    const newest = (await listCheckpoints(join(root, name))).at(-1);
    expect(newest).toBe(20);
    spoil((file) => join(root, name, 'update-000000020', file));
    const resumed = await run(kept(name, { every: 8 }));
    expect(resumed.events[0]).toMatchObject({ from: { update: 16 } });
    expect(resumed.hash).toBe(whole.hash);
    expect(resumed.end?.best).toEqual(whole.end?.best);
    said.push(...notices(resumed));
  }
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "Checkpoint <root>/truncated/update-000000020 is damaged: tensors.safetensors does not have the checksum that state.json names. The one before it is used.
    Checkpoint <root>/altered/update-000000020 is damaged: tensors.safetensors does not have the checksum that state.json names. The one before it is used.
    Checkpoint <root>/another position/update-000000020 is damaged: state.json does not have the checksum in state.sha256. The one before it is used.
    Checkpoint <root>/no state/update-000000020 is damaged: state.json is no state of a run. The one before it is used.
    Checkpoint <root>/without a state/update-000000020 is damaged: state.json cannot be read (ENOENT: no such file or directory, open '<root>/without a state/update-000000020/state.json'). The one before it is used."
  `);
});

test('what stands behind a damaged checkpoint is replaced as the run goes on', async () => {
  const whole = await run(kept('whole'));
  await run(kept('cut', { every: 8, keep: 2 }), { stopAt: 31 });
  truncateSync(join(root, 'cut', 'update-000000032', 'tensors.safetensors'), 9);
  const resumed = await run(kept('cut', { every: 1, keep: 2 }), { stopAt: 31 });
  expect(resumed.events[0]).toMatchObject({ from: { update: 30 } });
  expect((await listCheckpoints(join(root, 'cut'))).slice(-2)).toEqual([30, 31]);
  expect((await run(kept('cut', { every: 4 }))).hash).toBe(whole.hash);
});

test('a run that is asked for less than it has done says so and stays', async () => {
  const { schedule: _, ...constant } = base;
  const checkpoints = { folder: join(root, 'long') };
  await run({ ...constant, restoreBest: false, epochs: 2, checkpoints });
  const shorter = await run({ ...constant, restoreBest: false, epochs: 1, checkpoints });
  expect(shorter.end).toMatchObject({ reason: 'completed', position: { update: 26 } });
  expect(notices(shorter)).toMatchInlineSnapshot(`
    [
      "The checkpoint is at update 26, beyond the 13 asked for: nothing is left to train.",
    ]
  `);
});

test('a log that others write too keeps their lines', async () => {
  const log = join(root, 'log.jsonl');
  const lines = () => readFileSync(log, 'utf8').trimEnd().split('\n');
  writeFileSync(log, 'a line of its own\n');
  await run({ ...kept('first', { every: 5 }), log }, { stopAt: 12 });
  const first = lines().length;
  await run({ ...kept('second'), seed: 4, log });
  const both = lines();
  await run({ ...kept('first', { every: 5 }), log });
  expect(lines().slice(0, both.length)).toEqual(both);
  expect(both[0]).toBe('a line of its own');
  expect(first).toBeGreaterThan(10);
  // One that was put in the log's place is not cut.
  await run({ ...kept('third', { every: 5 }), log }, { stopAt: 12 });
  writeFileSync(log, `${'x'.repeat(200_000)}\n`);
  await run({ ...kept('third', { every: 5 }), log });
  expect(lines()[0]).toHaveLength(200_000);
});

test('where no checkpoint is whole, nothing is trained anew in silence', async () => {
  await run(kept('run', { every: 100 }), { stopAt: 5 });
  for (const name of readdirSync(join(root, 'run'))) truncateSync(join(root, 'run', name, 'tensors.safetensors'), 9);
  expect((await run(kept('run'))).error).toMatchInlineSnapshot(
    `"Checkpoint <root>/run/update-000000006 is damaged: tensors.safetensors does not have the checksum that state.json names. <root>/run holds no whole checkpoint; remove it to start anew."`,
  );
});

test('a resume under other conditions says so', async () => {
  await run(kept('run'), { stopAt: 5 });
  const said = notices(await run({ ...kept('run'), threads: 2 }));
  expect(said).toMatchInlineSnapshot(`
    [
      "This run goes on under other conditions than it was saved (threads 1, now 2): rounding differs then, and training carries it on, so the result may differ.",
    ]
  `);
});

test('what a crash left half-written is no checkpoint, and is swept away', async () => {
  const whole = await run(kept('whole'));
  await run(kept('cut'), { stopAt: 17 });
  mkdirSync(join(root, 'cut', '.graft-new-update-000000026'));
  writeFileSync(join(root, 'cut', '.graft-new-update-000000026', 'tensors.safetensors'), 'half');
  expect((await run(kept('cut'))).hash).toBe(whole.hash);
  expect(readdirSync(join(root, 'cut')).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a folder serves one run at a time; the lock of a process that is gone is taken over', async () => {
  const first = fit(smallModel(), train, kept('one'));
  await first.next();
  expect((await run(kept('one'))).error).toMatchInlineSnapshot(
    `"<root>/one is in use by another run of this process. Wait for its end, choose another folder, or remove <root>/one/lock.json if it is no run of Graft."`,
  );
  await first.return(undefined as never);
  expect((await run(kept('one'))).end?.reason).toBe('completed');
  const lock = join(root, 'two', 'lock.json');
  mkdirSync(join(root, 'two'));
  writeFileSync(lock, JSON.stringify({ pid: process.ppid, host: hostname() }));
  expect((await run(kept('two'))).error?.replace(String(process.ppid), '<pid>')).toMatchInlineSnapshot(
    `"<root>/two is in use by process <pid>. Wait for its end, choose another folder, or remove <root>/two/lock.json if it is no run of Graft."`,
  );
  const gone = spawnSync(process.execPath, ['--eval', '']).pid;
  writeFileSync(lock, JSON.stringify({ pid: gone, host: hostname() }));
  expect((await run(kept('two'))).end?.reason).toBe('completed');
  expect(readdirSync(join(root, 'two'))).not.toContain('lock.json');
});

/** A file system of so many bytes, where this user may mount one. */
function smallDisk(bytes: number): { folder: string; free: () => number; unmount: () => void } | undefined {
  const folder = join(root, 'disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const free = () => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  return { folder, free, unmount: () => execFileSync('umount', [folder]) };
}

test('a full disk ends the run with a clear error and leaves the earlier checkpoint whole', async (context) => {
  const disk = smallDisk(512 * 1024);
  if (!disk) return context.skip('this user may not mount a file system');
  try {
    const folder = join(disk.folder, 'run');
    const options = { ...base, checkpoints: { folder, every: 4 } };
    await run(options, { stopAt: 9 });
    const before = (await listCheckpoints(folder)).at(-1);
    writeFileSync(join(disk.folder, 'filler'), new Uint8Array(disk.free() - 8192));
    const full = await run(options);
    expect(full.error).toMatchInlineSnapshot(
      `"Could not write <root>/disk/run/update-000000012: ENOSPC: no space left on device, write. The disk is full; free some space or choose another folder."`,
    );
    expect(full.hash).toBe(modelHash(smallModel()));
    expect((await listCheckpoints(folder)).at(-1)).toBe(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    rmSync(join(disk.folder, 'filler'));
    expect((await run(options)).hash).toBe((await run(base)).hash);
  } finally {
    disk.unmount();
  }
});

test('a write that is cut off half-way ends the run with a clear error and leaves the earlier checkpoint whole', async (context) => {
  if (process.platform === 'win32') return context.skip('limits of file sizes are those of POSIX');
  const folder = join(root, 'limited');
  const options = { ...base, checkpoints: { folder, every: 4 } };
  await run(options, { stopAt: 9 });
  const before = await listCheckpoints(folder);
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `import { smallDigits, smallModel, smallOptions } from ${url('../../tests/support/small-problem.ts')};
    import { finish, fit } from ${url('./fit.ts')};
    const { train, test: validation } = await smallDigits();
    const options = { ...smallOptions, validation, evaluateEvery: 10, checkpoints: { folder: ${JSON.stringify(folder)}, every: 4 } };
    await finish(fit(smallModel(), train, options)).then(() => console.log('no error'), (error) => console.log(error.code + ' ' + error.message));`;
  const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href;
  const limited = 'ulimit -f 8; exec "$0" --import "$1" --input-type=module --eval "$2"';
  const said = execFileSync('sh', ['-c', limited, process.execPath, loader, code], { encoding: 'utf8' });
  expect(said.replaceAll(root, '<root>').trim()).toMatchInlineSnapshot(
    `"io Could not write <root>/limited/update-000000012: EFBIG: file too large, write. Files may not be so large here; raise the limit (\`ulimit -f\`) or choose another folder."`,
  );
  expect(await listCheckpoints(folder)).toEqual(before);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  expect((await run(options)).hash).toBe((await run(base)).hash);
});

test('a folder that cannot be written at the end is told about as it is, and can be used again', async () => {
  const folder = join(root, 'run');
  const options = { ...base, checkpoints: { folder, every: 1000 } };
  let caught: unknown;
  try {
    for await (const event of fit(smallModel(), train, options)) {
      if (event.type !== 'step' || event.position.update !== 20) continue;
      rmSync(folder, { recursive: true });
      writeFileSync(folder, 'in the way');
    }
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(GraftError);
  expect((caught as GraftError).code).toBe('io');
  expect((caught as Error).message.replaceAll(root, '<root>')).toMatchInlineSnapshot(
    `"Could not write <root>/run/update-000000020: EEXIST: file already exists, mkdir '<root>/run'. A file stands where a folder is needed; remove it or choose another folder."`,
  );
  rmSync(folder);
  expect((await run(options)).end?.reason).toBe('completed');
});

test('what is not finite is never saved, and never gone on from: the checkpoint before it stays', async () => {
  const folder = join(root, 'far');
  const steep = (step: number) => ({
    ...base,
    clipNorm: 1e30,
    schedule: (at: number) => (at === step ? 1e42 : 1),
    checkpoints: { folder, every: 5 },
  });
  const { error, hash } = await run(steep(17));
  expect(error).toMatchInlineSnapshot(
    `"Training stopped at update 18 (epoch 2, step 5), which left -Infinity in 72 of the 72 values [8, 1, 3, 3] of parameter \`conv.weight\`. Try a lower \`lr\`, \`clipNorm\`, or inputs of smaller scale. The last good checkpoint is <root>/far/update-000000015."`,
  );
  expect(hash).toBe(modelHash(smallModel()));
  expect((await listCheckpoints(folder)).at(-1)).toBe(15);
  // One that an earlier version left is passed over.
  const spoilt = join(folder, 'update-000000015');
  const { run: state, engine } = (await loadCheckpoint(folder, () => {})) ?? expect.fail('no checkpoint');
  engine.parameters[3] = Number.NaN;
  rmSync(spoilt, { recursive: true });
  await saveCheckpoint(folder, state, engine, 2);
  const said: string[] = [];
  expect((await loadCheckpoint(folder, (message) => said.push(message.replaceAll(root, '<root>'))))?.run.position.update).toBe(10);
  expect(said.join('\n')).toMatchInlineSnapshot(
    `"Checkpoint <root>/far/update-000000015 cannot be used: 1 of the values in \`parameters\` are NaN or alike."`,
  );
});
