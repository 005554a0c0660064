// Features of sources with labels and of a target without -> adapted candidates and a choice among them that sees no label of the target. Called by `adaptData`,
// and by users who have features of their own.
import { type Clock, systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import { inWords, knownOptions, type OptionKinds, requireOptions } from '../../core/known-options.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import type { Tensor } from '../../core/tensor.ts';
import { classifier, probabilitiesOf } from '../../methods/domains/pieces/classifier.ts';
import type { KnownRows } from '../../methods/domains/pieces/domain-method.ts';
import { halvesByChance, type Mismatch, mismatchOf } from '../../methods/domains/pieces/mismatch.ts';
import type { Neighbours } from '../../methods/domains/pieces/neighbours.ts';
import { reverseAccuracy } from '../../methods/domains/pieces/reverse.ts';
import { type ClassShift, classShifts, contradicts } from '../../methods/domains/pieces/shift.ts';
import type { ValidatorRows } from '../../methods/domains/pieces/validators.ts';
import type { LinearModel } from '../../methods/probes/linear.ts';
import { argmaxRows } from '../../score/metrics.ts';
import type { DataFitEvent } from '../events.ts';
import { unstandardised } from '../standardise.ts';
import { adaptOptions } from './adapt-options.ts';
import { boundedView } from './bounded.ts';
import { type AdaptedCandidate, candidateOf, type ReadyView, readied } from './candidates.ts';
import { type Choice, chosenWithout, collapses, type Rehearsed } from './choice.ts';
import { learnersOf } from './learner.ts';
import { sourceLearntNothing } from './learnt-nothing.ts';
import { methodOptionsOf } from './method-options.ts';
import { averages, recipesFor } from './recipes.ts';
import { type Halves, ratiosOf, requireEnough, validatorRowsOf } from './rehearsal.ts';
import { knownIn } from './target-labels.ts';
import type { FeatureView } from './view.ts';

/** What {@link adaptFeatures} is given. */
export interface FeatureDomains {
  /**
   * Ways of reading the same rows, the main one first. Where units are `own`, what lies far outside of all other values of a feature is brought nearer, which keeps
   * it from setting the unit; a view that is `bounded` stays as it is.
   */
  readonly views: readonly FeatureView[];
  /** Of all source rows, in the order of the sources: `[N]`, each in 0..classes-1. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Of the target rows: `[M]`, -1 where it is not known, as of most. What is known is learnt from, and chosen by; default nothing. */
  readonly targetLabels?: Int32Array | undefined;
}

/** What {@link adaptFeatures} found. */
export interface FeatureAdaptation {
  readonly candidates: readonly AdaptedCandidate[];
  /** Rows of the target whose labels were given; left out where none was. */
  readonly known?: KnownRows | undefined;
  /** The model of the source alone: it has learnt from no label of the target. Rows whose labels are known are answered by these here too. */
  readonly yardstick: AdaptedCandidate;
  readonly choice: Choice<AdaptedCandidate>;
  /** Linear scores of rows to come: the chosen candidate's, or those of a model that learnt to say what it says of the target. */
  readonly linear: LinearModel;
  /** The view whose features these are of. */
  readonly linearView: FeatureView;
  /** Of the target rows by that model, `[M, classes]`. */
  readonly inductive: Float64Array;
  /** Share of the target rows of which it says what the chosen candidate says. */
  readonly agreement: number;
  /** Distances of source and target in the main view, in units of the source. */
  readonly mismatch: Mismatch;
  /** The same when each domain is brought to mean 0 and deviation 1. */
  readonly standardised: Mismatch;
  /** The same of two halves of the source, drawn by chance: what no mismatch at all looks like. Left out where it has fewer than eight rows. */
  readonly halves?: Mismatch | undefined;
  /** How frequent each class is in both, and how far it moved in units of the source: target rows counting as what was chosen says. */
  readonly classShifts: readonly ClassShift[];
  /** Where a linear model of one half of the source is right about the other hardly more often than chance: what that means. */
  readonly warning?: string | undefined;
  /** Where the source's own model and what was chosen differ in how frequent the classes of the target are: what that means. */
  readonly contradiction?: string | undefined;
  /** @internal */
  readonly ground: Ground;
}

/** What the choice looked at, and what a network that learns on begins with. */
export interface Ground {
  readonly target: ValidatorRows;
  readonly rehearsed: Rehearsed;
  readonly halves: Halves;
  /** Linear scores of the main view's features that say of the target what the chosen candidate says. */
  head(): Promise<LinearModel>;
  /** Likewise of the rehearsal's target, whose labels it has not seen. */
  rehearsedHead(): Promise<LinearModel>;
}

/** What {@link adaptFeatures} is given besides its options. */
export interface AdaptFeaturesContext {
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  /** Whether candidates are validated in reverse too, which takes a linear model for each and has no part in the choice; default no. */
  readonly reverse?: boolean;
}

const KINDS: OptionKinds<FeatureDomains> = { views: 'any', labels: 'any', classes: 'any', targetLabels: 'any' };

/** @throws GraftError `invalid-argument` for what is no view and no labels; `invalid-data` where they do not go together; `not-finite`; `aborted` when the signal says so. */
export async function* adaptFeatures(
  domains: FeatureDomains,
  given: GivenOptions<typeof adaptOptions> = {},
  { signal, clock = systemClock, reverse = false }: AdaptFeaturesContext = {},
): AsyncGenerator<DataFitEvent, FeatureAdaptation, void> {
  requireOptions(domains, { views: '[{ name, sources, target }]', labels: 'Int32Array.of(0, 1, 0)', classes: '2' }, 'adaptFeatures');
  knownOptions(domains, KINDS, 'adaptFeatures');
  const { labels, classes, targetLabels } = domains;
  const options = resolveOptions(adaptOptions, given, 'adapt');
  const learners = learnersOf({ ...options, train: 'features' });
  const { features: method } = learners;
  const own = methodOptionsOf(options, learners);
  if (!Number.isInteger(classes) || classes < 2)
    fail('invalid-argument', `\`adaptFeatures\`: \`classes\` is ${inWords(classes)}, but must be how many there are: an integer from 2 on.`);
  requireViews(domains.views, labels);
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) fail('invalid-data', `Label ${labels[wrong]} of source row ${wrong} is no class; labels are 0 to ${classes - 1}.`);
  if (labels.every((label) => label === labels[0]))
    fail('invalid-data', `All source rows are of class ${labels[0]}; give rows of two classes or more.`);
  const known = targetLabels && knownIn(targetLabels, domains.views[0]?.target.dims[0] ?? 0, classes);
  if (known && method === 'source-only')
    fail('invalid-argument', 'Method `source-only` learns from no label of the target: leave `targetLabels` out, or take another method, or `auto`.');
  const views: FeatureView[] = [];
  for (const given of domains.views) {
    const { view, features } = boundedView(given);
    views.push(view);
    if (features > 0)
      yield {
        type: 'note',
        message: `View \`${view.name}\`: in ${features} of ${view.target.dims[1]} features values far outside of all others are brought nearer; \`bounded: true\` leaves them as they are.`,
      };
  }
  const ready: ReadyView[] = [];
  for (const view of views) {
    yield { type: 'work', what: `penalty for ${view.name}`, done: 0, of: 1 };
    ready.push(await readied(view, labels, classes, { seed: options.seed, signal, known, halves: ready[0]?.halves }));
  }
  const [main] = ready as [ReadyView, ...ReadyView[]];
  yield { type: 'work', what: 'measuring how far the domains lie apart', done: 0, of: 1 };
  const { domain: form, source } = main.forms;
  const drawn = { seed: options.seed, signal };
  const mismatch = await mismatchOf(source.domains.source.features, source.domains.target, drawn);
  const standardised = await mismatchOf(form.domains.source.features, form.domains.target, drawn);
  const alike = halvesByChance(source.domains.source.features, options.seed);
  const halves = alike && (await mismatchOf(...alike, drawn));
  yield { type: 'note', message: apartIn(mismatch, halves) };
  const planned = ready.flatMap((one) =>
    recipesFor(one.view, { method, options: own, several: views.length > 1, labels: known !== undefined, shifted: one.halves.shifted }).map(
      (recipe, i) => ({
        one,
        recipe,
        first: i === 0,
      }),
    ),
  );
  const found: AdaptedCandidate[] = [];
  const behind = new Set<ReadyView>();
  for (const [i, { one, recipe, first }] of planned.entries()) {
    yield { type: 'work', what: 'adapting', unit: 'methods', done: i, of: planned.length };
    if (behind.has(one)) continue;
    const start = clock();
    const candidate = { ...(await candidateOf(one, recipe)), seconds: (clock() - start) / 1000 };
    found.push(candidate);
    // Of a view that tells the source so much less by itself, methods are not tried.
    if (first && collapses([candidate], found[0] as AdaptedCandidate, classes, main.rehearsal.labels)[0] !== undefined) behind.add(one);
    yield { type: 'candidate', result: { name: candidate.name, about: candidate.about, seconds: candidate.seconds } };
  }
  yield { type: 'work', what: 'adapting', unit: 'methods', done: planned.length, of: planned.length };
  const { rehearsal } = main;
  const neighbours = await form.neighbours();
  if (method === 'auto') found.push(...(await averages(found, found[0] as AdaptedCandidate, classes, neighbours, main)));
  const candidates = reverse ? yield* reversed(found, form, signal) : found;
  const yardstick = candidates[0] as AdaptedCandidate;
  const warning = await sourceLearntNothing(source, options.seed, signal);
  if (warning !== undefined) yield { type: 'note', message: warning };
  const lookedAt = (rows: Tensor<'float32'>, among: Neighbours) => validatorRowsOf(rows, classes, among, options.seed);
  const target = await lookedAt(form.domains.target, neighbours);
  const rehearsed = {
    target: await lookedAt(rehearsal.domains.target, await rehearsal.neighbours()),
    labels: rehearsal.labels,
    ratios: await ratiosOf(rehearsal, source.domains.target, signal),
  };
  // Clusters of words are topics, whatever the classes are: the rehearsal alone decides.
  const free = chosenWithout(candidates, yardstick, target, {
    rehearsed,
    ...(main.view.units === 'shared' && { trustworthy: [] }),
    known: known?.labels,
    apart: main.halves.apart,
  });
  const choice = method === 'auto' ? free : askedFor(free, new Set(planned.flatMap(({ recipe }) => (recipe.method === method ? [recipe.name] : []))));
  const { chosen } = choice;
  const likeChosen = async () => unstandardised(await taught(form, classes, chosen.probabilities, signal), form.standard);
  const linear = chosen.linear ?? (await likeChosen());
  const linearView = chosen.linear ? chosen.view : main.view;
  const inductive = await probabilitiesOf(linearView.target, linear);
  const [said, wanted] = [argmaxRows(inductive, classes), argmaxRows(chosen.probabilities, classes)];
  const bySource = { source: yardstick.saidOfSource as Int32Array, target: yardstick.probabilities };
  const shifts = classShifts(source.domains.source, source.domains.target, classes, bySource, wanted);
  const contradiction = contradicts(shifts, wanted, known?.rows.length);
  if (contradiction !== undefined) yield { type: 'note', message: contradiction };
  return {
    candidates,
    known,
    yardstick,
    choice,
    linear,
    linearView,
    inductive,
    agreement: said.filter((label, row) => label === wanted[row]).length / said.length,
    mismatch,
    standardised,
    halves,
    warning,
    contradiction,
    classShifts: shifts,
    ground: {
      target,
      rehearsed,
      halves: main.halves,
      head: async () => (linearView === main.view ? linear : likeChosen()),
      rehearsedHead: async () => {
        const { l2, standard } = source;
        return unstandardised(await taught({ domains: rehearsal.domains, l2 }, classes, chosen.rehearsed as Float64Array, signal), standard);
      },
    },
  };
}

/** The distances in words, before anything is tried. */
function apartIn({ aDistance, mmd }: Mismatch, halves: Mismatch | undefined): string {
  const [besideA, besideM] = [halves?.aDistance.toFixed(2), halves?.mmd.toFixed(3)].map((one) =>
    one === undefined ? '' : `; two halves of the source: ${one}`,
  );
  return `Source and target lie apart by a proxy A-distance of ${aDistance.toFixed(2)} (0: a linear model cannot tell them apart, 2: it always can${besideA}) and an MMD of ${mmd.toFixed(3)} (0: none${besideM}).`;
}

/** Of what the method that was asked for gave, on one view or on several, the one that is ranked highest; on the main view where all are out. */
function askedFor(free: Choice<AdaptedCandidate>, asked: ReadonlySet<string>): Choice<AdaptedCandidate> {
  const own = free.ranked.filter(({ candidate }) => asked.has(candidate.name));
  const rankOf = ({ rank = Number.MAX_VALUE }: (typeof own)[number]) => rank;
  const { candidate, out } = own.reduce((a, b) => (rankOf(b) < rankOf(a) ? b : a));
  return {
    ...free,
    chosen: candidate,
    why: out === undefined ? 'It was asked for by name.' : `It was asked for by name; \`auto\` would not take it: it ${out}.`,
  };
}

/** The candidates with what learnt from their answers says of the source. */
async function* reversed(
  candidates: readonly AdaptedCandidate[],
  { domains, l2 }: Pick<ReadyView['forms']['domain'], 'domains' | 'l2'>,
  signal: AbortSignal | undefined,
): AsyncGenerator<DataFitEvent, AdaptedCandidate[], void> {
  const out: AdaptedCandidate[] = [];
  for (const candidate of candidates) {
    yield { type: 'work', what: 'reverse validation', done: out.length, of: candidates.length };
    const said = argmaxRows(candidate.probabilities, domains.classes);
    out.push({ ...candidate, reversed: await reverseAccuracy(domains, said, { l2, signal }) });
  }
  yield { type: 'work', what: 'reverse validation', done: out.length, of: out.length };
  return out;
}

/** A linear model of the target's rows that says what the candidate says of them. */
function taught(
  { domains, l2 }: Pick<ReadyView['forms']['domain'], 'domains' | 'l2'>,
  classes: number,
  probabilities: Float64Array,
  signal: AbortSignal | undefined,
): Promise<LinearModel> {
  return classifier(domains.target, probabilities, { classes, l2, signal });
}

function requireViews(views: readonly FeatureView[], labels: Int32Array): void {
  if (!(labels instanceof Int32Array))
    fail('invalid-argument', `\`adaptFeatures\`: \`labels\` is ${inWords(labels)}, but must be an Int32Array with the class of each source row.`);
  if (!Array.isArray(views) || views.length === 0)
    fail(
      'invalid-argument',
      `\`adaptFeatures\`: \`views\` is ${inWords(views)}, but must be a list with one view or more: \`[{ name, sources, target }]\`.`,
    );
  const main = views[0] as FeatureView;
  for (const view of views as readonly FeatureView[]) {
    requireFeatures(view, labels);
    const [rows, own] = [view, main].map(({ target }) => target.dims[0]);
    if (rows !== own)
      fail('invalid-data', `View \`${view.name}\` has ${rows} target rows and view \`${main.name}\` ${own}; views are of the same rows.`);
  }
}

function areMatrices(values: unknown): boolean {
  const isMatrix = (value: unknown) => {
    const { dtype, dims, data } = Object(value) as Partial<Tensor>;
    return dtype === 'float32' && dims?.length === 2 && data instanceof Float32Array;
  };
  return Array.isArray(values) && values.every(isMatrix);
}

function requireFeatures({ name, sources, target }: FeatureView, labels: Int32Array): void {
  if (!areMatrices(sources) || !areMatrices([target]))
    fail(
      'invalid-argument',
      `View \`${name}\` must have \`sources\`, a list of tensors [rows, features] of float32, and \`target\`, such a tensor: \`tensor('float32', [rows, features], values)\`.`,
    );
  if (labels.length === 0) fail('invalid-data', `View \`${name}\` has no source rows; give rows with labels, of two classes or more.`);
  const [length = 0, width] = target.dims;
  requireEnough(`View \`${name}\``, length, 'target rows');
  const rows = sources.reduce((sum, { dims }) => sum + (dims[0] as number), 0);
  if (rows !== labels.length) fail('invalid-data', `View \`${name}\` has ${rows} source rows but there are ${labels.length} labels.`);
  for (const { dims } of sources)
    if (dims[1] !== width)
      fail('invalid-data', `View \`${name}\` has ${dims[1]} features of a source and ${width} of the target; give the same features of both.`);
  for (const { data } of [...sources, target]) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      fail(
        'not-finite',
        `Feature ${bad % (width as number)} of row ${Math.floor(bad / (width as number))} in view \`${name}\` is ${data[bad]}; leave such rows out.`,
      );
  }
}
