// `graft report`: runs come in, a page over them leaves.
import { reportRuns } from 'graft-ml';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { requireOutside } from '../out-path.ts';

/** Writes the page. */
export async function report(folders: readonly string[], out: string, context: Context): Promise<number> {
  await requireOutside(out, folders);
  const { report: page, runs } = await reportRuns(folders, out);
  context.result({ report: page, runs: runs.length }, `${runs.length} runs in ${page}`);
  return EXIT.ok;
}
