// A source whose training examples are mixtures of two, by mixup or cutmix, with soft labels. In: a source of images. Out: one for `fit`.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { epochOrder } from '../batches.ts';
import type { ExampleSource } from '../dataset.ts';
import { takeRows } from '../rows.ts';
import { cutmix, cutmixOptions } from './cutmix.ts';
import { mixup, mixupOptions } from './mixup.ts';
import { type SoftSource, softLabelled } from './soft-labels.ts';

/** How {@link mixedSource} mixes; at least one way is named, of two each is as likely. */
export interface MixOptions {
  readonly mixup?: GivenOptions<typeof mixupOptions> | undefined;
  readonly cutmix?: GivenOptions<typeof cutmixOptions> | undefined;
  /** Share of examples that are mixed; default 1. */
  readonly probability?: number | undefined;
  /** Decides partners and shares, a safe integer >= 0; default 0. Give that of `fit`: partners then mostly are in the same batch and need not be read twice. */
  readonly seed?: number | undefined;
}

const KINDS: OptionKinds<MixOptions> = {
  mixup: { kind: 'object', like: '{ alpha: 0.2 }' },
  cutmix: { kind: 'object', like: '{ alpha: 1 }' },
  probability: 'number',
  seed: 'number',
};

/**
 * Mixes each training example with the one that comes next in the order of its epoch, the last with the first: as good as any other, since the order is
 * random, and the same whatever the batch size. Without an epoch, examples come as they are. All have soft labels: train with `crossEntropy({ labels: 'soft' })`,
 * and give `softLabelled(...)` as validation.
 * @throws GraftError `invalid-argument` for options that are none; `invalid-data` or `invalid-dtype` when the source has no classes or is not of float32 images.
 */
export function mixedSource(source: ExampleSource, options: MixOptions): SoftSource {
  knownOptions(options, KINDS, 'mixedSource');
  const { probability = 1, seed = 0 } = options;
  const blend = options.mixup && resolveOptions(mixupOptions, options.mixup, '`mixup`');
  const patch = options.cutmix && resolveOptions(cutmixOptions, options.cutmix, '`cutmix`');
  if (!blend && !patch) fail('invalid-argument', '`mixedSource` needs `mixup` or `cutmix`: `{ mixup: { alpha: 0.2 } }`.');
  if (!(probability >= 0 && probability <= 1)) fail('invalid-argument', `\`probability\` (=${probability}) of \`mixedSource\` must be from 0 to 1.`);
  if (source.inputDtype !== 'float32')
    fail('invalid-dtype', `\`${source.name}\` holds ${source.inputDtype}, but only float32 can be mixed; give it a \`normalisation\`.`);
  const size = planeOf(source, patch !== undefined);
  const soft = softLabelled(source);
  const next = successors(seed, source.length);

  /** The examples of a batch and their partners, each once. */
  const needed = (indices: ArrayLike<number>, epoch: number): number[] => {
    const all = new Set(Array.from(indices));
    for (const index of [...all]) all.add(next(index, epoch));
    return [...all];
  };

  /** @returns the share of `own`. */
  const mix = (own: Float32Array, other: Float32Array, epoch: number, index: number): number => {
    const random = stream(seed, 'mix', epoch, index);
    const [chance = 1, which = 0] = random.child('choice').uniforms(2);
    if (chance >= probability) return 1;
    if (blend && (!patch || which < 0.5)) return mixup(own, other, blend, random.child('mixup'));
    return patch ? cutmix(own, other, size, patch, random.child('cutmix')) : 1;
  };

  return {
    ...soft,
    varies: true,
    gather: async (indices, pass) => {
      if (!pass) return soft.gather(indices);
      const { epoch } = pass;
      const read = needed(indices, epoch);
      const examples = await soft.gather(read, pass);
      const rows = new Map(read.map((index, row) => [index, row]));
      const rowOf = (index: number) => rows.get(index) as number;
      const own = Array.from(indices, rowOf);
      const inputs = takeRows(examples.inputs, own) as Tensor<'float32'>;
      const classes = examples.labels.dims[1] as number;
      const labels = new Float32Array(own.length * classes);
      Array.from(indices).forEach((index, i) => {
        const partner = rowOf(next(index, epoch));
        const share = mix(rowIn(inputs, i), rowIn(examples.inputs as Tensor<'float32'>, partner), epoch, index);
        const [first, second] = [rowIn(examples.labels, own[i] as number), rowIn(examples.labels, partner)];
        for (let c = 0; c < classes; c++) labels[i * classes + c] = share * (first[c] as number) + (1 - share) * (second[c] as number);
      });
      return { inputs, labels: tensor('float32', [own.length, classes], labels) };
    },
    prefetch: source.prefetch && ((indices, pass) => source.prefetch?.(pass ? needed(indices, pass.epoch) : indices, pass)),
  };
}

/** `[height, width]` of the source's images. */
function planeOf({ name, inputShape }: ExampleSource, needed: boolean): readonly [number, number] {
  const [height, width] = inputShape.slice(-2);
  if (inputShape.length === 3 && typeof height === 'number' && typeof width === 'number') return [height, width];
  if (needed) fail('invalid-data', `\`cutmix\` mixes images [C, H, W], but examples of \`${name}\` are [${inputShape.join(', ')}].`);
  return [1, 1];
}

/** What follows an example in the order of an epoch; that of the epoch asked for last is kept. */
function successors(seed: number, length: number): (index: number, epoch: number) => number {
  let kept: { readonly epoch: number; readonly next: Int32Array } = { epoch: -1, next: new Int32Array(0) };
  return (index, epoch) => {
    if (kept.epoch !== epoch) {
      const order = epochOrder(seed, epoch, length);
      const next = new Int32Array(length);
      order.forEach((at, i) => {
        next[at] = order[(i + 1) % length] as number;
      });
      kept = { epoch, next };
    }
    return kept.next[index] ?? fail('invalid-argument', `There is no example ${index}; there are ${length}.`);
  };
}

function rowIn({ data, dims }: Tensor<'float32'>, row: number): Float32Array {
  const size = data.length / (dims[0] as number);
  return data.subarray(row * size, (row + 1) * size);
}
