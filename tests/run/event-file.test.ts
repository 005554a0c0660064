// Files for TensorBoard, read back by the checksums of RFC 3720 and the numbers of fields alone.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { afterAll, describe, expect, it } from 'vitest';
import { eventFile } from '../../src/run/event-file.ts';
import { crc32c, tfRecord } from '../../src/run/tf-record.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-events-'));
afterAll(() => rmSync(root, { recursive: true }));

/** The bytes in the records of a file, by their lengths. */
function contents(path: string): Uint8Array[] {
  const bytes = readFileSync(path);
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const content = bytes.subarray(at + 12, at + 12 + Number(bytes.readBigUInt64LE(at)));
    expect(Buffer.from(tfRecord(content)).equals(bytes.subarray(at, at + content.length + 16))).toBe(true);
    found.push(content);
    at += content.length + 16;
  }
  return found;
}

type Message = Readonly<Record<number, unknown>>;

/** Fields by their numbers: those that hold messages are read as such where `nested` says so. */
function fields(bytes: Uint8Array, nested: readonly number[]): Message[] {
  const reader = new BinaryReader(bytes);
  const list: Message[] = [];
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const value = wire === 0 ? Number(reader.int64()) : wire === 1 ? reader.double() : wire === 5 ? reader.float() : reader.bytes();
    const [next, ...others] = nested;
    const inner =
      value instanceof Uint8Array && next === number ? fields(value, others) : value instanceof Uint8Array ? Buffer.from(value).toString() : value;
    list.push({ [number]: inner });
  }
  return list;
}

describe('checksums', () => {
  it('are those of RFC 3720, B.4', () => {
    const cases: [Uint8Array, number][] = [
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(255), 0x62a8ab43],
      [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
      [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
      [Buffer.from('123456789'), 0xe3069283],
    ];
    for (const [bytes, crc] of cases) expect(crc32c(bytes)).toBe(crc);
  });

  it('make the beginning that every event file of TensorFlow has', async () => {
    const { path } = await eventFile(mkdtempSync(join(root, 'first-')), () => 1_700_000_000_000);
    expect(readFileSync(path).subarray(0, 13).toString('hex')).toBe('1800000000000000a37f4b2209');
    expect(basename(path)).toMatch(/^events\.out\.tfevents\.1700000000\..+\.0$/);
  });
});

it('holds what the log does, and one of a run that goes on takes the place of the one before', async () => {
  const folder = mkdtempSync(join(root, 'run-'));
  const clock = () => 1_700_000_000_500;
  const first = await eventFile(folder, clock);
  await first.add({ type: 'candidate', name: 'linear model', about: 'words', metric: 0.5, loss: 1 });
  await first.add({ type: 'step', candidate: 'network', update: 7, loss: 0.25, lr: 0.5 });
  await first.add({ type: 'evaluation', candidate: 'network', update: 7, loss: 2, accuracy: 0.75 });
  const time = { 1: 1_700_000_000.5 };
  const scalar = (tag: string, value: number) => ({ 1: [{ 1: tag }, { 2: value }] });
  expect(contents(first.path).map((bytes) => fields(bytes, [5, 1]))).toEqual([
    [time, { 3: 'brain.Event:2' }],
    [time, { 5: [scalar('candidates/linear_model/metric', 0.5), scalar('candidates/linear_model/loss', 1)] }],
    [time, { 2: 7 }, { 5: [scalar('network/loss', 0.25), scalar('network/lr', 0.5)] }],
    [time, { 2: 7 }, { 5: [scalar('network/validation/loss', 2), scalar('network/validation/accuracy', 0.75)] }],
  ]);
  const second = await eventFile(folder, () => clock() + 5000);
  expect([first.path, second.path].toSorted()).toEqual([first.path, second.path]);
  expect(readdirSync(folder)).toEqual([basename(second.path)]);
  await second.add({ type: 'candidate', name: 'linear model', skipped: 'time' });
  await second.add({ type: 'step', candidate: 'network', update: 5, loss: 0.5, lr: 0.5 });
  await second.add({ type: 'step', candidate: 'network', update: 6, loss: Number.NaN });
  await second.add({ type: 'end', accuracy: 1, 'macro F1': 0.5 });
  const later = { 1: 1_700_000_005.5 };
  expect(contents(second.path).map((bytes) => fields(bytes, [5, 1]))).toEqual([
    [later, { 3: 'brain.Event:2' }],
    [later, { 7: '\b\u0001' }],
    [later, { 2: 5 }, { 5: [scalar('network/loss', 0.5), scalar('network/lr', 0.5)] }],
    [later, { 5: [scalar('result/accuracy', 1), scalar('result/macro_F1', 0.5)] }],
  ]);
});
