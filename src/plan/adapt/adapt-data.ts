// Sources with labels and a target without -> the best model for the target that can be had. Called by `adapt`.
import { systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import { listed } from '../../core/listed.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import type { Labelled } from '../../data/open/task.ts';
import { networkMethods } from '../../methods/networks/index.ts';
import { requireKnown } from '../../methods/networks/pieces/network-method.ts';
import type { Model } from '../../nn/model.ts';
import type { DataFitEvent } from '../events.ts';
import type { Reader } from '../reading.ts';
import type { FitDataContext } from '../run.ts';
import { adaptBackbone, type BackboneAdaptation } from './adapt-backbone.ts';
import { adaptFeatures, type FeatureAdaptation } from './adapt-features.ts';
import { type AdaptOptions, adaptOptions } from './adapt-options.ts';
import { backboneViews } from './backbone-views.ts';
import type { Choice } from './choice.ts';
import { isNetworkMethod, learnersOf } from './learner.ts';
import { methodOptionsOf } from './method-options.ts';
import { requireEnough } from './rehearsal.ts';
import { sparseViews } from './sparse-views.ts';
import { tableViews } from './table-views.ts';
import { knownIn, labelsByRow, type TargetLabel } from './target-labels.ts';
import type { Domain, DomainData, View } from './view.ts';

/** A source: data with labels. */
export type LabelledDomain = DomainData & Pick<Labelled, 'task' | 'labels'>;

/** What {@link adaptData} found. */
export interface DomainAdaptation extends FeatureAdaptation {
  readonly sources: readonly LabelledDomain[];
  readonly target: DomainData;
  readonly options: AdaptOptions;
  readonly classes: readonly string[];
  /** Of all source rows, in the order of the sources. */
  readonly sourceLabels: Int32Array;
  /** The main way of reading. */
  readonly view: View;
  /** All ways of reading, the main one first. */
  readonly views: readonly View[];
  /** What training the network itself came to, where that was done; its epochs are the last of `candidates`. */
  readonly network?: BackboneAdaptation;
  /** The linear scores, or the network where that was chosen, as a model that runs anywhere. */
  readonly model: Model;
  readonly reader: Reader;
  readonly seconds: number;
}

/** What {@link adaptData} is given besides its options. */
export interface AdaptDataContext extends Pick<FitDataContext, 'signal' | 'clock' | 'checkpoints' | 'remember'> {
  /** The few labels of the target that are known: learnt from, and chosen by. */
  readonly targetLabels?: readonly TargetLabel[] | undefined;
}

/**
 * @throws GraftError `invalid-data` where source and target do not go together; `aborted` when the signal says so.
 */
export async function* adaptData(
  sources: readonly LabelledDomain[],
  target: DomainData,
  given: GivenOptions<typeof adaptOptions> = {},
  context: AdaptDataContext = {},
): AsyncGenerator<DataFitEvent, DomainAdaptation, void> {
  const options = resolveOptions(adaptOptions, given, 'adapt');
  const { signal, clock = systemClock, targetLabels: few } = context;
  const learners = learnersOf(options);
  const own = methodOptionsOf(options, learners);
  const began = clock();
  requireAlike(sources, target);
  const { classes, labels } = classesOf(sources);
  const alike = nearlyAlike(classes);
  if (alike)
    yield {
      type: 'note',
      message: `Classes "${alike[0]}" and "${alike[1]}" differ in case or spaces alone, and are told apart; write them alike where they are the same.`,
    };
  const targetLabels = few && labelsByRow(few, classes, target.table.length, target.name);
  const { network: asked } = learners;
  if (asked !== undefined && asked !== 'auto' && isNetworkMethod(asked))
    requireKnown(networkMethods[asked], targetLabels && knownIn(targetLabels, target.table.length, classes.length));
  const views = yield* viewsOf({ sources, target, classes, backbone: options.backbone, threads: options.threads, signal });
  const [view] = views as [View, ...View[]];
  const { network } = view;
  if (!network && learners.network !== undefined && (learners.network !== 'auto' || options.train === 'network'))
    fail(
      'invalid-argument',
      `A network is trained on photos and texts alone, and "${target.name}" is of ${kindOf(target.inputs.kind)} data; leave it to linear models: \`train\` "features", and a method of theirs.`,
    );
  const ofFeatures = learners.features === 'auto' ? { methodOptions: '' } : {};
  const features = { ...options, ...ofFeatures, method: learners.features, train: 'features' as const };
  const adapted = yield* adaptFeatures({ views, labels, classes: classes.length, targetLabels }, features, { signal, clock });
  const tuned =
    network && learners.network
      ? yield* adaptBackbone({
          view: { ...view, network },
          classes,
          labels,
          targets: target.table.length,
          adapted,
          method: learners.network,
          methodOptions: own,
          options,
          secondsLeft: () => options.time * 60 - (clock() - began) / 1000,
          context: { ...context, clock },
        })
      : undefined;
  const read = views.find((one) => one === adapted.linearView) as View;
  const linear = async () => ({ model: await read.modelOf(adapted.linear), reader: read.reader });
  return {
    ...adapted,
    ...(tuned && withEpochs(adapted, tuned)),
    sources,
    target,
    options,
    classes,
    sourceLabels: labels,
    view,
    views,
    ...(tuned?.taken ? { model: tuned.taken.model, reader: view.reader } : await linear()),
    seconds: (clock() - began) / 1000,
  };
}

/** Linear models and epochs of the network together. These are ranked apart: beside the linear models' choice alone. */
function withEpochs({ candidates, choice, inductive, agreement }: FeatureAdaptation, network: BackboneAdaptation) {
  const { epochs, taken } = network;
  const { chosen, ranked, why } = network.choice;
  const beside = ranked.filter(({ candidate }) => epochs.includes(candidate)).map(({ rank: _, ...known }) => known);
  const joined: Choice<FeatureAdaptation['candidates'][number]> = {
    ...choice,
    chosen,
    ranked: [...choice.ranked, ...beside],
    why,
  };
  return {
    network,
    candidates: [...candidates, ...epochs],
    choice: joined,
    inductive: taken ? chosen.probabilities : inductive,
    agreement: taken ? 1 : agreement,
  };
}

/** All ways of reading, the main one first. */
export async function* viewsOf(domain: Domain): AsyncGenerator<DataFitEvent, View[], void> {
  const { kind } = (domain.sources[0] as DomainData).inputs;
  return yield* kind === 'sparse' ? sparseViews(domain) : kind === 'table' ? tableViews(domain) : backboneViews(domain);
}

/** Classes of all sources by name, those of the first in its order; and the labels of all rows by these. */
function classesOf(sources: readonly LabelledDomain[]): { readonly classes: readonly string[]; readonly labels: Int32Array } {
  const classes: string[] = [];
  const labels = sources.flatMap(({ name, task, labels: own }) => {
    if (task.kind !== 'classification' || !(own instanceof Int32Array))
      return fail(
        'invalid-data',
        `Labels of "${name}" are of a ${task.kind}; \`adapt\` is for classification. Give \`task\` "classification" where they are names written as numbers; networks of your own that predict amounts are adapted by \`adaptRegression\`.`,
      );
    for (const one of task.classes) if (!classes.includes(one)) classes.push(one);
    return Array.from(own, (label) => classes.indexOf(task.classes[label] as string));
  });
  if (classes.length < 2)
    fail(
      'invalid-data',
      `All labels of ${listed(sources.map(({ name }) => name))} are "${classes[0]}"; give sources of two classes or more together.`,
    );
  return { classes, labels: Int32Array.from(labels) };
}

/** Two classes whose names differ in case or spaces alone. */
function nearlyAlike(classes: readonly string[]): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const name of classes) {
    const plain = name.trim().toLowerCase();
    const other = seen.get(plain);
    if (other !== undefined) return [other, name];
    seen.set(plain, name);
  }
  return undefined;
}

function requireAlike(sources: readonly LabelledDomain[], target: DomainData): void {
  const [first = fail('invalid-argument', 'No source was given; give at least one, with labels.')] = sources;
  const { kind } = first.inputs;
  for (const other of [...sources.slice(1), target])
    if (kindOf(other.inputs.kind) !== kindOf(kind))
      fail(
        'invalid-data',
        `"${first.name}" is of ${kindOf(kind)} data and "${other.name}" of ${kindOf(other.inputs.kind)}; give source and target of one kind.`,
      );
  requireEnough(`"${target.name}"`, target.table.length);
}

const kindOf = (kind: string) => (kind === 'image-array' ? 'image' : kind);
