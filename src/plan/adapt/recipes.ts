// Which methods are tried on which view, and the averages of what they gave. Called by the plan of adaptation.
import { domainMethods } from '../../methods/domains/index.ts';
import type { DomainMethodName } from '../../methods/domains/names.ts';
import { type Neighbours, smoothed } from '../../methods/domains/pieces/neighbours.ts';
import type { AdaptedCandidate, ReadyView, Recipe } from './candidates.ts';
import { collapses, meanOf } from './choice.ts';
import type { MethodOptions } from './method-options.ts';
import type { FeatureView } from './view.ts';

/**
 * Methods that are tried unless one is asked for; the model of the source alone first. Those that move covariances are slow for wide features and were never
 * the best where all were tried: they are there by name, as are class weights, importance weights and optimal transport, which were behind self-training on each task of bench/adapt.
 */
const RECIPES: readonly (Omit<Recipe, 'about'> & Partial<Pick<Recipe, 'about'>>)[] = [
  { name: 'source-only', method: 'source-only', standard: 'source' },
  { name: 'source-only, standardised', method: 'source-only', standard: 'domain' },
  { name: 'label-shift', method: 'label-shift', standard: 'domain' },
  { name: 'self-training', method: 'self-training', standard: 'domain' },
  { name: 'self-training, balanced as the source', method: 'self-training', standard: 'domain', options: { balance: 'source' } },
  { name: 'self-training to the target alone', method: 'self-training', standard: 'domain', options: { share: 1, targetOnly: true } },
  { name: 'prototypes', method: 'prototypes', standard: 'domain' },
  { name: 'prototypes, smoothed', method: 'prototypes', standard: 'domain', options: { neighbours: 10 } },
  { name: 'label-propagation', method: 'label-propagation', standard: 'domain' },
  { name: 'shot', method: 'shot', standard: 'domain' },
  { name: 'mcc', method: 'mcc', standard: 'domain' },
  { name: 'two-view', method: 'two-view', standard: 'domain', options: { balance: 'source', rounds: 5 } },
];

/**
 * For the words of texts, of which each domain has its own, and which are all in the same units. mSDA, made for them too, takes half a minute for 5,000 words and was
 * behind on each pair where both were tried.
 */
const OF_WORDS: typeof RECIPES = [
  { name: 'log-count-ratio', method: 'log-count-ratio', standard: 'domain', options: { balance: 'source' }, suited: true },
];

/** Where there are several sources. */
const OF_SOURCES: typeof RECIPES = [{ name: 'source-weights', method: 'source-weights', standard: 'domain' }];

/** Where labels of the target are known: without a round of self-training, a linear model of all that has labels. */
const OF_LABELS: typeof RECIPES = [
  {
    name: 'source and target labels',
    about: 'a linear model of all that has labels',
    method: 'self-training',
    standard: 'domain',
    options: { rounds: 0 },
  },
];

/** What recipes go by, besides the view. */
export interface Wanted {
  readonly method: 'auto' | DomainMethodName;
  /** Of the method that is asked for by name. */
  readonly options?: MethodOptions;
  /** Whether there are other views too. */
  readonly several: boolean;
  /** Whether labels of the target are known. */
  readonly labels: boolean;
  /** Whether the classes are otherwise frequent in the target, which is all of the difference: units of each domain's own would do away with it. */
  readonly shifted: boolean;
}

/** The recipes for a view; the first of the main view is the yardstick. */
export function recipesFor({ name: viewName, units, sources }: FeatureView, { method, options, several, labels, shifted }: Wanted): Recipe[] {
  const wanted =
    method === 'auto'
      ? [...RECIPES, ...(sources.length > 1 ? OF_SOURCES : []), ...(units === 'shared' ? OF_WORDS : []), ...(labels ? OF_LABELS : [])]
      : [
          RECIPES[0] as (typeof RECIPES)[number],
          ...(method === 'source-only' ? [] : [{ name: method, method, options, standard: standardFor(method) }]),
        ];
  return wanted.map((recipe) => ({
    ...recipe,
    ...(shifted && recipe.method === 'label-shift' && { standard: 'source' as const }),
    name: several ? `${recipe.name} (${viewName})` : recipe.name,
    about: recipe.about ?? domainMethods[recipe.method].about,
  }));
}

/** Methods that move one domain's moments to the other's begin with both in the same units. */
function standardFor(method: DomainMethodName): Recipe['standard'] {
  return ['source-only', 'importance-weights', 'coral', 'linear-transport'].includes(method) ? 'source' : 'domain';
}

/** The mean of all candidates that have not collapsed and, where no label of the target is known, the same smoothed over neighbours. */
export async function averages(
  candidates: readonly AdaptedCandidate[],
  yardstick: AdaptedCandidate,
  classes: number,
  neighbours: Neighbours,
  { view, rehearsal, known }: Pick<ReadyView, 'view' | 'rehearsal' | 'known'>,
): Promise<AdaptedCandidate[]> {
  const outs = collapses(candidates, yardstick, classes, rehearsal.labels);
  const staying = candidates.filter((_, i) => outs[i] === undefined);
  if (staying.length < 3) return [];
  const mean = (of: 'rehearsed' | 'heldOut') => meanOf(staying.map((one) => ({ name: one.name, probabilities: one[of] as Float64Array })));
  const rehearsed = mean('rehearsed');
  const heldOut = known && mean('heldOut');
  const spread = (values: Float64Array, among: Neighbours) => smoothed(values, classes, among, 5, 2);
  const probabilities = meanOf(staying);
  const average = { name: 'average', about: `the mean of ${staying.length} candidates`, view, probabilities, rehearsed, heldOut, seconds: 0 };
  // What is smoothed over rows that learnt from a label is not held out from it.
  if (known) return [average];
  return [
    average,
    {
      name: 'average, smoothed',
      about: 'the same, averaged over the nearest rows',
      view,
      probabilities: spread(probabilities, neighbours),
      rehearsed: spread(rehearsed, await rehearsal.neighbours()),
      seconds: 0,
    },
  ];
}
