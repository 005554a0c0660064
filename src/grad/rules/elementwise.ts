// Gradients of the element-wise ops. Broadcast gradients are summed back by backward.ts.
// At kinks they agree with PyTorch: Relu and Abs give 0 at 0, LeakyRelu, PRelu and Elu the slope of the left side, Clip passes at a
// single bound and not at two constant ones (ReLU6), and Min and Max share a tie equally.
import type { Builder } from '../../graph/builder.ts';
import { numbersIn } from '../../graph/elements.ts';
import type { Value } from '../../graph/graph.ts';
import { type RuleContext, rule, ZERO } from '../rule.ts';

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

export const Add = rule<'Add'>(({ dy }) => [dy, dy]);
export const Sub = rule<'Sub'>(({ g, dy }) => [dy, g.neg(dy)]);
export const Mul = rule<'Mul'>(({ g, x: [a, b], dy }) => [g.mul(dy, b), g.mul(dy, a)]);
export const Div = rule<'Div'>(({ g, x: [, b], y: [q], dy }) => {
  const da = g.div(dy, b);
  return [da, g.neg(g.mul(da, q))];
});

/**
 * d/dx x^p = p x^(p-1), and 0 for x = p = 0, where x^(p-1) is infinite; d/dp x^p = x^p log x, taken as 0 where x <= 0: the limit from above
 * at 0. A single constant exponent, as norms and activations have it, needs fewer nodes.
 */
export const Pow = rule<'Pow'>(({ g, x: [x, p], y: [z], dy }) => {
  const [power, ...others] = numbersIn(p) ?? [];
  if (power !== undefined && others.length === 0) {
    if (power === 0) return [];
    if (power === 1) return [dy];
    return [g.mul(dy, g.mul(power === 2 ? x : g.pow(x, power - 1), power))];
  }
  const exponent = g.cast(p, x.dtype);
  const bothZero = g.mask(g.op('And', [g.equal(x, 0), g.equal(exponent, 0)]), x.dtype);
  const dx = g.mul(dy, g.mul(exponent, g.pow(x, g.add(g.sub(exponent, 1), bothZero))));
  const positive = g.greater(x, 0);
  const log = g.where(positive, g.log(g.where(positive, x, 1)), 0);
  return [dx, g.mul(dy, g.mul(z, log))];
});

/** a mod b = a - b trunc(a / b), where trunc(a / b) does not change: ONNX has Mod of floating-point numbers with the sign of a only. */
export const Mod = rule<'Mod'>(({ g, x: [a, b], y: [rest], dy }) => {
  const quotient = g.op('Round', [g.div(g.sub(a, rest), b)]);
  return [dy, g.neg(g.mul(dy, quotient))];
});

/** dy goes to every input that equals the extreme, in equal shares. */
const extreme = ({ g, x, y: [y], dy }: RuleContext<unknown>): Value[] => {
  const hits = Array.from(x, (value) => g.mask(g.equal(value, y), y.dtype));
  const share = hits.length === 1 ? dy : g.div(dy, g.op('Sum', hits));
  return hits.map((hit) => g.mul(share, hit));
};
export const Min = rule<'Min'>(extreme);
export const Max = rule<'Max'>(extreme);
export const Sum = rule<'Sum'>(({ x, dy }) => Array.from(x, () => dy));
export const Mean = rule<'Mean'>(({ g, x, dy }) => {
  const share = g.div(dy, x.length);
  return Array.from(x, () => share);
});

export const Neg = rule<'Neg'>(({ g, dy }) => [g.neg(dy)]);
export const Abs = rule<'Abs'>(({ g, x: [x], dy }) => [g.mul(dy, g.sign(x))]);
export const Exp = rule<'Exp'>(({ g, y: [y], dy }) => [g.mul(dy, y)]);
export const Log = rule<'Log'>(({ g, x: [x], dy }) => [g.div(dy, x)]);
export const Sqrt = rule<'Sqrt'>(({ g, y: [y], dy }) => [g.div(g.mul(dy, 0.5), y)]);
export const Reciprocal = rule<'Reciprocal'>(({ g, y: [y], dy }) => [g.neg(g.mul(dy, g.mul(y, y)))]);
export const Sin = rule<'Sin'>(({ g, x: [x], dy }) => [g.mul(dy, g.op('Cos', [x]))]);
export const Cos = rule<'Cos'>(({ g, x: [x], dy }) => [g.neg(g.mul(dy, g.op('Sin', [x])))]);
export const Erf = rule<'Erf'>(({ g, x: [x], dy }) => [g.mul(dy, g.mul(g.exp(g.neg(g.mul(x, x))), TWO_OVER_SQRT_PI))]);
export const Identity = rule<'Identity'>(({ dy }) => [dy]);
export const Cast = rule<'Cast'>(({ dy }) => [dy]);
export const CastLike = rule<'CastLike'>(({ dy }) => [dy]);

/** Greater, Cast and Mul are faster than Where; y > 0 exactly where x > 0. */
export const Relu = rule<'Relu'>(({ g, y: [y], dy }) => [g.mul(dy, positiveMask(g, y))]);
export const LeakyRelu = rule<'LeakyRelu'>(({ g, x: [x], attrs: { alpha }, dy }) => [g.where(g.greater(x, 0), dy, g.mul(dy, alpha))]);
export const PRelu = rule<'PRelu'>(({ g, x: [x, slope], dy }) => {
  const positive = g.greater(x, 0);
  return [g.where(positive, dy, g.mul(dy, slope)), g.mul(dy, g.min(x, 0))];
});

/** For x <= 0, d/dx alpha (e^x - 1) = y + alpha. */
export const Elu = rule<'Elu'>(({ g, x: [x], y: [y], attrs: { alpha }, dy }) => [g.where(g.greater(x, 0), dy, g.mul(dy, g.add(y, alpha)))]);
export const Sigmoid = rule<'Sigmoid'>(({ g, y: [y], dy }) => [g.mul(dy, g.mul(y, g.sub(1, y)))]);
export const HardSigmoid = rule<'HardSigmoid'>(({ g, x: [x], attrs: { alpha, beta }, dy }) => {
  const line = g.add(g.mul(x, alpha), beta);
  return [g.mul(dy, g.mul(between(g, line, 0, 1), alpha))];
});

/** x h(x) with the hard sigmoid h(x) = clip(x / 6 + 1/2, 0, 1): h, plus x / 6 inside. */
export const HardSwish = rule<'HardSwish'>(({ g, x: [x], dy }) => {
  const gate = g.op('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 });
  const slope = g.mul(g.mul(x, between(g, x, -3, 3)), 1 / 6);
  return [g.mul(dy, g.add(gate, slope))];
});
export const Tanh = rule<'Tanh'>(({ g, y: [y], dy }) => [g.mul(dy, g.sub(1, g.mul(y, y)))]);
export const Softplus = rule<'Softplus'>(({ g, x: [x], dy }) => [g.mul(dy, g.sigmoid(x))]);

/** Exact: Phi(x) + x phi(x). Approximate: the derivative of x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
export const Gelu = rule<'Gelu'>(({ g, x: [x], attrs: { approximate }, dy }) => {
  if (approximate === 'tanh') {
    const c = Math.sqrt(2 / Math.PI);
    const square = g.mul(x, x);
    const t = g.tanh(g.mul(g.mul(x, c), g.add(g.mul(square, 0.044715), 1)));
    const inner = g.mul(g.add(g.mul(square, 3 * 0.044715), 1), c);
    const slope = g.mul(g.mul(x, 0.5), g.mul(g.sub(1, g.mul(t, t)), inner));
    return [g.mul(dy, g.add(g.mul(g.add(t, 1), 0.5), slope))];
  }
  // x phi(x) = u e^(-u^2) / sqrt(pi) with u = x / sqrt(2); the factor goes into the exponent, which saves a pass over memory.
  const u = g.mul(x, Math.SQRT1_2);
  const cdf = g.op('HardSigmoid', [g.op('Erf', [u])], { alpha: 0.5, beta: 0.5 });
  return [g.mul(dy, g.add(cdf, g.mul(u, g.exp(g.sub(-0.5 * Math.log(Math.PI), g.mul(u, u))))))];
});

/**
 * Between two constant bounds the gradient passes, at them it does not, as in ReLU6 and hardtanh: the output tells, and the input need not be kept. With
 * other bounds it passes where the output equals the input, at the bounds too; elsewhere it goes to the bound. Assumes min <= max.
 */
export const Clip = rule<'Clip'>(({ g, x: [input], y: [output], has, dy, node }) => {
  if (!has(1) && !has(2)) return [dy];
  const where = (condition: Value) => g.mul(dy, g.mask(condition, dy.dtype));
  const [low, high] = [1, 2].map((i) => numbersIn(node.inputs[i])?.[0]);
  if (low !== undefined && high !== undefined) return [g.mul(dy, between(g, output, low, high))];
  return [where(g.equal(input, output)), where(g.less(input, output)), where(g.greater(input, output))];
});

export const Where = rule<'Where'>(({ g, x: [condition, a], dy }) => {
  const yes = g.mask(condition, a.dtype);
  return [undefined, g.mul(dy, yes), g.mul(dy, g.mask(g.op('Not', [condition]), a.dtype))];
});

export const Sign = ZERO;
export const Floor = ZERO;
export const Ceil = ZERO;
export const Round = ZERO;
export const Equal = ZERO;
export const Greater = ZERO;
export const GreaterOrEqual = ZERO;
export const Less = ZERO;
export const LessOrEqual = ZERO;
export const And = ZERO;
export const Or = ZERO;
export const Xor = ZERO;
export const Not = ZERO;
export const IsNaN = ZERO;
export const IsInf = ZERO;

function positiveMask(g: Builder, x: Value): Value {
  return g.mask(g.greater(x, 0), x.dtype);
}

/** 1 where low < x < high. */
function between(g: Builder, x: Value, low: number, high: number): Value {
  return g.mask(g.op('And', [g.greater(x, low), g.less(x, high)]), x.dtype);
}
