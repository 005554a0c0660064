// What a run logs -> a file that TensorBoard shows: `events.out.tfevents.*`. Called by `fit` where it is asked for.
import { appendFile, readdir, rm } from 'node:fs/promises';
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
 * Begins a file in a run's folder. In one that has some already the run goes on: the new file is for all of it, and takes their place.
 * @throws GraftError `io`.
 */
export async function eventFile(folder: string, clock: Clock = wallClock): Promise<EventFile> {
  const earlier = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(NAME));
  const now = () => clock() / 1000;
  // TensorBoard reads the files of a folder in the order of their names.
  const path = join(folder, `${NAME}${String(Math.floor(now())).padStart(10, '0')}.${hostname()}.${process.pid}.${earlier.length}`);
  const append = (...events: readonly Uint8Array[]) =>
    appendFile(path, Buffer.concat(events.map(tfRecord))).catch((cause) => {
      throw ioError(`write ${path}`, cause);
    });
  // A TensorBoard that is open forgets what it has read at such a start.
  await append(versionEvent({ seconds: now() }), ...(earlier.length > 0 ? [startEvent({ seconds: now() })] : []));
  for (const name of earlier) await rm(join(folder, name), { force: true });
  return {
    path,
    async add(entry) {
      const at = { seconds: now(), step: typeof entry.update === 'number' ? entry.update : 0 };
      const scalars = scalarsOf(entry).filter(({ value }) => !Number.isNaN(value));
      if (scalars.length > 0) await append(scalarsEvent(at, scalars));
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
