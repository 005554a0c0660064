// A network over two batches in one step: the source's rows as always, and beside them the target's through the same parameters. Made by methods that train on both.

import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { insert } from '../../../graph/insert.ts';
import { rewrite } from '../../../graph/rewrite.ts';
import type { Dim } from '../../../graph/types.ts';
import { averageInput } from '../../../nn/ema.ts';
import { type Model, stateOf } from '../../../nn/model.ts';
import { onGraph } from '../../../nn/on-graph.ts';
import { ownValue } from '../../../nn/own-values.ts';
import { vectorsOf } from '../../../nn/vectors.ts';

/** Before the names of all that is the target's; and of the second pass over its rows, where there is one. */
const [TARGET, AS_IT_IS] = ['target', 'target as it is'] as const;

/** How a second pass over the target's rows goes, as they are. */
export interface SecondPass {
  /** Whether there is one. */
  readonly twice?: boolean;
  /** Ids of the parameters in whose place it has their moving average, which `fit` must then keep (`ema`); default none. */
  readonly averaged?: ReadonlySet<string>;
}

/** What the network makes of a domain's rows, as values of the paired graph. */
export interface DomainValues {
  /** The rows themselves, `[N, ...]`. */
  readonly input: Value;
  /** What the head reads, `[N, d]`. */
  readonly features: Value;
  /** Scores, `[N, C]`. */
  readonly logits: Value;
}

/** A model with a second pass. */
export interface PairedModel {
  /** Its parameters are the given model's arrays; besides that one's inputs it takes the target's. Its scores are those of the source's rows. */
  readonly model: Model;
  readonly source: DomainValues;
  readonly target: DomainValues;
  /** Of the same rows of the target, as they are, where `target` sees them changed by chance. */
  readonly asItIs?: DomainValues;
  /** Labels of the target's rows of the batch, int64 `[N]`, -1 where it is not known; there where some are. */
  readonly known?: Value;
}

/** Name of the input for the target's rows beside `name`, that of the source's. */
export function targetInput(name: string): string {
  return `${TARGET}:${name}`;
}

/** Likewise for these rows as they are. */
export function inputAsItIs(name: string): string {
  return `${AS_IT_IS}:${name}`;
}

/**
 * The model's inputs once more in a graph that has them, for rows of another domain: as many in each batch.
 * @param named what stands before their names.
 * @param sizes what stands before the names of their open sizes: texts of both domains need not be of one length.
 */
export function inputsOnceMore(g: Builder, { input, extras = [] }: Model, named: string, sizes = named): Map<Value, Value> {
  const [batch] = input.shape;
  const renamed = (dim: Dim) => (typeof dim === 'string' && dim !== batch ? `${sizes}:${dim}` : dim);
  return new Map([input, ...extras].map((value) => [value, g.input(`${named}:${value.name}`, value.dtype, value.shape.map(renamed))]));
}

/**
 * Each pass is normalised by the statistics of its own batch, and has running statistics of its own (as Chang et al. 2019, Domain-specific batch
 * normalization, arXiv:1906.03950, have it): what the source's half computes is what it would compute alone. All have as many rows.
 * @param how whether the target's rows pass as they are, too, and by which parameters.
 * @throws GraftError `invalid-shape` when nothing before the head is one vector for each example.
 */
export function pairedModel(model: Model, { twice = false, averaged = new Set() }: SecondPass = {}): PairedModel {
  const vectors = vectorsOf(model);
  const rewritten = rewrite(model.graph, () => undefined);
  const { graph: g, map } = rewritten;
  const added: Value[] = [];
  const pass = (name: string): DomainValues => {
    const own = (id: string | undefined) => `${name}:${id}`;
    // The same rows are of one length, however often they pass.
    const stand = inputsOnceMore(g, model, name, TARGET);
    added.push(...stand.values());
    const bind = (value: Value): Value | undefined => {
      const { id = '', dtype, shape } = value;
      const average = name === AS_IT_IS && averaged.has(id);
      if (value.kind === 'parameter' && !average) return map(value);
      const known =
        stand.get(value) ??
        (average ? g.input(averageInput(id), dtype, shape) : undefined) ??
        ownValue(g, value, { name: own(value.name), id: own(value.id) });
      if (known) stand.set(value, known);
      return known;
    };
    const [features, logits] = g.scope(name, () => insert(g, model.graph, [vectors, model.logits], bind)) as [Value, Value];
    return { input: stand.get(model.input) as Value, features, logits };
  };
  const [target, asItIs] = [pass(TARGET), twice ? pass(AS_IT_IS) : undefined];
  const whole = onGraph(model, rewritten);
  return {
    model: { ...whole, extras: [...(whole.extras ?? []), ...added] },
    source: { input: whole.input, features: map(vectors), logits: whole.logits },
    target,
    ...(asItIs && { asItIs }),
  };
}

/** Puts the target's running statistics in the place of the source's, in the model that was paired. @param asItIs those of the second pass. */
export function takeTargetStatistics(model: Model, paired: PairedModel, asItIs = false): void {
  const others = stateOf(paired.model);
  for (const [id, { data }] of stateOf(model)) {
    const own = others.get(`${asItIs ? AS_IT_IS : TARGET}:${id}`);
    if (own) (data as Float32Array).set(own.data as Float32Array);
  }
}
