// Sources with labels and a target without -> the best model for the target that can be had. Called by `adapt`.
import { systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import type { Labelled } from '../../data/open/task.ts';
import type { Model } from '../../nn/model.ts';
import type { DataFitEvent } from '../events.ts';
import type { Reader } from '../reading.ts';
import type { FitDataContext } from '../run.ts';
import { adaptFeatures, FEWEST, type FeatureAdaptation } from './adapt-features.ts';
import { type AdaptOptions, adaptOptions } from './adapt-options.ts';
import { backboneViews } from './backbone-views.ts';
import { sparseViews } from './sparse-views.ts';
import { tableViews } from './table-views.ts';
import { labelsByRow, type TargetLabel } from './target-labels.ts';
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
  /** The linear scores as a model that runs anywhere. */
  readonly model: Model;
  readonly reader: Reader;
  readonly seconds: number;
}

/** What {@link adaptData} is given besides its options. */
export interface AdaptDataContext extends Pick<FitDataContext, 'signal' | 'clock'> {
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
  { signal, clock = systemClock, targetLabels: few }: AdaptDataContext = {},
): AsyncGenerator<DataFitEvent, DomainAdaptation, void> {
  const options = resolveOptions(adaptOptions, given, 'adapt');
  const began = clock();
  requireAlike(sources, target);
  const { classes, labels } = classesOf(sources);
  const targetLabels = few && labelsByRow(few, classes, target.table.length, target.name);
  const views = yield* viewsOf({ sources, target, classes, backbone: options.backbone, threads: options.threads, signal });
  const adapted = yield* adaptFeatures({ views, labels, classes: classes.length, targetLabels }, options, { signal, clock });
  const own = views.find((view) => view === adapted.linearView) as View;
  return {
    ...adapted,
    sources,
    target,
    options,
    classes,
    sourceLabels: labels,
    view: views[0] as View,
    model: await own.modelOf(adapted.linear),
    reader: own.reader,
    seconds: (clock() - began) / 1000,
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
      return fail('invalid-data', `Labels of "${name}" are of a ${task.kind}; \`adapt\` is for classification so far.`);
    for (const one of task.classes) if (!classes.includes(one)) classes.push(one);
    return Array.from(own, (label) => classes.indexOf(task.classes[label] as string));
  });
  return { classes, labels: Int32Array.from(labels) };
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
  if (target.table.length < FEWEST)
    fail(
      'invalid-data',
      `"${target.name}" has ${target.table.length} examples; adaptation looks at how they lie to each other: give ${FEWEST} or more.`,
    );
}

const kindOf = (kind: string) => (kind === 'image-array' ? 'image' : kind);
