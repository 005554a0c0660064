// Finds the data files that ship inside the package. The name of a folder under `data/` comes in, its path leaves. Called by data sets.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '../../core/errors.ts';

/**
 * Path of `data/<name>/` of this package. Source and built code lie at different depths, so the nearest folder above that has it is taken.
 * @throws GraftError `io` when no folder above this module has it, as after bundling Graft into another program.
 */
export function bundledFolder(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let above = here; ; above = dirname(above)) {
    const folder = join(above, 'data', name, 'NOTICE.md');
    if (existsSync(folder)) return dirname(folder);
    if (above === dirname(above)) break;
  }
  return fail('io', `The data set "${name}" was not found above "${here}"; install graft-ml anew, or pass the folder that holds its files.`);
}
