// One hostile input, written to a folder of its own and opened as a user would: what came of it leaves. Called in a process that is watched.
import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '../../../src/core/errors.ts';
import { decodeImage } from '../../../src/data/images/decode.ts';
import { openData, openUnlabelled } from '../../../src/data/open/open-data.ts';
import type { Column } from '../../../src/data/table/column.ts';
import type { HostileInput } from './hostile-inputs.ts';
import { writeItems } from './tree.ts';

/** What came of an input. `foreign`: an error that is none of ours; `escape`: a file was written, or a picture read, outside of its folder. */
export interface Outcome {
  readonly what: 'opened' | 'refused' | 'foreign' | 'escape';
  /** The error's message, or what lies where it should not. */
  readonly said: string;
  readonly ms: number;
}

/** Rows that are looked at. */
const LOOKED_AT = 8;

/**
 * @param root a folder that there is not yet; it is removed again.
 * @param alive is called as long as reading says that it goes on.
 */
export async function openHostile({ tree, open, options }: HostileInput, root: string, alive: () => void): Promise<Outcome> {
  const folder = join(root, 'in');
  mkdirSync(join(root, 'secret'), { recursive: true });
  writeFileSync(join(root, 'secret', 'x.png'), 'nobody reads this');
  writeItems(folder, tree);
  mkdirSync(join(root, 'work'));
  process.chdir(join(root, 'work'));
  const before = listed(root);
  const began = performance.now();
  let outcome: Pick<Outcome, 'what' | 'said'>;
  try {
    const place = join(folder, open);
    const { table } = options ? await openData(place, options, { progress: alive }) : await openUnlabelled([place], {}, { progress: alive });
    for (const column of table.columns) await lookAt(column);
    outcome = { what: 'opened', said: '' };
  } catch (error) {
    const ours = error instanceof GraftError && error.code !== 'internal';
    outcome = { what: ours ? 'refused' : 'foreign', said: ours ? error.message : String((error as Error)?.stack ?? error) };
  }
  const ms = performance.now() - began;
  const after = listed(root);
  process.chdir('/');
  rmSync(root, { recursive: true, force: true });
  return after === before ? { ...outcome, ms } : { what: 'escape', said: after, ms };
}

/** Reads the first rows of a column; pictures are decoded. */
async function lookAt(column: Column): Promise<void> {
  for (let row = 0; row < Math.min(LOOKED_AT, column.length); row++) {
    if (column.kind === 'string') column.values.at(row);
    if (column.kind !== 'photo') continue;
    const photo = column.values[row];
    if (!photo) continue;
    const { source, name } = photo;
    await decodeImage(typeof source === 'function' ? await source() : source, { name });
  }
}

/** Names, sizes and times of all that lies in a folder. */
function listed(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${lstatSync(path, { throwIfNoEntry: false })?.size ?? 'nothing'}`)
    .sort()
    .join('\n');
}
