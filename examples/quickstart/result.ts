// The numbers of a quick start: what result.json holds.
import { cpus } from 'node:os';
import { type Summary, summarise, VERSION } from 'graft-ml';
import type { SourceCurve } from './curve.ts';
import type { Settings } from './settings.ts';

export interface Source extends SourceCurve {
  readonly testAccuracy: number;
  readonly testImages: number;
}

/** One target model. */
export interface Outcome {
  readonly name: string;
  readonly seed: number;
  /** On the target's test images, after the last epoch. */
  readonly accuracy: number;
  /** Of the best evaluation. */
  readonly oracle: number;
  readonly curve: { readonly x: readonly number[]; readonly y: readonly number[] };
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  /** That it took. */
  readonly seconds: number;
}

export interface TargetResult extends Summary {
  /** By seed, in the order of `seeds`. */
  readonly values: readonly number[];
  readonly oracle: Summary;
  /** Percentage points between this mean and that of the models trained from scratch. */
  readonly overScratch: number;
}

export interface Result {
  readonly source: { readonly testAccuracy: number };
  readonly target: Readonly<Record<string, TargetResult>>;
  /** Of the source's training. */
  readonly imagesPerSecond: number;
  /** That all parts of this result took, in however many processes; installation, build and work that was stopped half-way are not in it. */
  readonly seconds: number;
  readonly seeds: readonly number[];
  readonly labelsPerClass: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: { readonly cpu: string; readonly processors: number };
}

export function summary(source: Source, outcomes: readonly Outcome[], { seeds, labelsPerClass }: Settings, seconds: number): Result {
  const of = (name: string) => outcomes.filter((outcome) => outcome.name === name);
  const scratch = summarise(of('scratch').map(({ accuracy }) => accuracy)).mean;
  const target = Object.fromEntries(
    [...new Set(outcomes.map(({ name }) => name))].map((name): [string, TargetResult] => {
      const values = of(name).map(({ accuracy }) => accuracy);
      const all = summarise(values);
      return [name, { ...all, values, oracle: summarise(of(name).map(({ oracle }) => oracle)), overScratch: 100 * (all.mean - scratch) }];
    }),
  );
  return {
    source: { testAccuracy: source.testAccuracy },
    target,
    imagesPerSecond: source.imagesPerSecond,
    seconds,
    seeds,
    labelsPerClass,
    versions: { graft: VERSION, node: process.version },
    machine: { cpu: cpus()[0]?.model ?? 'unknown', processors: cpus().length },
  };
}
