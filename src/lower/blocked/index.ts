// What stays in, or goes into, the blocked layout; everything else is left to the plain lowering.
import { Await } from './await.ts';
import { Conv, ConvGradInput } from './conv.ts';
import { ConvGradWeight } from './conv-weight.ts';
import { elementwise, elementwiseOps } from './elementwise.ts';
import type { LowerBlocked } from './layout.ts';
import * as norm from './norm.ts';
import * as pool from './pool.ts';
import * as rearrange from './rearrange.ts';
import * as reduce from './reduce.ts';

const families = { Await, Conv, ConvGradInput, ConvGradWeight, ...norm, ...pool, ...rearrange, ...reduce };

export const blocked: Readonly<Record<string, LowerBlocked>> = {
  ...Object.fromEntries(elementwiseOps.map((op) => [op, elementwise])),
  ...(families as Readonly<Record<string, LowerBlocked<never>>>),
};
