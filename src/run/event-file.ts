// What a run logs -> a file that TensorBoard shows: `events.out.tfevents.*`. Called by `fit` where it is asked for.
// https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto and framework/summary.proto: the numbers of fields are theirs.
import { appendFile, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Clock, wallClock } from '../core/clock.ts';
import { ioError } from '../train/durable.ts';
import type { LogEntry } from './run-folder.ts';
import { tfRecord } from './tf-record.ts';

/** A file of events that grows. */
export interface EventFile {
  readonly path: string;
  /** @throws GraftError `io`. */
  add(entry: LogEntry): Promise<void>;
}

/** A number by its name, at an update. */
interface Scalar {
  readonly tag: string;
  readonly value: number;
}

const NAME = 'events.out.tfevents.';
const VERSION = 'brain.Event:2';
/** `SessionLog.START`: a run goes on at this step, and what was written of later ones counts no more. */
const STARTED = 1;

/**
 * Begins a file in a run's folder. In one that has some already the run goes on: its first update is marked, so that TensorBoard shows no update twice.
 * @throws GraftError `io`.
 */
export async function eventFile(folder: string, clock: Clock = wallClock): Promise<EventFile> {
  const earlier = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(NAME)).length;
  const seconds = () => clock() / 1000;
  // TensorBoard reads the files of a folder in the order of their names.
  const path = join(folder, `${NAME}${String(Math.floor(seconds())).padStart(10, '0')}.${hostname()}.${process.pid}.${earlier}`);
  const append = (records: readonly Uint8Array[]) =>
    appendFile(path, Buffer.concat(records)).catch((cause) => {
      throw ioError(`write ${path}`, cause);
    });
  await append([record(seconds(), 0, (event) => event.tag(3, WireType.LengthDelimited).string(VERSION))]);
  let goesOn = earlier > 0;
  return {
    path,
    async add(entry) {
      const step = typeof entry.update === 'number' ? entry.update : 0;
      const mark = goesOn && entry.type === 'step';
      if (mark) goesOn = false;
      const values = scalarsOf(entry).filter(({ value }) => !Number.isNaN(value));
      await append([
        ...(mark
          ? [record(seconds(), step, (event) => event.tag(7, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(STARTED).join())]
          : []),
        ...(values.length > 0 ? [record(seconds(), step, (event) => summary(event, values))] : []),
      ]);
    },
  };
}

/** An `Event`: when, at which step, and what. */
function record(seconds: number, step: number, what: (event: BinaryWriter) => BinaryWriter): Uint8Array {
  const event = new BinaryWriter().tag(1, WireType.Bit64).double(seconds);
  if (step > 0) event.tag(2, WireType.Varint).int64(step);
  return tfRecord(what(event).finish());
}

function summary(event: BinaryWriter, values: readonly Scalar[]): BinaryWriter {
  event.tag(5, WireType.LengthDelimited).fork();
  for (const { tag, value } of values) {
    event.tag(1, WireType.LengthDelimited).fork();
    event.tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(value);
    event.join();
  }
  return event.join();
}

/** The numbers of a line of the log; TensorBoard puts those together whose names begin alike. */
function scalarsOf({ type, candidate, name, update: _, ...rest }: LogEntry): Scalar[] {
  const numbers = Object.entries(rest).flatMap(([key, value]) => (typeof value === 'number' ? [[key, value] as const] : []));
  const place = { step: candidate, evaluation: `${candidate}/validation`, candidate: `candidates/${name}`, rate: `${candidate}/rate`, end: 'result' }[type];
  return numbers.map(([key, value]) => ({ tag: `${place}/${key}`.replaceAll(' ', '_'), value }));
}
