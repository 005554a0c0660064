// Proof of a rule: its gradient against central differences, along random directions. The `.cases.ts` files beside the rules hold the cases.
import type { DType } from '../core/dtype.ts';
import { stream } from '../core/rng.ts';
import { sizeOf, type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { domainOf, type OpName, schemaOf } from '../graph/schema/index.ts';
import { type Attrs, concrete } from '../graph/types.ts';
import { backward } from './backward.ts';

/** Where sampled inputs lie: away from the op's kinks and poles. `distinct`: no two elements close to each other. */
export type Sampler = 'normal' | 'positive' | 'off-zero' | 'distinct' | 'unit';

export interface CaseInput {
  readonly shape: readonly number[];
  readonly sample?: Sampler;
  /** Given values instead of sampled ones; the input is then a constant of the graph. */
  readonly constant?: readonly number[];
  /** Of a constant; default int64. */
  readonly dtype?: DType;
}

export interface GradCase {
  readonly op: OpName;
  readonly inputs: readonly (CaseInput | undefined)[];
  readonly attrs?: Attrs;
  /** How many outputs the node declares; default 1. */
  readonly outputs?: number;
  /** Outputs that carry a gradient; default all floating-point ones. */
  readonly through?: readonly number[];
  /** float64 where ONNX Runtime has the op's kernels in it, and those of its gradient. Default float64. */
  readonly precision?: 'float32' | 'float64';
  /** Largest relative error; default 1e-6 in float64, 1e-2 in float32, whose differences are that coarse. */
  readonly tolerance?: number;
  /** Also compare second derivatives; default true in float64. */
  readonly second?: boolean;
}

/** Computes the outputs of a graph. */
export type Run = (graph: Builder, feeds: Record<string, Tensor>) => Promise<Record<string, Tensor>>;

export interface CheckResult {
  /** Relative errors |difference - gradient| / max(1, |gradient|), one for each direction. */
  readonly first: readonly number[];
  readonly second: readonly number[];
}

const DIRECTIONS = 2;

/** Compares first and second derivatives of f(x) = sum r y(x), r random, with central differences along random directions of unit length. */
export async function checkGradient(test: GradCase, run: Run, seed = 0): Promise<CheckResult> {
  const dtype = test.precision ?? 'float64';
  const step = dtype === 'float64' ? 1e-5 : 2e-2;
  const { graph, inputs } = projection(test, dtype, seed);
  const at = inputs.map((input, i) => sample(input.spec, stream(seed, 'check', test.op, i)));
  const result = { first: [] as number[], second: [] as number[] };
  for (let d = 0; d < DIRECTIONS; d++) {
    const direction = unit(at.map((values, i) => Array.from(stream(seed, 'direction', d, i).normals(values.length))));
    const evaluate = async (h: number) => {
      const feeds: Record<string, Tensor> = {};
      inputs.forEach(({ value }, i) => {
        const values = (at[i] as number[]).map((x, k) => x + h * ((direction[i] as number[])[k] as number));
        feeds[value.name] = tensorOf(dtype, values, value.shape as number[]);
        feeds[`u:${value.name}`] = tensorOf(dtype, direction[i] as number[], value.shape as number[]);
      });
      const outputs = await run(graph, feeds);
      const number = (name: string) => toNumbers(outputs[name] as Tensor).reduce((a, b) => a + b, 0);
      const dot = (name: string) =>
        inputs.reduce((sum, { value }, i) => {
          const gradient = outputs[`${name}:${value.name}`];
          return gradient ? sum + toNumbers(gradient).reduce((a, x, k) => a + x * ((direction[i] as number[])[k] as number), 0) : sum;
        }, 0);
      return { f: number('f'), slope: dot('d'), curvature: dot('dd') };
    };
    const [before, here, after] = [await evaluate(-step), await evaluate(0), await evaluate(step)];
    const error = (difference: number, value: number) => Math.abs(difference - value) / Math.max(1, Math.abs(value));
    result.first.push(error((after.f - before.f) / (2 * step), here.slope));
    if (test.second ?? dtype === 'float64') result.second.push(error((after.slope - before.slope) / (2 * step), here.curvature));
  }
  return result;
}

/** A graph with outputs `f`, `d:<input>` (gradient) and `dd:<input>` (gradient of the gradient along `u:<input>`). */
function projection(test: GradCase, dtype: DType, seed: number) {
  const g = new Builder('check');
  const inputs: { spec: CaseInput; value: Value }[] = [];
  const values = test.inputs.map((spec, i) => {
    if (!spec) return undefined;
    if (spec.constant) return g.constant(tensorOf(spec.dtype ?? 'int64', spec.constant, spec.shape));
    const value = g.input(`x${i}`, dtype, spec.shape);
    inputs.push({ spec, value });
    return value;
  });
  const domain = domainOf(test.op);
  const schema = schemaOf(domain, test.op);
  const count = test.outputs ?? 1;
  const node = g.append(test.op, values, test.attrs ?? {}, { domain, outputs: Array.from({ length: count }, (_, i) => `y${i}`) });
  const carried = test.through ?? (schema ? node.outputs.flatMap((y, i) => (y && y.dtype === dtype ? [i] : [])) : []);
  const terms = carried.map((i) => {
    const y = node.outputs[i] as Value;
    const shape = concrete(y.shape, y.name);
    const weights = Array.from(stream(seed, 'weights', i).normals(sizeOf(shape)));
    return g.sum(g.mul(y, g.constant(tensorOf(dtype, weights, shape))));
  });
  const f = g.output(
    'f',
    terms.reduce((a, b) => g.add(a, b)),
  );
  const wrt = inputs.map(({ value }) => value);
  const first = backward(g, f, wrt);
  for (const [x, dx] of first) g.output(`d:${x.name}`, dx);
  if (test.second ?? dtype === 'float64') {
    const slopes = [...first].map(([x, dx]) => g.sum(g.mul(dx, g.input(`u:${x.name}`, dtype, x.shape))));
    if (slopes.length)
      for (const [x, ddx] of backward(
        g,
        slopes.reduce((a, b) => g.add(a, b)),
        wrt,
      ))
        g.output(`dd:${x.name}`, ddx);
  }
  return { graph: g, inputs };
}

function sample({ shape, sample: kind = 'normal' }: CaseInput, source: ReturnType<typeof stream>): number[] {
  const n = sizeOf(shape);
  const normals = Array.from(source.normals(n));
  switch (kind) {
    case 'normal':
      return normals;
    case 'positive':
      return normals.map((x) => 0.5 + Math.abs(x));
    case 'off-zero':
      return normals.map((x) => x + Math.sign(x) * 0.2);
    case 'unit':
      return normals.map((x) => 0.9 * Math.tanh(x));
    case 'distinct':
      return Array.from(source.child('order').permutation(n), (place) => (place - n / 2) * 0.25);
  }
}

function unit(vectors: number[][]): number[][] {
  const length = Math.sqrt(vectors.flat().reduce((sum, x) => sum + x * x, 0)) || 1;
  return vectors.map((vector) => vector.map((x) => x / length));
}
