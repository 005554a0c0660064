// Graft's gradients against PyTorch's, parameter by parameter. Called by the comparison of one model.
import { fail } from '../../src/core/errors.ts';
import { type Tensor, toNumbers } from '../../src/index.ts';
import { distance, norm } from './distance.ts';
import type { ZooCase } from './zoo-case.ts';

/** Of each gradient, relative L2. */
const TOLERANCE = 1e-3;
/** A gradient shorter than this share of all gradients together is measured against that share: it may be 0 but for rounding. */
const FLOOR = 1e-4;
/** How much farther from float64 than PyTorch's float32 Graft may be, where that is no nearer than the tolerance. */
const SLACK = 3;

/** @param actual Graft's gradient by a name of the file. */
export function compareGradients(
  zoo: ZooCase,
  golden: ReadonlyMap<string, Tensor>,
  prefix: '' | 'train/',
  actual: (name: string) => readonly number[] | undefined,
): { readonly ok: boolean; readonly error: number; readonly notes: readonly string[] } {
  const of = (kind: 'grad' | 'grad64', parameter: string): readonly number[] | undefined => {
    const tensor = golden.get(`${prefix}${kind}/${parameter}`);
    return tensor && toNumbers(tensor);
  };
  const all = zoo.parameters.map((parameter) => {
    const single = of('grad', parameter) ?? fail('invalid-data', `There is no golden gradient of \`${parameter}\`.`);
    return { parameter, single, double: of('grad64', parameter), graft: summed(zoo, parameter, actual) };
  });
  const floor = FLOOR * norm(all.map(({ single }) => norm(single)));
  const relative = (x: readonly number[], y: readonly number[]) => distance(x, y) / Math.max(norm(y), floor);
  const errors = all.map(({ parameter, single, double, graft }) => {
    const error = relative(graft ?? single.map(() => 0), single);
    if (error < TOLERANCE || !double || !graft) return { parameter, error, found: graft !== undefined, ok: error < TOLERANCE };
    // Float32 may not be able to tell better: then float64 says whether Graft is as near as PyTorch's own float32.
    const [own, torch] = [relative(graft, double), relative(single, double)];
    return { parameter, error, found: true, ok: own < TOLERANCE || own < SLACK * torch, own, torch };
  });
  const worst = errors.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a));
  const wrong = errors.filter(({ ok }) => !ok);
  const missing = errors.filter(({ found }) => !found);
  const [wide] = errors.filter(({ ok, own }) => ok && own !== undefined).toSorted((a, b) => b.error - a.error);
  return {
    ok: wrong.length === 0,
    error: worst.error,
    notes: [
      ...(wrong.length > 0 ? [`${wrong.length} of ${errors.length} gradients differ, \`${worst.parameter}\` most`] : []),
      ...(missing.length > 0 ? [`${missing.length} parameters are not found: ${missing[0]?.parameter}`] : []),
      ...(wide
        ? [`in float64 \`${wide.parameter}\` is off by ${wide.own?.toExponential(1)}, PyTorch's float32 by ${wide.torch?.toExponential(1)}`]
        : []),
    ],
  };
}

/** Sum over all names that the file has for a shared parameter. */
function summed({ ties }: ZooCase, parameter: string, actual: (name: string) => readonly number[] | undefined): readonly number[] | undefined {
  const names = [parameter, ...Object.keys(ties).filter((name) => ties[name] === parameter)];
  const parts = names.flatMap((name) => {
    const part = actual(name);
    return part ? [part] : [];
  });
  return parts.length === 0 ? undefined : parts.reduce((a, b) => a.map((x, i) => x + (b[i] as number)));
}
