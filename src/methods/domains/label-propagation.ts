// Label propagation: what a linear model of the source says of the target spreads along the graph of the target's nearest neighbours.
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows, pinned } from './pieces/known.ts';
import type { Neighbours } from './pieces/neighbours.ts';
import { madeShares } from './pieces/rows-of-classes.ts';

/** `F <- alpha S F + (1 - alpha) Y`, with S the graph made symmetric and normalised by the degrees of both ends, and Y the probabilities of the start: of a row that is known, its label. */
export const labelPropagation = defineDomainMethod({
  name: 'label-propagation',
  paper: 'Zhou et al. 2004, Learning with local and global consistency, algorithm in section 2, begun at the predictions of a linear model',
  about: 'answers spread among rows that are alike',
  options: {
    alpha: { default: 0.8, range: { min: 0, below: 1 }, help: 'Share of the neighbours in each round; the rest is what the linear model says.' },
    neighbours: { default: 7, integer: true, range: { min: 1 }, help: 'Nearest target rows of each.' },
    rounds: { default: 30, integer: true, range: { min: 1 }, help: 'Rounds of spreading.' },
  },
  adapt: async (domains, { alpha, neighbours, rounds }, { l2, signal, neighbours: graphOf }) => {
    const { target, classes, known } = domains;
    const linear = await learntFrom(labelledRows(domains), { classes, l2, signal });
    const start = pinned(await probabilitiesOf(target, linear), known, classes);
    return { probabilities: propagated(start, classes, await graphOf(), { alpha, neighbours, rounds }) };
  },
});

/** @param start `[N, classes]`. */
function propagated(
  start: Float64Array,
  classes: number,
  { k, rows, cosines }: Neighbours,
  { alpha, neighbours, rounds }: { readonly alpha: number; readonly neighbours: number; readonly rounds: number },
): Float64Array {
  const length = start.length / classes;
  const used = Math.min(neighbours, k);
  const edges = (body: (a: number, b: number, weight: number) => void) => {
    for (let a = 0; a < length; a++)
      for (let n = 0; n < used; n++) body(a, rows[a * k + n] as number, Math.max(0, cosines[a * k + n] as number) ** 3);
  };
  const degrees = new Float64Array(length).fill(1e-12);
  edges((a, b, weight) => {
    degrees[a] = (degrees[a] as number) + weight;
    degrees[b] = (degrees[b] as number) + weight;
  });
  let current = start;
  for (let round = 0; round < rounds; round++) {
    const next = start.map((value) => (1 - alpha) * value);
    edges((a, b, weight) => {
      const share = (alpha * weight) / Math.sqrt((degrees[a] as number) * (degrees[b] as number));
      for (let c = 0; c < classes; c++) {
        next[a * classes + c] = (next[a * classes + c] as number) + share * (current[b * classes + c] as number);
        next[b * classes + c] = (next[b * classes + c] as number) + share * (current[a * classes + c] as number);
      }
    });
    current = next;
  }
  return madeShares(current.slice(), classes);
}
