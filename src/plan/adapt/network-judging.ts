// What epochs of trainings left -> candidates, and a choice among them that sees no label of the target. Called by `adaptNetwork`, in the end and while methods are halved.
import { fail } from '../../core/errors.ts';
import { evenly } from '../../core/evenly.ts';
import type { ExampleSource, Pass } from '../../data/dataset.ts';
import { nearestRows } from '../../methods/domains/pieces/neighbours.ts';
import { observed } from '../../methods/networks/pieces/observed.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import type { WorkEvent } from '../events.ts';
import { type Choice, type Choosable, chosenWithout } from './choice.ts';
import { learntNothing } from './learnt-nothing.ts';
import type { AdaptFitOptions } from './network-given.ts';
import type { Checkpoint, Training } from './network-training.ts';
import { NEIGHBOURS, validatorRowsOf } from './rehearsal.ts';

/** What a network is after some epochs of a training. */
export interface NetworkCandidate extends Choosable {
  /** `dann, update 300`. */
  readonly name: string;
  /** Of the target's rows that are judged, `[M, classes]`. */
  readonly probabilities: Float64Array;
  /** Share of the source's rows that it tells rightly. */
  readonly sourceAccuracy: number | undefined;
}

/** Rows of each domain that candidates are judged on: validators compare all pairs of them. */
const MOST_ROWS = 2000;
/** How rows that vary by chance do for all candidates alike. */
const BY_CHANCE: Pass = { epoch: 0 };

/** What candidates are judged on. */
export interface Judging {
  /** Of the source alone. */
  readonly alone: Training;
  readonly source: ExampleSource;
  readonly target: ExampleSource;
  readonly base: AdaptFitOptions;
}

/** Candidates, the source's own first, and the choice among them. */
export interface Looked {
  readonly found: readonly { readonly candidate: NetworkCandidate; readonly checkpoint: Checkpoint }[];
  readonly choice: Choice<NetworkCandidate>;
  /** Rows of the target that were looked at. */
  readonly rows: Int32Array;
  /** That the source's own network has learnt nothing. */
  readonly warning: string | undefined;
}

/** Looks at what epochs left, beside the source's own network as it ended. */
export async function* lookedAt(epochs: readonly Checkpoint[], { alone, source, target, base }: Judging): AsyncGenerator<WorkEvent, Looked, void> {
  const rows = evenly(target.length, MOST_ROWS);
  const sourceRows = evenly(source.length, MOST_ROWS);
  const { labels } = await source.gather(sourceRows);
  const classes = alone.model.logits.shape[1] as number;
  const own = alone.checkpoints.at(-1) as Checkpoint;
  const found: { readonly candidate: NetworkCandidate; readonly checkpoint: Checkpoint }[] = [];
  const checkpoints = [own, ...epochs.filter((checkpoint) => checkpoint !== own)];
  let features: Awaited<ReturnType<typeof observed>>['features'] | undefined;
  let warning: string | undefined;
  for (const [i, checkpoint] of checkpoints.entries()) {
    if (base.signal?.aborted)
      fail('aborted', 'Adaptation was stopped while networks were judged. The same call with the same `fit.checkpoints` goes on from there.');
    yield { type: 'work', what: 'judging', done: i, of: checkpoints.length };
    const network = await checkpoint.restore();
    const told = argmaxRows((await observed(network, source, sourceRows, base)).probabilities, classes);
    if (checkpoint === own && labels instanceof Int32Array)
      warning = learntNothing(told, labels, 'The network trained on the source alone', 'the source');
    await checkpoint.settle();
    const seen = await observed(network, target, rows, base);
    features ??= seen.features;
    const sourceAccuracy = labels instanceof Int32Array ? accuracy(labels, told) : undefined;
    const changed = target.varies ? (await observed(network, target, rows, base, BY_CHANCE)).probabilities : undefined;
    found.push({ candidate: { name: checkpoint.name, probabilities: seen.probabilities, sourceAccuracy, changed }, checkpoint });
  }
  yield { type: 'work', what: 'judging', done: checkpoints.length, of: checkpoints.length };
  const candidates = found.map(({ candidate }) => candidate);
  const space = features as NonNullable<typeof features>;
  const rowsOfTarget = await validatorRowsOf(space, classes, await nearestRows(space, NEIGHBOURS), base.seed ?? 0);
  return { found, choice: chosenWithout(candidates, candidates[0] as NetworkCandidate, rowsOfTarget), rows, warning };
}
