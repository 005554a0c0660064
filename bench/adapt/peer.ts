// skada and ADAPT on the very features that Graft adapts on, each in a process of its own: peer.py. Called by bench.ts.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '../../src/core/tensor.ts';
import { accuracy } from '../../src/index.ts';
import type { FeatureView } from '../../src/plan/adapt/view.ts';
import { python } from '../timed/steppers.ts';

const script = fileURLToPath(new URL('peer.py', import.meta.url));

/** What is adapted to what, and the rows that are scored where these are others than the target's. */
export interface PeerTask {
  readonly view: FeatureView;
  readonly labels: Int32Array;
  readonly held?: Tensor<'float32'> | undefined;
  /** Of the scored rows: for scoring alone. */
  readonly scored: Int32Array;
}

/** What a peer came to. */
export interface PeerSide {
  readonly peer: string;
  /** Accuracy of each of its methods. */
  readonly accuracies: Readonly<Record<string, number>>;
  /** What its own scorer takes without labels, and how good that is. */
  readonly chosen: string;
  readonly labelFree: number;
  /** All of it: as for Graft, adapting by every method and choosing. */
  readonly seconds: number;
  /** What failed, with its error. */
  readonly failed: Readonly<Record<string, string>>;
}

interface Answer {
  readonly answers: Readonly<Record<string, { readonly classes: readonly number[]; readonly seconds: number; readonly choosing?: number }>>;
  readonly chosen: string;
  readonly failed: Readonly<Record<string, string>>;
}

/** By the peer's name, versions of what it is made of; of those that this Python has. */
export const peerVersions = foundVersions();

function foundVersions(): Record<string, Record<string, string>> {
  try {
    const told = execFileSync(python, [script, 'versions'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return JSON.parse(told) as Record<string, Record<string, string>>;
  } catch {
    return {};
  }
}

export function peerSide(peer: string, { view, labels, held, scored }: PeerTask): PeerSide {
  const folder = mkdtempSync(join(tmpdir(), 'graft-adapt-peer-'));
  try {
    const parts = { source: view.sources, target: [view.target], ...(held && { held: [held] }) };
    const files = Object.entries(parts).map(([name, tensors]) => {
      const file = join(folder, `${name}.f32`);
      writeFileSync(file, Buffer.concat(tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))));
      return [name, file];
    });
    const [asked, answered] = [join(folder, 'asked.json'), join(folder, 'answer.json')];
    // Words are all in the same units: to bring each to deviation 1 costs them, and Graft does not either.
    const standardised = view.units !== 'shared';
    writeFileSync(
      asked,
      JSON.stringify({ peer, width: view.target.dims[1], labels: Array.from(labels), standardised, files: Object.fromEntries(files) }),
    );
    execFileSync(python, [script, 'run', asked, answered], { stdio: ['ignore', 'inherit', 'pipe'], maxBuffer: 2 ** 26 });
    const { answers, chosen, failed } = JSON.parse(readFileSync(answered, 'utf8')) as Answer;
    const accuracies = Object.fromEntries(Object.entries(answers).map(([name, { classes }]) => [name, accuracy(scored, Int32Array.from(classes))]));
    const seconds = Object.values(answers).reduce((sum, { seconds: fitting, choosing = 0 }) => sum + fitting + choosing, 0);
    return { peer, accuracies, chosen, labelFree: accuracies[chosen] ?? Number.NaN, seconds, failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
