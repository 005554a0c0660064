// A second head beside a paired model's own: of the same form, with initial weights of its own. Called by methods whose classifiers disagree.
import { stream } from '../../../core/rng.ts';
import { copyOf, type Tensor, tensor } from '../../../core/tensor.ts';
import type { Value } from '../../../graph/graph.ts';
import { glorotUniform } from '../../../nn/initialisers.ts';
import type { Model } from '../../../nn/model.ts';
import { groupNames } from '../../strategy/strategy.ts';
import { headOver } from './head-over.ts';
import type { DomainValues, PairedModel } from './paired-model.ts';

/** Its group, and the beginning of its parameters' ids. */
const GROUP = 'second-head';

/** A paired model with two heads. */
export interface TwoHeads {
  readonly model: Model;
  /** Scores `[N, C]` of a domain's rows by the own head and by the second, from features `[N, d]` in the place of the domain's. */
  readonly scores: (domain: DomainValues, features: Value) => { readonly own: Value; readonly second: Value };
}

/** Weights of more than one axis are drawn (Glorot & Bengio 2010), since equal heads would never disagree; biases and scales begin as those of the own head are. */
export function withSecondHead({ model }: PairedModel, seed: number): TwoHeads {
  const { graph: g } = model;
  const heads = new Set(groupNames(model, 'head'));
  const members = new Set(model.groups.flatMap((group) => (heads.has(group.name) ? group.members : [])));
  const named = (text: string) => `${GROUP}:${text}`;
  const twins = new Map<Value, Value>();
  for (const value of g.ofKind('parameter')) {
    const { id = '', name, data } = value;
    if (members.has(id)) twins.set(value, g.parameter(named(name), redrawn(data as Tensor<'float32'>, seed, id), named(id)));
  }
  const parameters = new Map(model.parameters);
  for (const { id = '' } of twins.keys()) {
    const info = model.parameters.get(id);
    if (info) parameters.set(named(id), { ...info, id: named(id) });
  }
  let copies = 0;
  const over = (domain: DomainValues, features: Value, twin: boolean) =>
    headOver(g, domain, features, `${GROUP}${++copies}`, twin ? twins : undefined);
  return {
    model: {
      ...model,
      parameters,
      groups: [...model.groups, { name: GROUP, kind: 'head', members: [...twins.values()].map(({ id = '' }) => id) }],
    },
    scores: (domain, features) => ({ own: over(domain, features, false), second: over(domain, features, true) }),
  };
}

function redrawn(weights: Tensor<'float32'>, seed: number, id: string): Tensor {
  const { dims } = weights;
  if (dims.length < 2) return copyOf(weights);
  const [first = 1, second = 1, ...window] = dims;
  const places = window.reduce((product, size) => product * size, 1);
  const values = glorotUniform(dims, { in: first * places, out: second * places }, stream(seed, GROUP, id));
  return tensor('float32', dims, values as Float32Array<ArrayBuffer>);
}
