// Several methods -> those that are trained to the end, by what each looks like without a label after a part of its epochs. Called by `adaptNetwork`.
import type { NetworkMethod } from '../../methods/networks/pieces/network-method.ts';
import { DEFAULT_EPOCHS } from '../../train/fit-options.ts';
import type { CandidateEvent, NoteEvent, TrainingEvent, WorkEvent } from '../events.ts';
import { type Judging, lookedAt } from './network-judging.ts';
import type { Checkpoint, Training } from './network-training.ts';

/** Shares of the epochs after which half of the methods go on, where there are so many. */
const [RUNGS, FEWEST] = [[1 / 4, 1 / 2], 3];

/** Successive halving. @returns the methods that go on to the end. */
export async function* halved(
  methods: readonly NetworkMethod[],
  train: (method: NetworkMethod, until: number) => AsyncGenerator<TrainingEvent | CandidateEvent, Training, void>,
  judging: Judging,
): AsyncGenerator<TrainingEvent | CandidateEvent | WorkEvent | NoteEvent, readonly NetworkMethod[], void> {
  let going = methods;
  const { epochs = DEFAULT_EPOCHS } = judging.base;
  const ends = new Set(RUNGS.map((share) => Math.ceil(share * epochs)).filter((until) => until < epochs));
  if (ends.size === 0 || methods.filter(({ name }) => name !== 'source-only').length < FEWEST)
    yield { type: 'note', message: `Halving takes ${FEWEST} methods and 2 epochs at least: all are trained whole.` };
  for (const until of ends) {
    const trained = going.filter(({ name }) => name !== 'source-only');
    if (trained.length < FEWEST) break;
    const begun: { readonly method: NetworkMethod; readonly last: Checkpoint }[] = [];
    for (const method of trained) {
      const last = (yield* train(method, until)).checkpoints.at(-1);
      if (last) begun.push({ method, last });
    }
    const { found, choice } = yield* lookedAt(
      begun.map(({ last }) => last),
      judging,
    );
    const ranks = begun.map(({ last }) => choice.ranked[found.findIndex(({ checkpoint }) => checkpoint === last)]?.rank ?? Number.MAX_VALUE);
    const order = [...begun.keys()].sort((a, b) => (ranks[a] as number) - (ranks[b] as number));
    for (const place of order.slice(Math.ceil(order.length / 2))) {
      const { method } = begun[place] as (typeof begun)[number];
      going = going.filter((one) => one !== method);
      const skipped = `others looked better after ${until} of ${epochs} epochs`;
      yield { type: 'candidate', result: { name: method.name, about: method.about, skipped } };
    }
  }
  return going;
}
