// What linear models found on a pretrained network's features -> the network itself adapted, and taken only where it looks better without a label. Called by `adaptData`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from '../../core/errors.ts';
import { pinned } from '../../methods/domains/pieces/known.ts';
import { type Mismatch, mismatchOf } from '../../methods/domains/pieces/mismatch.ts';
import type { Model } from '../../nn/model.ts';
import type { DataFitEvent } from '../events.ts';
import { STEP_PASSES } from '../pretrained.ts';
import type { FitDataContext } from '../run.ts';
import { standardised, standardOf } from '../standardise.ts';
import type { FeatureAdaptation } from './adapt-features.ts';
import type { AdaptOptions } from './adapt-options.ts';
import type { AdaptedCandidate } from './candidates.ts';
import { type Choice, chosenWithout, collapses } from './choice.ts';
import type { TuningMethodName } from './learner.ts';
import type { MethodOptions } from './method-options.ts';
import { type SeenByNetwork, type TunedEpoch, type Tuning, type TuningRows, tunedNetwork } from './tuned-network.ts';

/** What {@link adaptBackbone} is given. */
export interface BackboneAdapting {
  readonly view: Tuning['view'];
  readonly classes: readonly string[];
  /** Of all sources' rows. */
  readonly labels: Int32Array;
  readonly targets: number;
  /** What the linear models came to. */
  readonly adapted: FeatureAdaptation;
  /** `auto`: by self-training, rehearsed on the source first, and taken only where it looks better. */
  readonly method: 'auto' | TuningMethodName;
  /** Its own. */
  readonly methodOptions: MethodOptions;
  readonly options: AdaptOptions;
  readonly secondsLeft: () => number;
  readonly context: FitDataContext & Required<Pick<FitDataContext, 'clock'>>;
}

/** What training the network itself came to. */
export interface BackboneAdaptation {
  /** The linear models' choice, and epochs of the network, the last one last. */
  readonly choice: Choice<AdaptedCandidate>;
  readonly epochs: readonly AdaptedCandidate[];
  /** Left out where the linear models' choice stays. */
  readonly taken?: TakenNetwork;
}

/** The network that was chosen. */
export interface TakenNetwork {
  readonly model: Model;
  readonly seen: SeenByNetwork;
  /** Distances of source and target in what its head reads, in units of the source. */
  readonly mismatch: Mismatch;
}

/** Epochs at most, and of a method that was asked for by name at least. */
const [MOST_EPOCHS, FEWEST_BY_NAME] = [3, 2];
/** Passes of a step over both domains at once, for one over one of them. */
const BOTH = 2;

/**
 * Where the method is `auto`, half of the source is adapted to its other half first, with labels of that half known for the choice alone: what falls behind there is
 * not trained on the target.
 * @returns nothing where it was not tried; an event says why.
 * @throws GraftError `aborted` when the signal says so; all that `fit` throws.
 */
export async function* adaptBackbone(given: BackboneAdapting): AsyncGenerator<DataFitEvent, BackboneAdaptation | undefined, void> {
  const { view, classes, labels, targets, adapted, methodOptions, options, context } = given;
  const { remember = async (_, decide) => decide(), checkpoints, signal, clock } = context;
  const method = given.method === 'auto' ? 'self-training' : given.method;
  const rehearses = given.method === 'auto';
  const { chosen } = adapted.choice;
  const { halves, rehearsed, head, rehearsedHead } = adapted.ground;
  const learnt = method === 'self-training' ? labels.length + targets : BOTH * labels.length;
  const epochSeconds = view.network.passSeconds * STEP_PASSES * (learnt + (rehearses ? labels.length : 0));
  const least = rehearses && options.train !== 'network' ? 0 : FEWEST_BY_NAME;
  const epochs = await remember(
    'epochs',
    () => options.epochs || Math.max(least, Math.min(MOST_EPOCHS, Math.floor(given.secondsLeft() / epochSeconds))),
  );
  const about = 'the whole network, from the linear models on';
  if (epochs === 0) {
    yield {
      type: 'candidate',
      result: { name: `${method} of the network`, about, skipped: `an epoch takes about ${Math.ceil(epochSeconds)} s, too long for \`time\`` },
    };
    return undefined;
  }
  const folder = checkpoints ?? (await mkdtemp(join(tmpdir(), 'graft-adapt-')));
  const tuning: Tuning = { view, classes, method, methodOptions, epochs, seed: options.seed, threads: options.threads, folder, clock, signal };
  try {
    let tried: TunedEpoch[] = [];
    if (rehearses) {
      const rows: TuningRows = {
        name: 'rehearsal',
        labelled: halves.unlike,
        labels: halves.unlike.map((row) => labels[row] as number),
        unlabelled: halves.like,
        said: chosen.rehearsed ?? fail('internal', `Candidate \`${chosen.name}\` was not rehearsed.`),
        head: await rehearsedHead(),
      };
      tried = yield* tunedNetwork(tuning, rows);
      const outs = collapses(
        tried.map(({ name, probabilities }) => ({ name, probabilities, rehearsed: probabilities })),
        { name: chosen.name, probabilities: chosen.rehearsed as Float64Array, rehearsed: chosen.rehearsed },
        classes.length,
        rehearsed.labels,
      );
      if (outs.every((out) => out !== undefined)) {
        yield { type: 'candidate', result: { name: `${method} of the network`, about, skipped: `in the rehearsal it ${outs.at(-1)}` } };
        return undefined;
      }
    }
    const began = clock();
    const tuned = yield* tunedNetwork(tuning, {
      name: 'target',
      labelled: Int32Array.from(labels.keys()),
      labels,
      unlabelled: Int32Array.from({ length: targets }, (_, i) => labels.length + i),
      known: adapted.known,
      said: pinned(chosen.probabilities, adapted.known, classes.length),
      head: await head(),
    });
    const seconds = (clock() - began) / 1000;
    const candidates = tuned.map(
      ({ name, probabilities, sourceAccuracy }, i): AdaptedCandidate => ({
        name: `${name} of the network`,
        about,
        view,
        probabilities,
        sourceAccuracy,
        rehearsed: tried[i]?.probabilities,
        seconds,
      }),
    );
    for (const { name } of candidates) yield { type: 'candidate', result: { name, about, seconds } };
    const choice = rehearses ? chosenBeside(adapted, candidates) : chosenByName(adapted, candidates);
    const epoch = tuned[candidates.indexOf(choice.chosen)];
    return { choice, epochs: candidates, ...(epoch && { taken: await takenOf(epoch, options.seed, signal) }) };
  } finally {
    if (checkpoints === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function takenOf({ seen, restored }: TunedEpoch, seed: number, signal: AbortSignal | undefined): Promise<TakenNetwork> {
  const standard = standardOf(seen.labelled, 'alike');
  const [source, target] = [standardised(seen.labelled, standard), standardised(seen.unlabelled, standard)];
  return { model: await restored(), seen, mismatch: await mismatchOf(source, target, { seed, signal }) };
}

/** The vote would be that of epochs of one training. */
const decidingOf = ({ choice }: FeatureAdaptation) => choice.deciding.filter((name) => name !== 'vote');

function chosenBeside(adapted: FeatureAdaptation, epochs: readonly AdaptedCandidate[]): Choice<AdaptedCandidate> {
  const { chosen } = adapted.choice;
  const { target, rehearsed } = adapted.ground;
  const deciding = decidingOf(adapted);
  const free = chosenWithout([chosen, ...epochs], chosen, target, { rehearsed, trustworthy: deciding });
  const by = [...deciding, 'the rehearsal on the source'].join(', ');
  const kept = `${adapted.choice.why} The network itself, trained on from there, does not look clearly better by ${by}.`;
  return {
    ...free,
    why: free.chosen === chosen ? kept : `The network, trained on from \`${chosen.name}\`, looks clearly better than that by ${by}.`,
  };
}

/** Among its epochs; the last one where nothing that looks at the rows is to be trusted. */
function chosenByName(adapted: FeatureAdaptation, epochs: readonly AdaptedCandidate[]): Choice<AdaptedCandidate> {
  const last = epochs.at(-1) as AdaptedCandidate;
  const deciding = decidingOf(adapted);
  const free = chosenWithout(epochs, last, adapted.ground.target, { trustworthy: deciding.includes('neighbours') ? deciding : undefined });
  const chosen = deciding.includes('neighbours') ? free.chosen : last;
  return { ...free, chosen, why: `Its method was asked for by name${chosen === last ? '' : ', and this epoch looks better than the last one'}.` };
}
