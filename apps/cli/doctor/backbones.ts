// The backbones that `graft doctor` finds installed, beside Graft or beside the working folder. Called by `doctor`.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadBackbone } from 'graft-ml';
import type { Check } from './check.ts';

const SCOPE = '@graft-ml';

/** Reads what each says of itself. @throws GraftError naming the file when one is damaged. */
export async function backboneCheck(): Promise<Omit<Check, 'name'>> {
  const names = installed();
  const found = await Promise.all(names.map(async (name) => ({ name, reads: (await loadBackbone(name)).kind })));
  const facts = { backbones: found };
  if (found.length > 0) return { state: 'ok', text: found.map(({ name, reads }) => `${name} (${reads}s)`).join(', '), facts };
  return { state: 'note', text: `none: npm install ${SCOPE}/efficientnet-lite0 for photos, ${SCOPE}/all-minilm-l6-v2 for texts`, facts };
}

/** Packages of the scope that hold a record, in the folders where Node looks for packages. */
function installed(): string[] {
  const folders = [import.meta.url, pathToFileURL(join(process.cwd(), 'index.js'))].flatMap((from) => createRequire(from).resolve.paths(SCOPE) ?? []);
  const names = folders.flatMap((folder) => {
    const scope = join(folder, SCOPE);
    return existsSync(scope) ? readdirSync(scope).filter((name) => existsSync(join(scope, name, 'record.json'))) : [];
  });
  return [...new Set(names)].sort();
}
