// A model: an inference graph with a symbolic batch `N`, its parameters and the groups they fall into. Layers build it, training updates it.
import { fail } from '../core/errors.ts';
import { copyOf, type Tensor } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ImportRecord } from './import/record.ts';

/** Name of the symbolic batch dimension. */
export const BATCH = 'N';

/** What is known of a parameter beside its value. */
export interface ParameterInfo {
  /** Graft's identity of it; the key in checkpoints and in every map of parameters. */
  readonly id: string;
  /** Layer that owns it, as a path: `block1/conv`. */
  readonly layer: string;
  /** Weight decay applies. False for biases, norms and other vectors that decay would only shrink. */
  readonly decay: boolean;
  /** Keeps its value whatever `freeze` says: an adapter learns in its place. */
  readonly frozen?: boolean;
}

/** Parameters that are frozen, carried over and given a learning rate together; in order from input to output. */
export interface Group {
  readonly name: string;
  /** `shared` layers carry over to another task; a `head` belongs to one task. */
  readonly kind: 'shared' | 'head';
  /** Ids of its parameters and buffers. */
  readonly members: readonly string[];
}

/** Applied to an input before the model sees it; recorded in the exported file. */
export interface Preprocessing {
  /** Human-readable steps in order, for instance `resize bilinear 28x28`. */
  readonly steps: readonly string[];
}

/** What was put beside the weights of a model: an adapter, which `mergeAdapters` works into them and `saveAdapter` keeps by itself. */
export interface Adaptation {
  /** Name of the method: `lora`. */
  readonly method: string;
  /** What it was made with. */
  readonly settings: Readonly<Record<string, number | string>>;
  /** Modules that it adapts, as paths of names: `encoder.layer.0.attention.self.query`. */
  readonly modules: readonly string[];
  /** The model as it was. Weights that do not learn are shared with it. */
  readonly base: Model;
  /** Of the adapted model that this belongs to, one of the base's form with the same answers, and arrays of its own wherever a value differs. */
  readonly merge: (adapted: Model) => Model;
}

/** The classifier of the source's own task. */
export interface SourceHead {
  /** Its input `features` and its output `logits`; its parameters keep their ids. */
  readonly graph: Builder;
  /** Name of what it reads in the graph of the model that it belonged to. */
  readonly reads: string;
  /** The source's classes by index. */
  readonly classes?: readonly string[];
}

/** A network as a graph with its current values, and what is known of its parts: which learn together, which belong to the task. */
export interface Model {
  readonly name: string;
  /** Inference form: no training ops. Values of parameters and buffers live in the `data` of its values and are updated in place. */
  readonly graph: Builder;
  readonly input: Value;
  /** Further inputs, where there are any: an attention mask and the like. */
  readonly extras?: readonly Value[];
  /** Scores before softmax `[N, classes]`, or the regression's output. */
  readonly logits: Value;
  /** What the head reads. */
  readonly features: Value;
  readonly parameters: ReadonlyMap<string, ParameterInfo>;
  readonly groups: readonly Group[];
  readonly classes?: readonly string[];
  readonly preprocessing?: Preprocessing;
  /** The head that `replaceHead` replaced, where there was one. */
  readonly sourceHead?: SourceHead;
  /** What was found when the model was read from a file of others. */
  readonly imported?: ImportRecord;
  /** What was put beside its weights, where something was. */
  readonly adaptation?: Adaptation;
  /** Seed that the initial values were drawn with. */
  readonly seed: number;
}

/** Current values of all parameters and buffers by id: the model's own arrays, not copies. */
export function stateOf(model: Model): Map<string, Tensor> {
  const state = new Map<string, Tensor>();
  for (const kind of ['parameter', 'buffer'] as const) {
    for (const { id, name, data } of model.graph.ofKind(kind)) {
      if (id !== undefined && data) state.set(id, data);
      else fail('internal', `${kind} \`${name}\` has no id or no data.`);
    }
  }
  return state;
}

/** Copies of the same. */
export function copyOfState(model: Model): Map<string, Tensor> {
  return new Map([...stateOf(model)].map(([id, value]) => [id, copyOf(value)]));
}

/**
 * Copies values into the model, in place.
 * @throws GraftError `invalid-checkpoint` when an id is unknown or missing or its shape or type differs; then nothing was changed.
 */
export function loadState(model: Model, state: ReadonlyMap<string, Tensor>): void {
  const own = stateOf(model);
  for (const [id, tensor] of own) {
    const given =
      state.get(id) ?? fail('invalid-checkpoint', `The state has no value for \`${id}\` of model \`${model.name}\`; it is of another model.`);
    if (given.dtype !== tensor.dtype || given.dims.join() !== tensor.dims.join()) {
      fail(
        'invalid-checkpoint',
        `\`${id}\` is ${tensor.dtype} [${tensor.dims.join(', ')}] in model \`${model.name}\`, but ${given.dtype} [${given.dims.join(', ')}] in the state. Use \`carryOver\` to take over only what fits.`,
      );
    }
  }
  for (const id of state.keys()) {
    if (!own.has(id)) fail('invalid-checkpoint', `The state holds \`${id}\`, which model \`${model.name}\` does not have; it is of another model.`);
  }
  for (const [id, tensor] of own) (tensor.data as Float32Array).set((state.get(id) as Tensor).data as Float32Array);
}

/** Ids of the parameters of the groups called `names`. @throws GraftError `invalid-argument` naming the groups there are. */
export function parametersOf(model: Model, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const group = model.groups.find((candidate) => candidate.name === name);
    if (!group)
      return fail('invalid-argument', `Model \`${model.name}\` has no group \`${name}\`. Groups: ${model.groups.map((g) => g.name).join(', ')}.`);
    return group.members.filter((id) => model.parameters.has(id));
  });
}
