// Inference graph -> training graph: batch norm on batch statistics, dropout by masks that the trainer draws. Called when a step is built.
import { fail } from '../core/errors.ts';
import type { Builder } from '../graph/builder.ts';
import { attrsOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';

/**
 * What batch norm does while training. `train`: normalise with the batch's statistics and update the running ones. `frozen`: keep the running
 * ones, as at inference. `statistics`: as `train`, but scale and bias do not learn (the trainer leaves them out). `{ stochastic: p }`: in each step
 * each channel takes the batch's statistics with probability p, else the running ones as they were before it; these are updated as in `train`.
 */
export type BatchNormMode = 'train' | 'frozen' | 'statistics' | { readonly stochastic: number };

/** A model's graph with its training ops, and the running statistics that a step leaves. */
export interface TrainingForm extends Rewritten {
  /** New value of each running statistic after the step, by the buffer's id. */
  readonly updates: ReadonlyMap<string, Value>;
}

/** Puts training ops in place of inference ones. The graph's shapes must be concrete. */
export function trainingForm(graph: Graph, batchNorm: BatchNormMode): TrainingForm {
  const updates = new Map<string, Value>();
  const rewritten = rewrite(graph, ({ g, node, inputs }) => {
    if (node.op === 'BatchNormalization' && batchNorm !== 'frozen') {
      const { epsilon, momentum } = attrsOf(node) as { epsilon: number; momentum: number };
      // Statistics that several nodes share go through each in turn.
      const sofar = inputs.map((value) => updates.get(value?.id ?? '') ?? value);
      const [y, mean, variance] = g.ops('BatchNormalization', sofar, { epsilon, momentum, training_mode: 1 }, 3) as [Value, Value, Value];
      for (const [i, update] of [[3, mean] as const, [4, variance] as const]) {
        const buffer = inputs[i];
        if (buffer?.kind === 'buffer' && buffer.id !== undefined) updates.set(buffer.id, update);
      }
      return [typeof batchNorm === 'string' ? y : mixed(g, node, inputs, y, batchNorm.stochastic)];
    }
    if (node.op === 'Dropout') return [droppedOut(g, inputs, node.name)];
    return undefined;
  });
  return { ...rewritten, updates };
}

/** `batch`, or in channels drawn with probability 1 - `share` what the running statistics give. */
function mixed(g: Builder, node: Node, inputs: readonly (Value | undefined)[], batch: Value, share: number): Value {
  if (share === 1) return batch;
  const { epsilon } = attrsOf(node) as { epsilon: number };
  const running = g.op('BatchNormalization', inputs, { epsilon });
  if (share === 0) return running;
  const sizes = batch.shape.map((size, axis) => (axis === 1 ? size : 1));
  const drawn = g.random(`${node.name}/mask`, sizes, { distribution: 'dropout', rate: 1 - share });
  return g.where(g.greater(drawn, 0), batch, running);
}

function droppedOut(g: Builder, [x, ratio]: readonly (Value | undefined)[], name: string): Value {
  if (!x) return fail('internal', `Dropout node \`${name}\` has no input.`);
  const rate = ratio ? Number(ratio.data?.data[0] ?? fail('unsupported-op', `Dropout node \`${name}\`: its ratio must be a constant.`)) : 0.5;
  return rate === 0 ? x : g.mul(x, g.random(`${name}/mask`, x.shape, { distribution: 'dropout', rate }));
}
