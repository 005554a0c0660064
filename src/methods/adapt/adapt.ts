// A model and what to put beside its weights -> the adapted model, and back: the plain model with the adapter worked into its weights.
import { fail } from '../../core/errors.ts';
import { copyOf, type Tensor } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Node, Value } from '../../graph/graph.ts';
import { rewrite } from '../../graph/rewrite.ts';
import type { OpName } from '../../graph/schema/index.ts';
import { type Adaptation, type Group, type Model, type ParameterInfo, parametersOf, stateOf } from '../../nn/model.ts';
import { onGraph } from '../../nn/on-graph.ts';
import { copyOfModel, ownValue } from '../../nn/own-values.ts';
import type { Site } from './sites.ts';

/** A parameter that an adapter adds to a module, and its first value. */
export interface Added {
  /** Within the module: `lora_A.weight`. */
  readonly name: string;
  readonly value: Tensor<'float32'>;
  readonly decay: boolean;
}

/** What an adapter does at one layer. */
export interface Adapter {
  readonly site: Site;
  readonly added: readonly Added[];
  /**
   * The output in place of `node`'s, which is a product of the layer or what adds its bias, under that one's name: sources' heads and users know values
   * by name. `undefined` leaves the node as it is.
   */
  attach(g: Builder, node: Node, inputs: readonly (Value | undefined)[], added: readonly Value[]): Value | undefined;
  /** Weight and bias that give the same answers without the adapter. */
  merge(added: readonly Tensor[], weight: Tensor, bias: Tensor | undefined): { readonly weight: Tensor; readonly bias?: Tensor };
}

/** Which method adapts, and what. */
export interface Plan extends Pick<Adaptation, 'method' | 'settings'> {
  readonly adapters: readonly Adapter[];
  /** Parameters of the shared groups that learn all the same. */
  readonly learning?: ReadonlySet<string>;
}

/** The model with its adapters: shared parameters keep their values, the head and what was added learn. `model` stays as it is. */
export function adapted(model: Model, { method, settings, adapters, learning = new Set() }: Plan): Model {
  if (model.adaptation)
    fail(
      'invalid-argument',
      `Model \`${model.name}\` has adapters already (\`${model.adaptation.method}\`); merge them first with \`mergeAdapters\`.`,
    );
  const shared = new Set(
    parametersOf(
      model,
      model.groups.filter(({ kind }) => kind === 'shared').map(({ name }) => name),
    ),
  );
  const frozen = (id: string) => shared.has(id) && !learning.has(id);
  const at = new Map(
    adapters.flatMap((adapter) => adapter.site.uses.flatMap(({ product, end }) => [product, end].map((node) => [node, adapter] as const))),
  );
  const parameters = new Map<string, ParameterInfo>();
  for (const [id, info] of model.parameters) parameters.set(id, frozen(id) ? { ...info, frozen: true } : info);
  const placed = new Map<Adapter, Value[]>();
  const place = (g: Builder, adapter: Adapter): Value[] => {
    const values = placed.get(adapter) ?? adapter.added.map(({ name, value }) => g.parameter(idOf(adapter, name), copyOf(value)));
    placed.set(adapter, values);
    return values;
  };
  const rewritten = rewrite(
    model.graph,
    ({ g, node, inputs }) => {
      const adapter = at.get(node);
      const value = adapter && g.scope(`${adapter.site.name}/${method}`, () => adapter.attach(g, node, inputs, place(g, adapter)));
      return value && [value];
    },
    { declare: (g, value) => (value.kind === 'parameter' && frozen(value.id ?? value.name) ? undefined : ownValue(g, value)) },
  );
  for (const adapter of adapters) {
    const { layer = '' } = model.parameters.get(adapter.site.weight.id ?? '') ?? {};
    for (const { name, decay } of adapter.added) parameters.set(idOf(adapter, name), { id: idOf(adapter, name), layer, decay });
  }
  const groups = model.groups.map((group): Group => {
    const own = adapters.filter(({ site }) => group.members.includes(site.weight.id ?? ''));
    return { ...group, members: [...group.members, ...own.flatMap((adapter) => adapter.added.map(({ name }) => idOf(adapter, name)))] };
  });
  return {
    ...onGraph(model, rewritten),
    parameters,
    groups,
    adaptation: {
      method,
      settings,
      modules: adapters.map(({ site }) => site.name),
      base: model,
      merge: (result) => merged(result, adapters),
    },
  };
}

function idOf({ site }: Adapter, name: string): string {
  return `${site.name}.${name}`;
}

function merged(model: Model, adapters: readonly Adapter[]): Model {
  const { base } = adaptationOf(model, 'mergeAdapters');
  const state = stateOf(model);
  const values = new Map<string, Tensor>();
  const get = (id: string | undefined) => state.get(id ?? '') ?? fail('internal', `The adapted model lacks \`${id}\`.`);
  for (const adapter of adapters) {
    const { weight, bias } = adapter.site;
    const own = adapter.merge(
      adapter.added.map(({ name }) => get(idOf(adapter, name))),
      get(weight.id),
      bias && get(bias.id),
    );
    values.set(weight.id ?? '', own.weight);
    if (bias && own.bias) values.set(bias.id ?? '', own.bias);
  }
  const rewritten = rewrite(base.graph, () => undefined, {
    declare: (g, { kind, name, id = name, data }) => {
      if (!data || (kind !== 'parameter' && kind !== 'buffer')) return undefined;
      const now = get(id);
      return g[kind](name, values.get(id) ?? (now.data === data.data ? now : copyOf(now)), id);
    },
  });
  return onGraph(base, rewritten);
}

/** Whether the model has adapters. @throws GraftError `invalid-argument` where it has none. */
export function adaptationOf(model: Model, place: string): Adaptation {
  return (
    model?.adaptation ??
    fail('invalid-argument', `\`${place}\` takes a model with adapters, as \`lora\` and its like give it; model \`${model?.name}\` has none.`)
  );
}

/**
 * The plain model with the adapters worked into its weights: of the form that the base had, with the same answers within rounding, and with values of its
 * own. The adapted model and the base stay as they are.
 * @throws GraftError `invalid-argument` for a model without adapters.
 */
export function mergeAdapters(model: Model): Model {
  return copyOfModel(adaptationOf(model, 'mergeAdapters').merge(model));
}

/** The answer of a node, under a name of its own, for an adapter to go on with. */
export function again(g: Builder, { op, domain, attrs }: Node, inputs: readonly (Value | undefined)[]): Value {
  return g.append(op, inputs, attrs, { domain }).outputs[0] as Value;
}

/** An op whose output takes the place of a node's, and its name. */
export function inPlaceOf(g: Builder, { outputs: [output] }: Node, op: OpName, inputs: readonly Value[]): Value {
  return g.append(op, inputs, {}, { outputs: [output?.name ?? ''] }).outputs[0] as Value;
}
