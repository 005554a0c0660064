// How much each channel of a source's feature maps matters to the target: what its loss gains when the channel is silenced. Called by `delta`.
import { fail } from '../../core/errors.ts';
import { type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { Builder } from '../../graph/builder.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { insert } from '../../graph/insert.ts';
import { specialise } from '../../graph/rewrite.ts';
import { compileGraph, runGraph } from '../../lower/run.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import type { Loss } from '../../nn/losses/loss.ts';
import type { Model } from '../../nn/model.ts';
import { inputsOf, sizesOf } from '../../nn/sizes.ts';
import { openDevice } from '../../runtime/device.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import type { Measuring } from '../strategy/strategy.ts';
import type { FeatureMap } from './feature-maps.ts';

/** What divides a channel's standardised loss before the softmax, as the authors' program has it. */
const TEMPERATURE = 5;

/**
 * For each map the mean loss of `count` examples without each of its channels, less that with all of them. The model has learned to tell the target's
 * classes with its features as they are.
 */
export async function* lossGaps(
  model: Model,
  maps: readonly FeatureMap[],
  data: ExampleSource,
  base: FitOptions,
  count: number,
): Measuring<number[][]> {
  const { loss = crossEntropy(), threads, signal } = base;
  const { device } = await openDevice(base.device);
  const options = { device, ...(threads !== undefined && { threads }) };
  const most = Math.min(count, data.length);
  const examples = await data.gather(Array.from({ length: most }, (_, i) => Math.floor((i * data.length) / most)));
  const { labels = fail('invalid-data', `\`${data.name}\` has no labels, which training needs.`) } = examples;
  const feeds = Object.fromEntries(inputsOf(model, examples).map(([{ name }, tensor]) => [name, tensor]));
  const { graph, map } = specialise(model.graph, sizesOf(model, examples));
  graph.outputs.clear();
  for (const { value } of maps) graph.output(value.name, map(value));
  const values = await runGraph(graph, feeds, options);
  const target = labels instanceof Int32Array ? tensorOf('int64', Array.from(labels)) : labels;
  const gaps: number[][] = [];
  const told = { type: 'measure', what: 'channels', of: maps.reduce((sum, { channels }) => sum + channels, 0) } as const;
  let done = 0;
  for (const { value, axis, channels } of maps) {
    const g = restOf(graph, map(value), axis, map(model.logits), loss);
    const session = await compileGraph(g, options);
    const others = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
    const fixed = { ...Object.fromEntries(others), [MAP]: values[value.name] as Tensor, [TARGET]: target };
    const lossOf = async (shares: readonly number[]): Promise<number> => {
      const outputs = await session.run({ ...fixed, [HEARD]: tensorOf('float32', shares, g.value(HEARD).shape as number[]) });
      return toNumbers(outputs.loss as Tensor)[0] as number;
    };
    try {
      const whole = await lossOf(new Array<number>(channels).fill(1));
      const own: number[] = [];
      for (let silent = 0; silent < channels; silent++) {
        if (signal?.aborted) return undefined;
        own.push((await lossOf(Array.from({ length: channels }, (_, c) => (c === silent ? 0 : 1)))) - whole);
        yield { ...told, done: ++done };
      }
      gaps.push(own);
    } finally {
      await session.release();
    }
  }
  return gaps;
}

/** Inputs of what {@link restOf} builds. */
const [MAP, HEARD, TARGET] = ['delta:map', 'delta:heard', 'delta:target'];

/** From a map, each channel of it times an input, to the mean loss: so that the network before it is computed once. */
function restOf(graph: Graph, whole: Value, axis: number, logits: Value, loss: Loss): Builder {
  const g = new Builder();
  const heard = g.input(HEARD, 'float32', [whole.shape[axis] as number, ...whole.shape.slice(axis + 1).map(() => 1)]);
  const stand = new Map([[whole, g.mul(g.input(MAP, whole.dtype, whole.shape), heard)]]);
  const bind = (value: Value): Value | undefined => {
    const known = stand.get(value) ?? (value.kind === 'input' ? g.input(value.name, value.dtype, value.shape) : undefined);
    if (known) stand.set(value, known);
    return known;
  };
  const [scores] = insert(g, graph, [logits], bind) as [Value];
  const target = loss.target(scores);
  const { sum, weight } = loss.build(g, scores, g.input(TARGET, target.dtype, target.shape));
  g.output('loss', g.div(sum, weight));
  return g;
}

/** softmax((gap - mean) / (5 deviation)) over the channels of a map; equal shares where no channel matters more than another. */
export function attentionOf(gaps: readonly number[]): number[] {
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  const shares = gaps.map((gap) => (deviation > 0 ? Math.exp((gap - mean) / deviation / TEMPERATURE) : 1));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}
