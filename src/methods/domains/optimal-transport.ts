// Optimal transport with entropy: the mass of the source's rows is carried to the target's at little cost, and takes its labels along.
import type { Tensor } from '../../core/tensor.ts';
import { defineDomainMethod, type LabelledRows } from './pieces/domain-method.ts';
import { labelledRows, pinned } from './pieces/known.ts';
import { product, unitRows } from './pieces/products.ts';

/** Cost: one minus the cosine. A target row's probabilities are the shares of the classes in the mass that it receives. */
export const optimalTransport = defineDomainMethod({
  name: 'optimal-transport',
  paper:
    'Courty et al. 2017, Optimal transport for domain adaptation (arXiv:1507.00504), section 4 (entropic, without groups), by Cuturi 2013 (arXiv:1306.0895), algorithm 1',
  about: "the source's labels carried to the target at the least cost",
  options: {
    entropy: { default: 0.03, range: { above: 0 }, help: 'Weight of the entropy, in units of the cost: the smaller, the fewer rows share a row.' },
    iterations: { default: 50, integer: true, range: { min: 1 }, help: 'Rounds of scaling.' },
  },
  adapt: async (domains, { entropy, iterations }) => {
    const { target, classes, known } = domains;
    const given = labelledRows(domains);
    const cosines = await product(unitRows(given.features), unitRows(target), { transB: true });
    return { probabilities: pinned(carried(cosines, given, classes, { entropy, iterations }), known, classes) };
  },
});

/** Takes the least of `count` values, `step` apart, off all of them. */
function takeLeast(values: Float32Array, from: number, step: number, count: number): void {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0, at = from; i < count; i++, at += step) least = Math.min(least, values[at] as number);
  for (let i = 0, at = from; i < count; i++, at += step) values[at] = (values[at] as number) - least;
}

function carried(
  { dims, data }: Tensor<'float32'>,
  { labels, weights }: LabelledRows,
  classes: number,
  { entropy, iterations }: { readonly entropy: number; readonly iterations: number },
): Float64Array {
  const [rows = 0, columns = 0] = dims;
  const whole = weights?.reduce((sum, weight) => sum + weight, 0) ?? rows;
  // What is taken off the cost of a whole row or column changes no plan, and leaves each of them a pair at no cost: none is lost however small the entropy.
  const costs = data.map((cosine) => 1 - cosine);
  for (let r = 0; r < rows; r++) takeLeast(costs, r * columns, 1, columns);
  for (let c = 0; c < columns; c++) takeLeast(costs, c, columns, rows);
  const kernel = costs.map((cost) => Math.exp(-cost / entropy));
  const left = new Float64Array(rows).fill(1);
  const right = new Float64Array(columns).fill(1);
  for (let i = 0; i < iterations; i++) {
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += (kernel[r * columns + c] as number) * (right[c] as number);
      left[r] = (weights?.[r] ?? 1) / whole / Math.max(sum, 1e-300);
    }
    const sums = new Float64Array(columns);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) sums[c] = (sums[c] as number) + (kernel[r * columns + c] as number) * (left[r] as number);
    let moved = 0;
    for (let c = 0; c < columns; c++) {
      const next = 1 / columns / Math.max(sums[c] as number, 1e-300);
      moved = Math.max(moved, Math.abs(next - (right[c] as number)) / next);
      right[c] = next;
    }
    if (moved < 1e-4) break;
  }
  const out = new Float64Array(columns * classes);
  for (let r = 0; r < rows; r++) {
    const label = labels[r] as number;
    for (let c = 0; c < columns; c++)
      out[c * classes + label] =
        (out[c * classes + label] as number) + (left[r] as number) * (kernel[r * columns + c] as number) * (right[c] as number) * columns;
  }
  return out;
}
