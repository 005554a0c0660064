// Methods on features that `auto` does not try, each alone, by its own options: so that every method has its row.
import { type OptionRecords, resolveOptions } from '../../src/core/options.ts';
import { accuracy, argmaxRows, domainMethods } from '../../src/index.ts';
import type { DomainMethodName } from '../../src/methods/domains/names.ts';
import { probabilitiesOf } from '../../src/methods/domains/pieces/classifier.ts';
import type { DomainMethod } from '../../src/methods/domains/pieces/domain-method.ts';
import { readied } from '../../src/plan/adapt/candidates.ts';
import { recipesFor } from '../../src/plan/adapt/recipes.ts';
import { unstandardised } from '../../src/plan/standardise.ts';
import type { Pair } from './tasks.ts';

/** What a method gave: its accuracy on what the pair is measured on. */
export interface Alone {
  readonly name: string;
  readonly accuracy: number;
}

/** What is left out. */
export interface AloneOptions {
  readonly seed: number;
  /** Methods that take too long here. */
  readonly slow?: readonly DomainMethodName[] | undefined;
}

/** On the main view. */
export async function* aloneOn(pair: Pair, { seed, slow = [] }: AloneOptions): AsyncGenerator<Alone, void, void> {
  const { labels, classes, targetLabels, held } = pair;
  const views = await pair.views();
  const [view] = views as [(typeof views)[number]];
  const come = await held?.read(view);
  const ready = await readied(view, labels, classes, { seed });
  const wanted = { several: views.length > 1, labels: false, shifted: ready.halves.shifted };
  const tried = recipesFor(view, { method: 'auto', ...wanted });
  const out = new Set([...tried.map(({ method }) => method), ...slow]);
  for (const method of Object.values(domainMethods) as unknown as (DomainMethod<OptionRecords> & { readonly name: DomainMethodName })[]) {
    // With one source, the weights of sources are nothing.
    if (out.has(method.name) || (method.name === 'source-weights' && view.sources.length === 1)) continue;
    const recipe = recipesFor(view, { method: method.name, ...wanted }).at(-1);
    if (!recipe) throw new Error(`There is no recipe for ${method.name}.`);
    const { domains, standard, l2, neighbours } = ready.forms[recipe.standard];
    const { linear, probabilities } = await method.adapt(domains, resolveOptions(method.options, {}, method.name), { l2, seed, neighbours });
    // Rows to come are for linear models alone.
    const said = come ? linear && (await probabilitiesOf(come, unstandardised(linear, standard))) : probabilities;
    if (said) yield { name: recipe.name, accuracy: accuracy(held?.labels ?? targetLabels, argmaxRows(said, classes)) };
  }
}
