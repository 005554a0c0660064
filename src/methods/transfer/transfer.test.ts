import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../../tests/support/small-problem.ts';
import { crossEntropy, focal } from '../../nn/losses/cross-entropy.ts';
import type { Loss } from '../../nn/losses/loss.ts';
import type { Model } from '../../nn/model.ts';
import { sourceHeadOf } from '../../nn/source-head.ts';
import { finish, fit } from '../../train/fit.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import { lora } from '../lora.ts';
import { defineStrategy, type Measuring } from '../strategy/strategy.ts';
import { type TransferEvent, type TransferOptions, transfer } from './transfer.ts';

const { train, test } = await smallDigits();
const base: FitOptions = { ...smallOptions, epochs: 2 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transfer-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('tells which phase its events belong to, and returns how the last one ended', async () => {
  const events: TransferEvent[] = [];
  const run = transfer(smallModel(), train, { strategy: 'lp-ft', fit: { ...base, validation: test } });
  let next = await run.next();
  for (; !next.done; next = await run.next()) events.push(next.value);
  const told = events
    .filter(({ type }) => type !== 'step')
    .map((event) => (event.type === 'phase' ? `${event.index + 1}/${event.of} ${event.name}` : event.type));
  expect(told).toEqual(['1/2 probe', 'start', 'epoch', 'evaluation', 'end', '2/2 fine-tune', 'start', 'epoch', 'evaluation', 'end']);
  expect(next.value).toBe(events.at(-1));
});

it('says what learns where the model has adapters already', async () => {
  const notices: string[] = [];
  for (const model of [lora(smallModel(), { rank: 2 }), smallModel()]) {
    for await (const event of transfer(model, train, { strategy: 'lp-ft', fit: base })) if (event.type === 'notice') notices.push(event.message);
  }
  expect(notices).toMatchInlineSnapshot(`
    [
      "Model \`small\` has adapters (\`lora\`): where strategy \`lp-ft\` trains shared layers, the adapters learn, and the weights beside them stay as they are. To train the weights, give the model that \`mergeAdapters\` makes.",
    ]
  `);
});

it('keeps the files of each phase apart', async () => {
  const fitOptions = { ...base, checkpoints: { folder: join(folder, 'run') }, log: join(folder, 'log.jsonl') };
  await finish(transfer(smallModel(), train, { strategy: 'lp-ft', fit: fitOptions }));
  expect((await readdir(folder)).sort()).toEqual(['log.fine-tune.jsonl', 'log.probe.jsonl', 'run']);
  expect((await readdir(join(folder, 'run'))).sort()).toEqual(['1-probe', '2-fine-tune', 'start.safetensors', 'transfer.json']);
  await finish(transfer(smallModel(), train, { strategy: 'full', fit: { ...base, epochs: 1, log: join(folder, 'log.jsonl') } }));
  expect(await readdir(folder)).toContain('log.jsonl');
});

it('leaves the model as it came when the loop is left early or a phase fails', async () => {
  const model = smallModel();
  const before = modelHash(model);
  let phases = 0;
  for await (const event of transfer(model, train, { strategy: 'lp-ft', fit: base })) {
    if (event.type === 'phase' && ++phases === 2) {
      expect(modelHash(model)).not.toBe(before);
      break;
    }
  }
  expect(modelHash(model)).toBe(before);
  const fails = defineStrategy({
    name: 'fails',
    paper: '',
    about: '',
    options: {},
    phases: (_model, _options, options) => [
      { name: 'good', options },
      { name: 'bad', options: { ...options, freeze: ['nothing'] } },
    ],
  });
  await expect(finish(transfer(model, train, { strategy: fails, fit: { ...base, epochs: 1 } }))).rejects.toThrow('has no group `nothing`');
  expect(modelHash(model)).toBe(before);
});

it('keeps the result when the loop is left at the last event', async () => {
  const [left, whole] = [smallModel(), smallModel()];
  for await (const event of transfer(left, train, { strategy: 'full', fit: base })) if (event.type === 'end') break;
  await finish(fit(whole, train, base));
  expect(modelHash(left)).toBe(modelHash(whole));
});

it('measures once from the same options, loss, data and model, and anew from others', async () => {
  const [asked, used]: [unknown[], unknown[]] = [[], []];
  const measuring = defineStrategy({
    name: 'measuring',
    about: '',
    paper: '',
    options: { share: { default: 1, help: '' } },
    measure: async function* (_model, { share }, _base, data): Measuring<readonly [number, number]> {
      asked.push(share);
      yield { type: 'measure', what: 'length', done: 1, of: 1 };
      return [share, data.length];
    },
    phases: (_model, _options, options, measured) => {
      used.push(measured);
      return [{ name: 'all', options }];
    },
  });
  const begin = async (share: number, data = train, model: Model = smallModel(), loss?: Loss) => {
    const events: string[] = [];
    const fitOptions = { ...base, checkpoints: { folder }, ...(loss && { loss }) };
    for await (const { type } of transfer(model, data, { strategy: measuring, options: { share }, fit: fitOptions })) {
      events.push(type);
      // Before there is a checkpoint that could be another run's.
      if (type === 'start') break;
    }
    return events;
  };
  expect(await begin(1)).toEqual(['measure', 'phase', 'start']);
  expect(await begin(1)).toEqual(['phase', 'start']);
  expect(await begin(2)).toEqual(['measure', 'phase', 'start']);
  expect(await begin(1, test)).toEqual(['measure', 'phase', 'start']);
  const sourceHead = sourceHeadOf(smallModel(2));
  expect(await begin(1, train, { ...smallModel(), ...(sourceHead && { sourceHead }) })).toContain('measure');
  expect(await begin(1)).not.toContain('measure');
  expect(await begin(1, train, smallModel(), crossEntropy())).not.toContain('measure');
  expect(await begin(1, train, smallModel(), crossEntropy({ labelSmoothing: 0.4 }))).toContain('measure');
  expect(await begin(1, train, smallModel(), focal())).toContain('measure');
  expect(await begin(1, train, smallModel(), focal({ gamma: 1 }))).toContain('measure');
  expect(asked).toEqual([1, 2, 1, 1, 1, 1, 1]);
  expect(used).toEqual([[1, 200], [1, 200], [2, 200], [1, 100], ...Array.from({ length: 6 }, () => [1, 200])]);
});

it('ends at once when it was done before, with the same result', async () => {
  const call: TransferOptions = { strategy: 'lp-ft', fit: { ...base, checkpoints: { folder } } };
  const model = smallModel();
  await finish(transfer(model, train, call));
  const done = modelHash(model);
  for (const again of [model, smallModel()]) {
    const types = [];
    for await (const { type } of transfer(again, train, call)) types.push(type);
    expect(types).not.toContain('step');
    expect(modelHash(again)).toBe(done);
  }
});

describe('refuses', () => {
  const call = (options: Partial<TransferOptions> = {}): TransferOptions => ({
    strategy: 'full',
    fit: { ...base, epochs: 1, checkpoints: { folder } },
    ...options,
  });
  const refused = (options: TransferOptions, message: string, model = smallModel()) =>
    expect(finish(transfer(model, train, options))).rejects.toThrow(message);

  it('unknown strategies and options', async () => {
    await refused(call({ strategy: 'lpft' as 'lp-ft' }), 'There is no strategy `lpft`; did you mean `lp-ft`?');
    await refused(call({ strategy: 'linear-probe' as 'full' }), 'There is no strategy `linear-probe`; did you mean `head-only`?');
    await refused(call({ strategy: 'head2toe' as 'full' }), 'There is no strategy `head2toe`; its head reads other values');
    await refused(call({ strategy: 'lora', options: { lora_alpha: 8 } }), 'there is no option `lora_alpha`; did you mean `alpha`?');
    await refused(call({ strategy: 'lp-ft', options: { prob: 0.5 } }), 'strategy `lp-ft`: there is no option `prob`; did you mean `probe`?');
  });

  it('a folder of another transfer, or one that was tampered with, and changes neither it nor the model', async () => {
    const model = smallModel();
    await finish(transfer(model, train, call()));
    const done = modelHash(model);
    await refused(
      call({ strategy: 'head-only' }),
      `${folder} holds a transfer by \`full\`, and this one is by \`head-only\`. Choose another folder.`,
    );
    await refused(
      call(),
      `${folder} holds a transfer that started from other values than model \`small\` has. Choose another folder.`,
      smallModel(7),
    );
    await refused(
      call({ fit: { ...base, checkpoints: { folder, resume: false } } }),
      `${folder} holds an earlier transfer. Remove it, choose another folder`,
    );
    const start = join(folder, 'start.safetensors');
    const bytes = await readFile(start);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    await writeFile(start, bytes);
    await refused(call(), `${start} is damaged: it does not have the checksum in ${join(folder, 'transfer.json')}.`, model);
    expect(modelHash(model)).toBe(done);
    await writeFile(join(folder, 'transfer.json'), '{"format":');
    await refused(call(), `${join(folder, 'transfer.json')} is damaged or of another version of Graft. Choose another folder.`);
  });
});
