// What a run logs -> a file that TensorBoard shows: `events.out.tfevents.*`. Called by `fit` where it is asked for.
import { appendFile, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Clock, wallClock } from '../core/clock.ts';
import { type Scalar, scalarsEvent, startEvent, versionEvent } from '../graph/event-proto.ts';
import { ioError } from '../train/durable.ts';
import type { LogEntry } from './run-folder.ts';
import { tfRecord } from './tf-record.ts';

/** A file of events that grows. */
export interface EventFile {
  readonly path: string;
  /** @throws GraftError `io`. */
  add(entry: LogEntry): Promise<void>;
}

const NAME = 'events.out.tfevents.';

/**
 * Begins a file in a run's folder. In one that has some already the run goes on: its first update is marked, so that TensorBoard shows no update twice.
 * @throws GraftError `io`.
 */
export async function eventFile(folder: string, clock: Clock = wallClock): Promise<EventFile> {
  const earlier = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(NAME)).length;
  const now = () => clock() / 1000;
  // TensorBoard reads the files of a folder in the order of their names.
  const path = join(folder, `${NAME}${String(Math.floor(now())).padStart(10, '0')}.${hostname()}.${process.pid}.${earlier}`);
  const append = (...events: readonly Uint8Array[]) =>
    appendFile(path, Buffer.concat(events.map(tfRecord))).catch((cause) => {
      throw ioError(`write ${path}`, cause);
    });
  await append(versionEvent({ seconds: now() }));
  let goesOn = earlier > 0;
  return {
    path,
    async add(entry) {
      const at = { seconds: now(), step: typeof entry.update === 'number' ? entry.update : 0 };
      const mark = goesOn && entry.type === 'step';
      if (mark) goesOn = false;
      const scalars = scalarsOf(entry).filter(({ value }) => !Number.isNaN(value));
      await append(...(mark ? [startEvent(at)] : []), ...(scalars.length > 0 ? [scalarsEvent(at, scalars)] : []));
    },
  };
}

/** The numbers of a line of the log; TensorBoard puts those together whose names begin alike. */
function scalarsOf({ type, candidate, name, update: _, ...rest }: LogEntry): Scalar[] {
  const numbers = Object.entries(rest).flatMap(([key, value]) => (typeof value === 'number' ? [[key, value] as const] : []));
  const places = {
    step: candidate,
    evaluation: `${candidate}/validation`,
    candidate: `candidates/${name}`,
    rate: `${candidate}/rate`,
    end: 'result',
  };
  return numbers.map(([key, value]) => ({ tag: `${places[type]}/${key}`.replaceAll(' ', '_'), value }));
}
