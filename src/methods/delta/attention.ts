// How much each channel of a source's feature maps matters to the target: what its loss gains when the channel is silenced. Called by `delta`.
import { fail } from '../../core/errors.ts';
import { type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { insert } from '../../graph/insert.ts';
import { specialise } from '../../graph/rewrite.ts';
import { compileGraph, runGraph } from '../../lower/run.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import type { Model } from '../../nn/model.ts';
import { inputsOf, sizesOf } from '../../nn/sizes.ts';
import { openDevice } from '../../runtime/device.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import type { FeatureMap } from './feature-maps.ts';

/** What divides a channel's standardised loss before the softmax, as the authors' program has it. */
const TEMPERATURE = 5;

/**
 * For each map the mean loss of `count` examples without each of its channels, less that with all of them. The model has learned to tell the target's
 * classes with its features as they are.
 */
export async function lossGaps(model: Model, maps: readonly FeatureMap[], data: ExampleSource, base: FitOptions, count: number): Promise<number[][]> {
  const { loss = crossEntropy(), threads } = base;
  const { device } = await openDevice(base.device);
  const options = { device, ...(threads !== undefined && { threads }) };
  const places = Array.from({ length: Math.min(count, data.length) }, (_, i) => Math.floor((i * data.length) / Math.min(count, data.length)));
  const examples = await data.gather(places);
  const { labels } = examples;
  if (labels === undefined) return fail('invalid-data', `\`${data.name}\` has no labels, which training needs.`);
  const feeds = Object.fromEntries(inputsOf(model, examples).map(([{ name }, tensor]) => [name, tensor]));
  const { graph, map } = specialise(model.graph, sizesOf(model, examples));
  graph.outputs.clear();
  for (const { value } of maps) graph.output(value.name, map(value));
  const values = await runGraph(graph, feeds, options);
  const gaps: number[][] = [];
  for (const { value, axis, channels } of maps) {
    const g = new Builder();
    const whole = map(value);
    const inputs = new Map<Value, Value>();
    const input = (from: Value) => inputs.get(from) ?? declare(from);
    const declare = (from: Value) => {
      const made = g.input(from.name, from.dtype, from.shape);
      inputs.set(from, made);
      return made;
    };
    const heard = g.input('heard', 'float32', [channels, ...whole.shape.slice(axis + 1).map(() => 1)]);
    const masked = g.mul(g.input('map', whole.dtype, whole.shape), heard);
    const [logits] = insert(g, graph, [map(model.logits)], (from) => (from === whole ? masked : from.kind === 'input' ? input(from) : undefined));
    const target = loss.target(logits as Value);
    const { sum, weight } = loss.build(g, logits as Value, g.input('target', target.dtype, target.shape));
    g.output('loss', g.div(sum, weight));
    const session = await compileGraph(g, options);
    const others = Object.fromEntries(Array.from(inputs.keys(), ({ name }) => [name, feeds[name] as Tensor]));
    const fixed = {
      ...others,
      map: values[value.name] as Tensor,
      target: labels instanceof Int32Array ? tensorOf('int64', Array.from(labels)) : labels,
    };
    const lossWithout = async (channel: number | undefined): Promise<number> => {
      const shares = Array.from({ length: channels }, (_, c) => (c === channel ? 0 : 1));
      const outputs = await session.run({ ...fixed, heard: tensorOf('float32', shares, heard.shape as number[]) });
      return toNumbers(outputs.loss as Tensor)[0] as number;
    };
    try {
      const all = await lossWithout(undefined);
      const own: number[] = [];
      for (let channel = 0; channel < channels; channel++) own.push((await lossWithout(channel)) - all);
      gaps.push(own);
    } finally {
      await session.release();
    }
  }
  return gaps;
}

/** softmax((gap - mean) / (5 deviation)) over the channels of a map; equal shares where no channel matters more than another. */
export function attentionOf(gaps: readonly number[]): number[] {
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  const shares = gaps.map((gap) => (deviation > 0 ? Math.exp((gap - mean) / deviation / TEMPERATURE) : 1));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}
