// Gradients of the element-wise ops. Broadcast gradients are summed back by backward.ts.
import { rule } from '../rule.ts';

export const Add = rule<'Add'>(({ dy }) => [dy, dy]);
export const Sub = rule<'Sub'>(({ g, dy }) => [dy, g.neg(dy)]);
export const Mul = rule<'Mul'>(({ g, x: [a, b], dy }) => [g.mul(dy, b), g.mul(dy, a)]);
export const Div = rule<'Div'>(({ g, x: [, b], y: [q], dy }) => {
  const da = g.div(dy, b);
  return [da, g.neg(g.mul(da, q))];
});
export const Neg = rule<'Neg'>(({ g, dy }) => [g.neg(dy)]);
export const Identity = rule<'Identity'>(({ dy }) => [dy]);
export const Cast = rule<'Cast'>(({ dy }) => [dy]);
