// Views of the data -> adapted candidates: each method on each view, standardised as it asks for. Called by the plan of adaptation.
import type { OptionRecords } from '../../core/options.ts';
import { resolveOptions } from '../../core/options.ts';
import type { Tensor } from '../../core/tensor.ts';
import { domainMethods } from '../../methods/domains/index.ts';
import type { DomainMethodName } from '../../methods/domains/names.ts';
import { learntFrom, probabilitiesOf } from '../../methods/domains/pieces/classifier.ts';
import type { DomainMethod, Domains, KnownRows } from '../../methods/domains/pieces/domain-method.ts';
import { pinned } from '../../methods/domains/pieces/known.ts';
import { type Neighbours, nearestRows } from '../../methods/domains/pieces/neighbours.ts';
import { penaltyFor } from '../../methods/domains/pieces/penalty.ts';
import { joinRows } from '../../methods/domains/pieces/products.ts';
import { sourceOdds } from '../../methods/domains/pieces/shift.ts';
import type { LinearModel } from '../../methods/probes/linear.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { type Standard, standardised, standardOf, unstandardised } from '../standardise.ts';
import type { MethodOptions } from './method-options.ts';
import { type Halves, halvesOf, NEIGHBOURS, type Rehearsal, rehearsalOf } from './rehearsal.ts';
import type { FeatureView } from './view.ts';

/** A method on a view. */
export interface Recipe {
  readonly name: string;
  readonly about: string;
  readonly method: DomainMethodName;
  readonly options?: MethodOptions | undefined;
  /** Whether the method is made for such a view. */
  readonly suited?: boolean;
  /** `source`: all rows in units of the source's deviations. `domain`: each domain in units of its own, as AdaBN (Li et al. 2016, arXiv:1603.04779) has layers. */
  readonly standard: 'source' | 'domain';
}

/** What a recipe gave. */
export interface AdaptedCandidate {
  readonly name: string;
  readonly about: string;
  readonly view: FeatureView;
  /** Of the target rows, `[M, classes]`. */
  readonly probabilities: Float64Array;
  /** On the view's features as they are; left out where the method speaks of the given rows alone. */
  readonly linear?: LinearModel | undefined;
  /** The classes that it takes the source's rows for, `[N]`, where it has a linear form. */
  readonly saidOfSource?: Int32Array | undefined;
  /** Share of the source's rows that it still tells rightly, where it has a linear form. */
  readonly sourceAccuracy?: number | undefined;
  /** Of the rehearsal's target, whose labels are known: `[R, classes]`. */
  readonly rehearsed?: Float64Array | undefined;
  /** Share of the source's rows told rightly by what learnt from the target with its answers, where that was asked for. */
  readonly reversed?: number | undefined;
  /** Whether its method is made for such a view. */
  readonly suited?: boolean | undefined;
  /** Of the rows whose labels are known, by what learnt without the label of the row: `[K, classes]`. */
  readonly heldOut?: Float64Array | undefined;
  /** That it took. */
  readonly seconds: number;
}

/** A view made ready for methods: standardised in both ways, penalty and neighbours found. */
export interface ReadyView {
  readonly view: FeatureView;
  readonly labels: Int32Array;
  readonly classes: number;
  readonly halves: Halves;
  readonly forms: Readonly<Record<Recipe['standard'], Form>>;
  readonly rehearsal: Rehearsal;
  readonly known?: KnownRows | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

interface Form {
  readonly domains: Domains;
  /** Of the target's rows, in units of which the linear models are. */
  readonly standard: Standard;
  readonly l2: number;
  readonly neighbours: () => Promise<Neighbours>;
}

/** How {@link readied} goes about it. */
export interface ReadyOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Rows of the target whose labels are known. */
  readonly known?: KnownRows | undefined;
  /** Of the rehearsal, where another view has settled them: the rows are the same. */
  readonly halves?: Halves | undefined;
}

/** @param labels of all sources' rows, in their order. */
export async function readied(
  view: FeatureView,
  labels: Int32Array,
  classes: number,
  { seed, signal, known, halves }: ReadyOptions,
): Promise<ReadyView> {
  const together = view.sources.reduce(joinRows);
  const { units } = view;
  const ofSource = standardOf(together, units);
  const origin = Int32Array.from(view.sources.flatMap(({ dims: [rows = 0] }, source) => new Array<number>(rows).fill(source)));
  const formOf = async (source: Tensor<'float32'>, standard: Standard, penalty?: number): Promise<Form> => {
    const target = standardised(view.target, standard);
    let found: Promise<Neighbours> | undefined;
    return {
      domains: { source: { features: source, labels, origin }, target, classes, known },
      standard,
      l2: penalty ?? (await penaltyFor(source, labels, classes, { seed, signal })),
      neighbours: () => (found ??= nearestRows(target, NEIGHBOURS)),
    };
  };
  const each = view.sources.map((features) => standardised(features, standardOf(features, units)));
  const plain = standardised(together, ofSource);
  const own = await formOf(plain, ofSource);
  // In shared units the rows differ by hardly more than a factor.
  const penalty = units === 'shared' ? own.l2 : undefined;
  const divided =
    halves ?? halvesOf(labels, classes, await sourceOdds(own.domains.source, own.domains.target, await saidBySource(own, signal), signal));
  return {
    view,
    labels,
    classes,
    halves: divided,
    forms: { source: own, domain: await formOf(each.reduce(joinRows), standardOf(view.target, units), penalty) },
    rehearsal: rehearsalOf(own.domains.source, classes, divided),
    known,
    seed,
    signal,
  };
}

/** What a linear model of the source says of the target's rows. */
async function saidBySource({ domains, l2 }: Pick<Form, 'domains' | 'l2'>, signal: AbortSignal | undefined): Promise<Float64Array> {
  return probabilitiesOf(domains.target, await learntFrom(domains.source, { classes: domains.classes, l2, signal }));
}

/** @throws GraftError `aborted` when the signal says so. */
export async function candidateOf(ready: ReadyView, recipe: Recipe): Promise<Omit<AdaptedCandidate, 'seconds'>> {
  const { view, classes, seed, signal, labels, rehearsal, known } = ready;
  const { domains, standard, l2, neighbours } = ready.forms[recipe.standard];
  const method = domainMethods[recipe.method] as DomainMethod<OptionRecords>;
  const options = resolveOptions(method.options, recipe.options ?? {}, `method \`${method.name}\``);
  const context = { l2, seed, signal, neighbours };
  const { probabilities, linear } = await method.adapt(domains, options, context);
  const told = linear && argmaxRows(await probabilitiesOf(domains.source.features, linear), classes);
  const rehearsed = await method.adapt(rehearsal.domains, options, { l2, seed, signal, neighbours: rehearsal.neighbours });
  return {
    name: recipe.name,
    about: recipe.about,
    view,
    probabilities: pinned(probabilities, known, classes),
    linear: linear && unstandardised(linear, standard),
    saidOfSource: told,
    sourceAccuracy: told && accuracy(labels, told),
    rehearsed: rehearsed.probabilities,
    suited: recipe.suited,
    heldOut:
      known && (await heldOutOf(known, classes, async (rest) => (await method.adapt({ ...domains, known: rest }, options, context)).probabilities)),
  };
}

/** Parts of the known rows that are held out in turn. */
const FOLDS = 3;

/** What is said of each known row by what learnt from the others: `[K, classes]`. @param adapted what is said of all target rows. */
async function heldOutOf(
  { rows, labels }: KnownRows,
  classes: number,
  adapted: (known: KnownRows | undefined) => Promise<Float64Array>,
): Promise<Float64Array> {
  const out = new Float64Array(rows.length * classes);
  const folds = Math.min(FOLDS, rows.length);
  for (let fold = 0; fold < folds; fold++) {
    const rest = { rows: rows.filter((_, i) => i % folds !== fold), labels: labels.filter((_, i) => i % folds !== fold) };
    const said = await adapted(rest.rows.length > 0 ? rest : undefined);
    for (let i = fold; i < rows.length; i += folds)
      out.set(said.subarray((rows[i] as number) * classes, ((rows[i] as number) + 1) * classes), i * classes);
  }
  return out;
}
