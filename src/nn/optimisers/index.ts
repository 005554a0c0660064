// All optimisers by name, and one made ready with its options. Called by the engine.
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { type OptionRecords, type OptionsOf, resolveOptions } from '../../core/options.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import type { Optimiser, Update } from './optimiser.ts';
import { sgd } from './sgd.ts';

/** How parameters are updated from gradients: each a record of its paper, its options and its rule. */
export const optimisers = { sgd, adam, adamw };
/** Name under which `fit` finds an optimiser. */
export type OptimiserName = keyof typeof optimisers;
/** Options of an optimiser by name, any of those that its record lists; `fit` checks them. */
export type OptimiserSettings = Readonly<Record<string, number | boolean | string>>;

export interface ReadyOptimiser {
  /** All options, defaults filled in. */
  readonly settings: OptimiserSettings & { readonly lr: number };
  readonly slots: readonly string[];
  update(p: Float32Array, g: Float32Array, slots: readonly Float32Array[], u: Update): boolean;
}

/** The optimiser called `name`. @throws GraftError `invalid-argument` for an option that it does not have, that is out of range or at odds with another. */
export function optimiser(name: OptimiserName, given: OptimiserSettings = {}): ReadyOptimiser {
  if (!Object.hasOwn(optimisers, name)) fail('invalid-argument', `There is no optimiser \`${name}\`; ${suggest(name, Object.keys(optimisers))}`);
  const record = optimisers[name] as unknown as Optimiser<OptionRecords>;
  const settings = resolveOptions(record.options, given, `optimiser \`${name}\``) as OptionsOf<OptionRecords> & { readonly lr: number };
  const conflict = record.conflict?.(settings);
  if (conflict !== undefined) fail('invalid-argument', `optimiser \`${name}\`: ${conflict}`);
  return { settings, slots: record.slots, update: (p, g, slots, u) => record.update(p, g, slots, u, settings) };
}
