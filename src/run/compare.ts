// Runs -> a leaderboard, and whether the best is better than each other one on the same examples. Called by users and the command line.
import { fail } from '../core/errors.ts';
import { balancedInterval, balancedOf, balancedParts } from '../score/balanced.ts';
import { type PairedDifference, pairedBootstrap, pairedBootstrapOf } from '../score/paired.ts';
import { type RunSummary, readResult } from './result.ts';

/** A run in the leaderboard. */
export interface ComparedRun {
  readonly folder: string;
  readonly summary: RunSummary;
  /** The best run's metric minus this one's, on the examples that both were measured on; none for the best, and where they share none. */
  readonly behind?: (PairedDifference & { readonly examples: number }) | undefined;
}

/** Examples shared by fewer are too few to say anything of. */
const LEAST_SHARED = 5;

/**
 * The runs, best first by their main number; each compared with the best by a paired bootstrap, of groups where the best run's examples come in groups.
 * @throws GraftError `invalid-argument` for fewer than two runs; `invalid-data` where they were measured by different metrics.
 */
export async function compareRuns(folders: readonly string[]): Promise<ComparedRun[]> {
  if (folders.length < 2) fail('invalid-argument', `There must be two runs or more to compare, not ${folders.length}.`);
  const given = await Promise.all(folders.map(async (folder) => ({ folder, summary: await readResult(folder) })));
  const runs = given.some(({ summary }) => summary.metric === 'balanced accuracy') ? given.map(balanced) : given;
  const [first] = runs as [(typeof runs)[0]];
  const other = runs.find(({ summary }) => summary.metric !== first.summary.metric);
  if (other)
    fail(
      'invalid-data',
      `"${first.folder}" was measured by ${first.summary.metric}, "${other.folder}" by ${other.summary.metric}; compare runs of one kind.`,
    );
  const sorted = [...runs].sort((a, b) => b.summary.headline.estimate - a.summary.headline.estimate);
  const [best] = sorted as [(typeof sorted)[0]];
  return sorted.map((run) => (run === best ? run : { ...run, behind: difference(best.summary, run.summary) }));
}

/** A run by balanced accuracy, where it was measured by accuracy: another that was chosen by the one is to be compared with it. */
function balanced({ folder, summary }: ComparedRun): ComparedRun {
  const { examples, metric } = summary;
  if (!['accuracy', 'balanced accuracy'].includes(metric) || !examples.labels) return { folder, summary };
  return {
    folder,
    summary: { ...summary, metric: 'balanced accuracy', headline: balancedInterval(examples.values, examples.labels, several(examples.groups)) },
  };
}

function difference({ examples: one, metric }: RunSummary, { examples: other }: RunSummary): ComparedRun['behind'] {
  const places = new Map(other.names.map((name, i) => [name, i]));
  const shared = one.names.filter((name) => places.has(name)).length;
  const pairs = one.names.flatMap((name, i) => {
    const place = places.get(name);
    if (place !== undefined && one.labels?.[i] !== other.labels?.[place]) return [];
    if (place === undefined) return [];
    return [{ label: one.labels?.[i] ?? '', group: one.groups?.[i], values: [one.values[i] as number, other.values[place] as number] as const }];
  });
  // Rows of the same numbers with other labels: other data.
  if (pairs.length < LEAST_SHARED || pairs.length < shared) return undefined;
  const own = (run: 0 | 1) => pairs.map(({ values }) => values[run]);
  const labels = pairs.map(({ label }) => label);
  const groups = several(pairs.flatMap(({ group }) => (group === undefined ? [] : [group])));
  return { ...paired(metric, own(0), own(1), labels, groups), examples: pairs.length };
}

function paired(
  metric: string,
  first: readonly number[],
  second: readonly number[],
  labels: readonly string[],
  groups: readonly number[] | undefined,
): PairedDifference {
  if (metric !== 'balanced accuracy') return pairedBootstrap(first, second, { groups });
  // Groups bring other numbers of each class with them.
  if (groups) return pairedBootstrapOf(balancedOf(first, labels), balancedOf(second, labels), first.length, { groups });
  return pairedBootstrap(balancedParts(first, labels), balancedParts(second, labels));
}

/** Groups to resample; one alone says nothing of others. */
const several = (groups: readonly number[] | undefined) => (new Set(groups).size > 1 ? groups : undefined);
