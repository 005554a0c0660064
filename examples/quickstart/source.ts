// The source model: trained once, kept with its checkpoints in the run's folder, and trained anew only where something that concerns it was changed.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dataset, fit, GraftError, type Model, progress, writeFileDurably } from 'graft-ml';
import { readCurve, type SourceCurve } from './curve.ts';
import { type Settings, sourceFit } from './settings.ts';

export interface SourceTraining {
  readonly folder: string;
  readonly settings: Settings;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** How it learnt, and the seconds that earlier processes spent on it. @returns `undefined` when this one was stopped. */
export async function trainSource(model: Model, images: Dataset, how: SourceTraining): Promise<(SourceCurve & { before: number }) | undefined> {
  try {
    return await trainOrGoOn(model, images, how);
  } catch (error) {
    if (!(error instanceof GraftError) || error.code !== 'invalid-checkpoint') throw error;
    how.print('The source model that was kept is of other settings, or damaged: it is trained anew.');
    await rm(join(how.folder, 'source'), { recursive: true, force: true });
    return trainOrGoOn(model, images, how);
  }
}

async function trainOrGoOn(model: Model, images: Dataset, { folder, settings, print, signal }: SourceTraining) {
  const own = join(folder, 'source');
  const log = join(own, 'log.jsonl');
  const before = await secondsIn(own);
  const started = performance.now();
  const options = { ...sourceFit(settings), checkpoints: { folder: own, every: 500 }, log, ...(signal && { signal }) };
  let kept = false;
  for await (const event of progress(fit(model, images, options), { unit: 'images' })) {
    if (event.type === 'start') kept = event.from.update === event.epochs * event.stepsPerEpoch;
    if (event.type === 'checkpoint') await keepSeconds(own, before + (performance.now() - started) / 1000);
    if (event.type === 'end' && event.reason === 'stopped') return undefined;
  }
  if (kept) print(`The source model was trained before; it lies in ${own}.`);
  return { ...(await readCurve(log)), before };
}

async function secondsIn(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'seconds.json'), 'utf8').catch(() => '0');
  return Number(JSON.parse(text));
}

function keepSeconds(folder: string, seconds: number): Promise<void> {
  return writeFileDurably(join(folder, 'seconds.json'), `${seconds}\n`);
}
