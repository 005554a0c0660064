// Gradients of sums of products: those of the matrix products that they are.
import { Einsum as expandEinsum } from '../../graph/expand/einsum.ts';
import { expanded } from '../rule.ts';

export const Einsum = expanded(expandEinsum);
