// Finished target models of a quick start that did not come to its end, one file each, so that the next one goes on with the rest.
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Model, stateOf, VERSION, writeFileDurably } from 'graft-ml';
import type { Outcome } from './result.ts';
import { type Settings, targetFit, type Way } from './settings.ts';

/** Hash of all that a target model's outcome depends on. */
export function keyOf(source: Model, { name: _, ...way }: Way, settings: Settings, seed: number): string {
  const hash = createHash('sha256').update(JSON.stringify([VERSION, way, settings.labelsPerClass, targetFit(settings, seed)]));
  for (const [id, { data }] of stateOf(source)) hash.update(id).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

/** @returns `undefined` where there is none, or one of other settings. */
export async function readKept(folder: string, name: string, seed: number, key: string): Promise<Outcome | undefined> {
  const text = await readFile(pathOf(folder, name, seed), 'utf8').catch(() => undefined);
  const kept = text === undefined ? undefined : (JSON.parse(text) as { key: string; outcome: Outcome });
  if (kept?.key !== key) return undefined;
  const { labels, predictions, ...rest } = kept.outcome;
  return { ...rest, labels: Int32Array.from(labels), predictions: Int32Array.from(predictions) };
}

export function keep(folder: string, outcome: Outcome, key: string): Promise<void> {
  const plain = { ...outcome, labels: [...outcome.labels], predictions: [...outcome.predictions] };
  return writeFileDurably(pathOf(folder, outcome.name, outcome.seed), `${JSON.stringify({ key, outcome: plain })}\n`);
}

/** Once they are all in the result. */
export function forget(folder: string): Promise<void> {
  return rm(join(folder, 'target'), { recursive: true, force: true });
}

function pathOf(folder: string, name: string, seed: number): string {
  return join(folder, 'target', `${name.replaceAll(' ', '-')}.${seed}.json`);
}
