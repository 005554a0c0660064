// What a run depends on, part by part: a checkpoint is taken up only by a run that agrees with it. Called by `fit`.
import { createHash } from 'node:crypto';
import type { ExampleSource, Examples, Pass } from '../data/dataset.ts';

/** What each part of a run is: options by name in backticks, with their values; hashes of all else. */
export type Fingerprint = Readonly<Record<string, string>>;

/** Examples of a source that its fingerprint reads: evenly spread, the first and the last among them. */
const PROBES = 64;

export function hashOf(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 32);
}

/** Bytes of a typed array, not copied. */
export function bytesOf({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Evenly spread examples that stand for all, as training sees them first: how they are changed by chance is part of what they are. */
export async function sampleOf(source: ExampleSource, pass: Pass = { epoch: 0 }): Promise<Examples> {
  const last = source.length - 1;
  const count = Math.min(PROBES, source.length);
  const indices = Int32Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * last) / (count - 1))));
  return source.gather(indices, pass);
}

/** Of a source's shape, of all labels that are at hand, and of a sample of its examples: reading them all could take longer than training does. */
export async function sourceHash(source: ExampleSource, pass?: Pass): Promise<string> {
  const { inputs, extras = {}, labels } = await sampleOf(source, pass);
  const values = labels instanceof Int32Array ? labels : labels?.data;
  const more = Object.values(extras).map(({ data }) => bytesOf(data));
  const { length, inputShape, inputDtype, classes } = source;
  const all = source.labels instanceof Int32Array ? source.labels : source.labels?.data;
  const labelled = [values, all].flatMap((part) => (part ? [bytesOf(part)] : []));
  return hashOf(JSON.stringify({ length, inputShape, inputDtype, classes }), bytesOf(inputs.data), ...more, ...labelled);
}

/** The parts in which two fingerprints differ, in words. */
export function differences(saved: Fingerprint, now: Fingerprint): string[] {
  const parts = [...new Set([...Object.keys(saved), ...Object.keys(now)])].filter((part) => saved[part] !== now[part]);
  // Options are told with their values; hashes would say nothing.
  return parts.map((part) => (part.startsWith('`') ? `${part} (${saved[part] ?? 'unset'}, now ${now[part] ?? 'unset'})` : part));
}
