// The log of a run that goes on: what will be told again is taken out, so that each line stands once, in the order of a run that was never stopped.
// Called by `fit`, `resume` and `resumeAdapt`.
import { readFile } from 'node:fs/promises';
import { writeFileDurably } from '../train/durable.ts';
import type { LogEntry, RunPaths } from './run-folder.ts';

/** Leaves the lines of training alone, some of which will not come again; all else will. @throws GraftError `io`. */
export async function reopenLog(paths: RunPaths): Promise<void> {
  const entries = await entriesOf(paths);
  if (entries.length > 0) await write(paths, entries.filter(isTraining));
}

/**
 * Takes out what a candidate's training, which goes on from `update`, will tell again, and puts what came before where it would stand had it not stopped: at the end.
 * @returns those lines. @throws GraftError `io`.
 */
export async function continueLog(paths: RunPaths, candidate: string, update: number): Promise<LogEntry[]> {
  const entries = await entriesOf(paths);
  const isOwn = (entry: LogEntry) => isTraining(entry) && entry.candidate === candidate;
  if (!entries.some(isOwn)) return [];
  const before = entries.filter((entry) => isOwn(entry) && Number(entry.update) <= update);
  await write(paths, [...entries.filter((entry) => !isOwn(entry)), ...before]);
  return before;
}

const isTraining = ({ type }: LogEntry) => type === 'step' || type === 'evaluation';

/** None where there is no log; without a last line that a crash cut off. */
async function entriesOf({ metrics }: RunPaths): Promise<LogEntry[]> {
  const text = await readFile(metrics, 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogEntry);
}

function write({ metrics }: RunPaths, entries: readonly LogEntry[]): Promise<void> {
  return writeFileDurably(metrics, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
