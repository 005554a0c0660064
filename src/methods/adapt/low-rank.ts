// What LoRA and DoRA share: the two thin matrices beside a weight, how they start, and their product in the weight's own layout.
import { fail } from '../../core/errors.ts';
import { stream } from '../../core/rng.ts';
import { sizeOf, type Tensor, tensor } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Node, Value } from '../../graph/graph.ts';
import type { OpAttrs } from '../../graph/schema/index.ts';
import { type Model, stateOf } from '../../nn/model.ts';
import type { Added } from './adapt.ts';
import type { Site } from './sites.ts';
import type { Targets } from './targets.ts';

/** Rank where none is asked for. */
export const DEFAULT_RANK = 8;

/** How thin a low-rank adapter is, how much it counts and where it stands. */
export interface LowRankOptions {
  /** Rank r of the change of a weight; default 8, or the highest that some layer's change can have. A layer whose own can have less takes it, as in PEFT. */
  readonly rank?: number;
  /** The change is multiplied by alpha / rank; default twice the rank. */
  readonly alpha?: number;
  /** Layers by name or pattern; default all linear layers and convolutions before the head, but no depthwise ones. */
  readonly targets?: Targets;
  /** Rate of dropout on what the adapter reads, while training; default 0. */
  readonly dropout?: number;
  /** Seed of the first values, a safe integer >= 0; default 0. */
  readonly seed?: number;
}

/** The same, every one with its value. */
export interface LowRank {
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  readonly seed: number;
}

/** The highest rank that a change of the layer's weight can have. */
function fullRank({ inputs, outputs, groups, kernel }: Site): number {
  return Math.min(outputs, (inputs / groups) * sizeOf(kernel));
}

/** @throws GraftError `invalid-argument` for values out of range, and a rank that no layer's change can have. */
export function lowRank(options: LowRankOptions, sites: readonly Site[], place: string): LowRank {
  const largest = sites.reduce((most, site) => (fullRank(site) > fullRank(most) ? site : most));
  const highest = fullRank(largest);
  const { rank = Math.min(DEFAULT_RANK, highest), alpha = 2 * rank, dropout = 0, seed = 0 } = options;
  if (!(Number.isInteger(rank) && rank >= 1)) fail('invalid-argument', `\`rank\` (=${rank}) of \`${place}\` must be a whole number of at least 1.`);
  if (rank > highest) {
    const { name, inputs, outputs, groups, kernel } = largest;
    const sizes = `[${[outputs, inputs / groups, ...kernel].join(', ')}]`;
    fail(
      'invalid-argument',
      `\`rank\` (=${rank}) of \`${place}\` is more than the change of any targeted layer can have; the largest, \`${name}\` ${sizes}, can have ${highest}. Give at most that.`,
    );
  }
  if (!(alpha > 0 && Number.isFinite(alpha))) fail('invalid-argument', `\`alpha\` (=${alpha}) of \`${place}\` must be above 0.`);
  if (!(dropout >= 0 && dropout < 1)) fail('invalid-argument', `\`dropout\` (=${dropout}) of \`${place}\` must be at least 0 and below 1.`);
  if (!Number.isSafeInteger(seed) || seed < 0) fail('invalid-argument', `\`seed\` (=${seed}) of \`${place}\` must be a whole number of at least 0.`);
  return { rank, alpha, dropout, seed };
}

/**
 * A and B of one layer: `[in, r]` and `[r, out]` of a linear one, `[r, in / groups, ...kernel]` and `[out, r, 1...]` of a convolution. A is uniform
 * within 1 / sqrt(fan in), which is He's with slope sqrt(5), B is zero, so that nothing changes at first (Hu et al. 2021, section 4.1).
 */
export function matricesOf(site: Site, { rank, seed }: LowRank): Added[] {
  const { name, kind, inputs, outputs, kernel, groups } = site;
  const fanIn = (inputs / groups) * sizeOf(kernel);
  const [a, b] =
    kind === 'linear'
      ? [
          [inputs, rank],
          [rank, outputs],
        ]
      : [
          [rank, inputs / groups, ...kernel],
          [outputs, rank, ...kernel.map(() => 1)],
        ];
  const draws = stream(seed, 'adapter', name).uniforms(fanIn * rank);
  const bound = 1 / Math.sqrt(fanIn);
  return [
    {
      name: 'lora_A.weight',
      value: tensor(
        'float32',
        a as number[],
        Float32Array.from(draws, (u) => (2 * u - 1) * bound),
      ),
      decay: true,
    },
    { name: 'lora_B.weight', value: tensor('float32', b as number[], new Float32Array(rank * outputs)), decay: true },
  ];
}

/**
 * alpha / r times the answer of the two matrices: (x A) B, or a convolution to r channels and a 1x1 one behind it, which has a group for each of the
 * layer's. Never the whole product of A and B, whose gradient would cost as much as the weight's.
 */
export function branch(g: Builder, site: Site, node: Node, x: Value, [a, b]: readonly Value[], { rank, alpha, dropout }: LowRank): Value {
  if (!a || !b) return fail('internal', `\`${site.name}\` lacks its matrices.`);
  const read = dropout > 0 ? g.op('Dropout', [x, g.scalar(dropout)]) : x;
  if (site.kind === 'linear') return g.matMul(g.mul(g.matMul(read, a), alpha / rank), b);
  const { groups } = site;
  // Each group of channels is read by the same A.
  const thin = groups === 1 ? a : g.concat(Array<Value>(groups).fill(a), 0);
  return g.op('Conv', [g.mul(g.op('Conv', [read, thin], node.attrs as OpAttrs<'Conv'>), alpha / rank), b], { group: groups });
}

/** W + alpha / r times the product of A and B, in the layout of W. */
export function addedTo(site: Site, weight: Tensor, [a, b]: readonly Tensor[], { rank, alpha }: LowRank): Float64Array {
  const [first, second] = [a?.data as Float32Array, b?.data as Float32Array];
  const { kind, inputs, outputs, outFirst, kernel, groups } = site;
  const width = (inputs / groups) * sizeOf(kernel);
  const linear = kind === 'linear';
  const result = Float64Array.from(weight.data as Float32Array);
  for (let o = 0; o < outputs; o++) {
    for (let k = 0; k < rank; k++) {
      const factor = (alpha / rank) * ((linear ? second[k * outputs + o] : second[o * rank + k]) as number);
      if (factor === 0) continue;
      for (let i = 0; i < width; i++) {
        const at = outFirst ? o * width + i : i * outputs + o;
        result[at] = (result[at] as number) + factor * ((linear ? first[i * rank + k] : first[k * width + i]) as number);
      }
    }
  }
  return result;
}

/** A float32 tensor of the shape of another. */
export function like({ dims }: Tensor, values: ArrayLike<number>): Tensor<'float32'> {
  return tensor('float32', dims, Float32Array.from(values));
}

/** Length of the weight's part for each output. */
export function normsOf({ outputs, outFirst }: Site, values: ArrayLike<number>): Float64Array {
  const squares = new Float64Array(outputs);
  const width = values.length / outputs;
  for (let at = 0; at < values.length; at++) {
    const o = outFirst ? Math.floor(at / width) : at % outputs;
    squares[o] = (squares[o] as number) + (values[at] as number) ** 2;
  }
  return squares.map(Math.sqrt);
}

/** The weight's value in the model. */
export function weightOf(model: Model, { weight }: Site): Tensor {
  return stateOf(model).get(weight.id ?? '') ?? fail('internal', `The model has no \`${weight.id}\`.`);
}
