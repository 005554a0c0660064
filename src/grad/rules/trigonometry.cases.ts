// Cases of trigonometric and hyperbolic functions, inside the ranges where they have a slope.
import type { OpName } from '../../graph/schema/index.ts';
import type { CaseInput, GradCase } from '../check.ts';

const of = (op: OpName, input: CaseInput): GradCase => ({ op, inputs: [input], precision: 'float32' });
const inside: CaseInput = { shape: [2, 4], sample: 'unit' };
const narrow: CaseInput = { shape: [6], values: [-0.8, -0.5, -0.1, 0.2, 0.4, 0.7] };
const wide: CaseInput = { shape: [2, 3] };

export const cases: readonly GradCase[] = [
  of('Tan', inside),
  of('Asin', narrow),
  of('Acos', narrow),
  of('Atan', wide),
  of('Sinh', wide),
  of('Cosh', wide),
  of('Asinh', wide),
  of('Acosh', { shape: [5], values: [1.3, 1.7, 2, 4, 9] }),
  of('Atanh', narrow),
];
