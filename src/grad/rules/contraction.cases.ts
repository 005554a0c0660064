// Cases of Einsum: products, traces, diagonals, ellipses, sizes of 1 that stand for all, one to three operands.
import type { GradCase } from '../check.ts';

const einsum = (equation: string, ...shapes: number[][]): GradCase => ({
  op: 'Einsum',
  inputs: shapes.map((shape) => ({ shape })),
  attrs: { equation },
});

export const cases: readonly GradCase[] = [
  einsum('ij,jk->ik', [2, 3], [3, 4]),
  einsum('ij,jk', [2, 3], [3, 4]),
  einsum('bhqd,bhkd->bhqk', [2, 2, 3, 4], [2, 2, 5, 4]),
  einsum('bqhd, bkhd -> bhqk', [2, 3, 2, 4], [2, 5, 2, 4]),
  einsum('bnd,de->bne', [2, 3, 4], [4, 5]),
  einsum('bchw,oc->bohw', [2, 3, 2, 2], [4, 3]),
  einsum('i,i->', [4], [4]),
  einsum('i,j->ij', [3], [4]),
  einsum('ij,ij->ij', [2, 3], [2, 3]),
  einsum('ij,kl->il', [2, 3], [4, 2]),
  einsum('ij->ji', [2, 3]),
  einsum('ij->', [2, 3]),
  einsum('ii->i', [3, 3]),
  einsum('ii', [3, 3]),
  einsum('iji,i->j', [3, 2, 3], [3]),
  einsum('...ij,...jk->...ik', [2, 1, 2, 3], [1, 3, 3, 2]),
  einsum('...i,i', [2, 3, 4], [4]),
  einsum('i...,...->i...', [2, 3], [3]),
  einsum('ij,jk->ik', [2, 1], [3, 4]),
  einsum('ij,ij->i', [2, 3], [1, 3]),
  einsum('bi,ij,bj->b', [2, 3], [3, 4], [2, 4]),
  einsum('ab,bc,cd,d->a', [2, 3], [3, 2], [2, 4], [4]),
];
