// Target rows that are unlike every class of the sources, and the measure by which the written model flags such rows. Called when an adaptation ends.
import { tensor } from '../../core/tensor.ts';
import { takeRows } from '../../data/rows.ts';
import { joinRows } from '../../methods/domains/pieces/products.ts';
import { observed } from '../../methods/networks/pieces/observed.ts';
import type { DomainAdaptation } from '../../plan/adapt/adapt-data.ts';
import type { FeatureView, TunableNetwork } from '../../plan/adapt/view.ts';
import { hasLooks, looksOf } from '../../plan/looks.ts';
import { type Standard, standardised, standardOf } from '../../plan/standardise.ts';
import { classMeans, nearnessToMeans } from '../../score/unknown.ts';
import { flagByMeans, type Unknown } from '../unknown-verdict.ts';

/** What is unlike every class. */
export interface Unlike {
  /** Of each target row, `[M]`: minus the mean square of the differences from the nearest class mean. */
  readonly familiarity: Float64Array;
  /** Rows whose familiarity is below the threshold, the least familiar first. */
  readonly rows: Int32Array;
  /** For the model, with the class means. */
  readonly unknown: Unknown;
  /** Units of the target, in which the means are. */
  readonly standard: Standard;
}

/** What the chosen model's head, or a model of a table, reads of each domain. */
type Read = Pick<FeatureView, 'units' | 'sources' | 'target'>;

/**
 * By the distance to the nearest class mean of the sources, each domain in units of its own. The threshold lets one in twenty rows of a class be flagged when
 * the half of the source that is most like the target is measured by the class means of the other half: docs/decisions/0027.
 * @returns nothing where a model of words or counts was chosen, which reads nothing in which classes lie together, or where the source has too few rows.
 */
export async function unlikeSources(adaptation: DomainAdaptation): Promise<Unlike | undefined> {
  const { model, reader, sourceLabels, classes, ground } = adaptation;
  const { reading } = reader;
  if (!hasLooks(model, reading)) return undefined;
  const { sources, target, units } = await readBy(adaptation);
  const standard = standardOf(target, units);
  const own = looksOf(sources.map((rows) => standardised(rows, standardOf(rows, units))).reduce(joinRows), reading);
  const part = (rows: Int32Array) => ({ looks: takeRows(own, rows), labels: rows.map((row) => sourceLabels[row] as number) });
  const flag = flagByMeans(classes.length, { learnt: part(ground.halves.unlike), choosing: part(ground.halves.like) });
  if (!flag) return undefined;
  const means = classMeans(own.data, sourceLabels, classes.length).filter((mean) => mean !== undefined);
  const familiarity = nearnessToMeans(looksOf(standardised(target, standard), reading).data, means);
  const order = Int32Array.from(familiarity.keys()).sort((a, b) => (familiarity[a] as number) - (familiarity[b] as number) || a - b);
  return { familiarity, rows: order.filter((row) => (familiarity[row] as number) < flag.threshold), unknown: { ...flag, means }, standard };
}

/** The features of the linear model; of a network that was trained itself, its own: those of the target it has computed when it was judged. */
async function readBy({ linearView, view, network, sources, target, options }: DomainAdaptation): Promise<Read> {
  if (!network?.taken) return linearView;
  const { model, seen } = network.taken;
  const lengths = sources.map(({ table }) => table.length);
  const rows = Int32Array.from({ length: lengths.reduce((sum, length) => sum + length, 0) }, (_, i) => i);
  const examples = (view.network as TunableNetwork).examplesOf({ name: target.name, rows });
  try {
    const { features } = await observed(model, examples, rows, options.threads > 0 ? { threads: options.threads } : {});
    let from = 0;
    const parts = lengths.map((length) => {
      const width = features.dims[1] as number;
      from += length;
      return tensor('float32', [length, width], features.data.slice((from - length) * width, from * width));
    });
    return { units: 'alike', sources: parts, target: seen.unlabelled };
  } finally {
    await examples.close?.();
  }
}
