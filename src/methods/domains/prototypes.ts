// Prototypes: the mean direction of each class of the source, moved to where the target's rows lie by spherical k-means, smoothed over neighbours.
import { type Tensor, tensor } from '../../core/tensor.ts';
import { argmaxRows } from '../../score/metrics.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows, pinned } from './pieces/known.ts';
import { smoothed } from './pieces/neighbours.ts';
import { unitRows } from './pieces/products.ts';
import { centresOf, nearestCentres } from './pieces/pseudo-labels.ts';
import { oneHot } from './pieces/rows-of-classes.ts';

/** Clusters start at the source's prototypes, so that each keeps its class; one that no target row is nearest to stays where the source has it. */
export const prototypes = defineDomainMethod({
  name: 'prototypes',
  paper:
    'Dhillon & Modha 2001, Concept decompositions for large sparse text data using clustering, section 3 (spherical k-means), begun at the means of the source',
  about: "the source's class means, moved to the target's clusters",
  options: {
    iterations: { default: 20, integer: true, range: { min: 0 }, help: 'Rounds of assigning and moving at most; it ends when nothing changes.' },
    anchor: { default: 0, range: { min: 0, max: 1 }, help: "Share of the source's prototype in each moved one." },
    temperature: { default: 0.05, range: { above: 0 }, help: 'Divides the cosines before they become probabilities.' },
    neighbours: { default: 0, integer: true, range: { min: 0 }, help: 'Nearest target rows whose probabilities are averaged in.' },
  },
  adapt: async (domains, { iterations, anchor, temperature, neighbours }, context) => {
    const { target, classes, known } = domains;
    const given = labelledRows(domains);
    const rows = unitRows(target);
    const start = await centresOf(unitRows(given.features), oneHot(given.labels, classes, given.weights), classes);
    const near = async (centres: Tensor<'float32'>) => pinned(await nearestCentres(rows, centres, temperature), known, classes);
    let probabilities = await near(start);
    let assigned = '';
    for (let i = 0; i < iterations; i++) {
      const now = argmaxRows(probabilities, classes);
      if (now.join() === assigned) break;
      assigned = now.join();
      const centres = anchored(start, await centresOf(rows, oneHot(now, classes), classes), anchor);
      probabilities = await near(centres);
    }
    if (neighbours > 0) probabilities = smoothed(probabilities, classes, await context.neighbours(), neighbours);
    return { probabilities };
  },
});

/** The centres between the source's and where the target's rows lie; the source's for a class that has none. */
function anchored(start: Tensor<'float32'>, moved: Tensor<'float32'>, anchor: number): Tensor<'float32'> {
  const width = start.dims[1] as number;
  const out = new Float32Array(start.data.length);
  for (let at = 0; at < out.length; at += width) {
    const empty = moved.data.subarray(at, at + width).every((value) => value === 0);
    const share = empty ? 1 : anchor;
    for (let d = at; d < at + width; d++) out[d] = share * (start.data[d] as number) + (1 - share) * (moved.data[d] as number);
  }
  return unitRows(tensor('float32', start.dims, out));
}
