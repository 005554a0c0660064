// Proof of a rule: slopes by its gradient against slopes by differences, along random directions. Called by the tests of the rules with the
// cases of the `.cases.ts` files beside them. How a graph is run is handed in.
import { type DType, isFloat } from '../core/dtype.ts';
import { type Stream, stream } from '../core/rng.ts';
import { sizeOf, type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { domainOf, type OpName, schemaOf } from '../graph/schema/index.ts';
import { type Attrs, concrete } from '../graph/types.ts';
import { backward } from './backward.ts';

type Draw = (source: Stream, count: number) => number[];

/** Where sampled inputs lie. The differences move an element by 0.02 at most, so all but `normal` stay clear of what they avoid. */
const samplers = {
  /** Standard normal. */
  normal: (source, count) => Array.from(source.normals(count)),
  /** Uniform over [0.5, 2]. */
  positive: (source, count) => Array.from(source.uniforms(count), (u) => 0.5 + 1.5 * u),
  /** Uniform over [-0.9, 0.9]. */
  unit: (source, count) => Array.from(source.uniforms(count), (u) => 1.8 * u - 0.9),
  /** Uniform over [-2, -0.25] and [0.25, 2]. */
  'off-zero': (source, count) => Array.from(source.uniforms(count), (u) => 3.5 * u - (u < 0.5 ? 2 : 1.5)),
  /** Multiples of 0.25, each once, around 0, in random order. */
  distinct: (source, count) => Array.from(source.permutation(count), (place) => 0.25 * (place - count / 2)),
} satisfies Record<string, Draw>;
/** How the elements of an input are drawn: away from where the op has a kink or no value. */
export type Sampler = keyof typeof samplers;

/** One input of a {@link GradCase}. */
export interface CaseInput {
  readonly shape: readonly number[];
  /** Default `normal`. */
  readonly sample?: Sampler;
  /** Given elements instead of sampled ones. */
  readonly values?: readonly number[];
  /** Given elements; the input is then a constant of the graph: axes, pads, shapes. */
  readonly constant?: readonly number[];
  /** Default: int64 for a constant, else the case's precision. Only floating-point inputs that are no constants are differentiated. */
  readonly dtype?: DType;
}

/** One node whose gradient is checked. The file of its family exports `cases: readonly GradCase[]`. */
export interface GradCase {
  readonly op: OpName;
  /** In ONNX's order; `undefined` leaves an optional one out. */
  readonly inputs: readonly (CaseInput | undefined)[];
  readonly attrs?: Attrs;
  /** How many outputs the node declares; default the required ones. */
  readonly outputs?: number;
  /** Outputs that carry a gradient; default all floating-point ones. */
  readonly through?: readonly number[];
  /** float64, the default, where ONNX Runtime has the op's kernels in it, and those of its gradient. */
  readonly precision?: 'float32' | 'float64';
  /** Largest error relative to the size of the slope's terms; default 1e-6 in float64, 1e-2 in float32. */
  readonly tolerance?: number;
  /** Whether second derivatives are compared too; default true. */
  readonly second?: boolean;
  /** What the gradient is meant to be, as a factor of the derivative: of ops that pass on another on purpose. Default 1. */
  readonly turned?: number;
  /** What is special about the case. */
  readonly why?: string;
}

/** A compiled graph, as `createSession` makes it: what {@link checkGradient} runs. */
export interface Runnable {
  /** Computes all outputs, by name. */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  /** Frees its memory. */
  release(): Promise<void>;
}

/** One comparison of a slope by differences with that by the rule. */
export interface Slope {
  /** 2: of the gradient, that is, a second derivative. */
  readonly order: 1 | 2;
  readonly numeric: number;
  readonly analytic: number;
  /** How far apart the two may lie. */
  readonly allowed: number;
}

/** Reach of the differences, rounding of one number, and the default tolerance. */
const numerics = {
  float32: { step: 1e-2, rounding: 2 ** -24, tolerance: 1e-2 },
  float64: { step: 1e-3, rounding: 2 ** -53, tolerance: 1e-6 },
};

const DIRECTIONS = 3;

/**
 * Compares slopes of f(x) = sum(r y(x)), where y are the node's outputs (order 1) or their gradient's (order 2), r is random and x are all its
 * floating-point inputs. Along a random direction u the rule gives <grad f, u>; the fourth-order difference is
 * (8 (f(x + hu) - f(x - hu)) - (f(x + 2hu) - f(x - 2hu))) / 12h. Sums over outputs are taken in float64. An input that the gradient leaves out
 * counts as one of gradient zero.
 */
export async function checkGradient(test: GradCase, compile: (graph: Graph) => Promise<Runnable>, seed = 0): Promise<Slope[]> {
  const slopes: Slope[] = [];
  for (const order of test.second === false ? ([1] as const) : ([1, 2] as const)) {
    const source = stream(seed, test.op, order);
    const problem = pose(test, order, source);
    const session = await compile(problem.graph);
    try {
      for (let i = 0; i < DIRECTIONS; i++) slopes.push({ order, ...(await compare(test, problem, session, source.child('direction', i))) });
    } finally {
      await session.release();
    }
  }
  return slopes;
}

/** f as a graph. Its outputs are the terms of f before they are weighted, and the gradient of f, called `d<input>`. */
interface Problem {
  readonly graph: Graph;
  readonly at: Readonly<Record<string, Tensor>>;
  readonly xs: readonly Value[];
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

function pose(test: GradCase, order: 1 | 2, source: Stream): Problem {
  const { precision = 'float64' } = test;
  const g = new Builder('check');
  const at: Record<string, Tensor> = {};
  const inputs = test.inputs.map((spec, i) => {
    if (!spec) return undefined;
    const { shape, sample = 'normal', values, constant, dtype = constant ? 'int64' : precision } = spec;
    if (constant) return g.constant(tensorOf(dtype, constant, shape));
    at[`x${i}`] = tensorOf(dtype, values ?? samplers[sample](source.child('input', i), sizeOf(shape)), shape);
    return g.input(`x${i}`, dtype, shape);
  });
  const xs = inputs.filter((value) => value?.kind === 'input' && isFloat(value.dtype)) as Value[];
  let terms = carriers(g, test, inputs);
  let f = weigh(g, terms, source.child('weights', 1));
  let gradient = backward(g, f.sum, xs);
  if (order === 2) {
    terms = [...gradient.values()];
    f = weigh(g, terms, source.child('weights', 2));
    gradient = terms.length ? backward(g, f.sum, xs) : gradient;
  }
  terms.forEach((term, i) => {
    g.output(`f${i}`, term);
  });
  for (const [x, dx] of gradient) g.output(`d${x.name}`, dx);
  return { graph: g, at, xs, weights: f.weights };
}

/** Appends the case's node; its outputs that carry a gradient. */
function carriers(g: Builder, { op, attrs = {}, outputs, through }: GradCase, inputs: readonly (Value | undefined)[]): Value[] {
  const domain = domainOf(op);
  const required = schemaOf(domain, op)?.outputs.filter((name) => !/[?*]$/.test(name)).length ?? 1;
  const names = Array.from({ length: outputs ?? required }, (_, i) => `y${i}`);
  const ys = g.append(op, inputs, attrs, { domain, outputs: names }).outputs as readonly Value[];
  return ys.filter((y, i) => (through ? through.includes(i) : isFloat(y.dtype)));
}

/** sum(weights terms) in the graph, for random weights in [-1, 1], which are returned by the terms' names. */
function weigh(g: Builder, terms: readonly Value[], source: Stream): { sum: Value; weights: Map<string, number[]> } {
  const weights = new Map<string, number[]>();
  let sum: Value = g.scalar(0, terms[0]?.dtype);
  terms.forEach((term, i) => {
    const shape = concrete(term.shape, `\`${term.name}\``);
    const weight = symmetric(source.child(i), sizeOf(shape));
    weights.set(`f${i}`, weight);
    sum = g.add(sum, g.cast(g.sum(g.mul(term, g.constant(tensorOf(term.dtype, weight, shape)))), sum.dtype));
  });
  return { sum, weights };
}

async function compare(test: GradCase, { xs, at, weights }: Problem, session: Runnable, source: Stream): Promise<Omit<Slope, 'order'>> {
  const { step, rounding, tolerance } = numerics[test.precision ?? 'float64'];
  const direction = new Map(xs.map((x, i) => [x.name, symmetric(source.child(i), sizeOf(concrete(x.shape, x.name)))]));
  const f = async (distance: number) => project(await session.run({ ...at, ...shifted(at, direction, distance) }), weights).sum;
  const near = (await f(step)) - (await f(-step));
  const far = (await f(2 * step)) - (await f(-2 * step));
  const numeric = ((test.turned ?? 1) * (8 * near - far)) / (12 * step);
  const here = await session.run(at);
  const slope = project(here, new Map([...direction].map(([name, u]) => [`d${name}`, u])));
  const noise = (4 * rounding * project(here, weights).norm) / step;
  return { numeric, analytic: slope.sum, allowed: (test.tolerance ?? tolerance) * Math.max(Math.abs(numeric), slope.norm) + noise };
}

/** Inner product of outputs with weights, and the Euclidean norm of its terms. An output that is not there counts as zero. */
function project(outputs: Readonly<Record<string, Tensor>>, weights: ReadonlyMap<string, readonly number[]>): { sum: number; norm: number } {
  const terms = [...weights].flatMap(([name, weight]) => {
    const output = outputs[name];
    return output ? toNumbers(output).map((number, i) => number * (weight[i] as number)) : [];
  });
  return { sum: terms.reduce((sum, term) => sum + term, 0), norm: Math.hypot(...terms) };
}

function shifted(at: Readonly<Record<string, Tensor>>, direction: ReadonlyMap<string, readonly number[]>, distance: number): Record<string, Tensor> {
  const moved = [...direction].map(([name, u]) => {
    const { dtype, dims, data } = at[name] as Tensor;
    const numbers = Array.from(data as ArrayLike<number>, (x, i) => x + distance * (u[i] as number));
    return [name, tensorOf(dtype, numbers, dims)] as const;
  });
  return Object.fromEntries(moved);
}

function symmetric(source: Stream, count: number): number[] {
  return Array.from(source.uniforms(count), (u) => 2 * u - 1);
}
