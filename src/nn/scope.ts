// Where a layer builds: the graph, the path of names, and the declaration of parameters and buffers under it. Made by `createModel`.
import { fail, GraftError } from '../core/errors.ts';
import { type Stream, stream } from '../core/rng.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Initialiser } from './initialisers.ts';
import type { ParameterInfo } from './model.ts';

/** A layer: adds nodes to a graph and declares what it needs. Plain data until a model is made of it. */
export interface Layer {
  /** Stem of its name in a `sequential` when none is given: `conv`, `dense`. */
  readonly kind: string;
  readonly name?: string | undefined;
  /** Appends the layer's nodes, declares its parameters in `scope`, and returns its output for the input `x`. */
  build(scope: Scope, x: Value): Value;
}

/** How a parameter starts, and whether it decays. */
export interface ParameterOptions {
  readonly init: Initialiser;
  /** Numbers of inputs and outputs that meet in one weight, for the initialiser's variance. */
  readonly fans?: { readonly in: number; readonly out: number };
  /** Whether weight decay applies; default true. */
  readonly decay?: boolean;
}

/** What all scopes of one model share. */
export interface ScopeRecord {
  readonly g: Builder;
  readonly seed: number;
  readonly parameters: Map<string, ParameterInfo>;
  readonly members: { readonly id: string; readonly path: string }[];
}

/** Where a layer builds: the graph that it appends to, and the path of names under which it declares parameters and buffers. */
export class Scope {
  readonly #record: ScopeRecord;
  /** Names of the layers around this one, outermost first. */
  readonly path: readonly string[];

  /** @internal Made by `createModel`. */
  constructor(record: ScopeRecord, path: readonly string[] = []) {
    this.#record = record;
    this.path = path;
  }

  /** The graph that is built. */
  get g(): Builder {
    return this.#record.g;
  }

  /** Declares a parameter `[...shape]` named after the path: `block1/conv` and `weight` give `block1.conv.weight`. */
  parameter(name: string, shape: readonly number[], { init, fans = { in: 1, out: 1 }, decay = true }: ParameterOptions): Value {
    const id = this.#id(name);
    const data = init(shape, fans, this.#stream(id));
    this.#record.parameters.set(id, { id, layer: this.path.join('/'), decay });
    return this.g.parameter(id, tensor('float32', shape, data as Float32Array<ArrayBuffer>));
  }

  /** Declares state that is not trained, of which every element is `value`. */
  buffer(name: string, shape: readonly number[], value: number): Value {
    const data: Tensor = tensor('float32', shape, new Float32Array(sizeOf(shape)).fill(value));
    return this.g.buffer(this.#id(name), data);
  }

  /** Builds `layer` under `name`, within this scope. */
  layer(layer: Layer, x: Value, name: string): Value {
    const inner = new Scope(this.#record, [...this.path, name]);
    try {
      return this.g.scope(name, () => layer.build(inner, x));
    } catch (error) {
      throw located(error, inner.path.join('/'), x);
    }
  }

  #id(name: string): string {
    const id = [...this.path, name].join('.');
    if (this.#record.members.some((member) => member.id === id))
      fail('invalid-argument', `\`${this.path.join('/')}\` declares \`${name}\` twice; give one of them another name.`);
    this.#record.members.push({ id, path: this.path[0] ?? '' });
    return id;
  }

  #stream(id: string): Stream {
    return stream(this.#record.seed, 'initial', id);
  }
}

/** An error about shapes that does not say in which layer, with the layer and what came in. */
function located(error: unknown, path: string, x: Value): unknown {
  if (!(error instanceof GraftError) || error.code !== 'invalid-shape' || error.message.startsWith(`\`${path}`)) return error;
  return new GraftError(error.code, `\`${path}\` with input [${x.shape.join(', ')}]: ${error.message}`, { cause: error });
}
