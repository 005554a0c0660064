// Gradients of trigonometric and hyperbolic functions.
import type { Value } from '../../graph/graph.ts';
import { type RuleContext, rule } from '../rule.ts';

const square = ({ g, x: [x] }: RuleContext<unknown>): Value => g.mul(x, x);

export const Tan = rule<'Tan'>(({ g, y: [y], dy }) => [g.mul(dy, g.add(g.mul(y, y), 1))]);
export const Asin = rule<'Asin'>((c) => [c.g.div(c.dy, c.g.sqrt(c.g.sub(1, square(c))))]);
export const Acos = rule<'Acos'>((c) => [c.g.neg(c.g.div(c.dy, c.g.sqrt(c.g.sub(1, square(c)))))]);
export const Atan = rule<'Atan'>((c) => [c.g.div(c.dy, c.g.add(square(c), 1))]);
export const Sinh = rule<'Sinh'>(({ g, x: [x], dy }) => [g.mul(dy, g.op('Cosh', [x]))]);
export const Cosh = rule<'Cosh'>(({ g, x: [x], dy }) => [g.mul(dy, g.op('Sinh', [x]))]);
export const Asinh = rule<'Asinh'>((c) => [c.g.div(c.dy, c.g.sqrt(c.g.add(square(c), 1)))]);
export const Acosh = rule<'Acosh'>((c) => [c.g.div(c.dy, c.g.sqrt(c.g.sub(square(c), 1)))]);
export const Atanh = rule<'Atanh'>((c) => [c.g.div(c.dy, c.g.sub(1, square(c)))]);
