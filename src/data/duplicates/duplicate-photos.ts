// Pictures -> those that are copies: the same files or pixels, and such as show the same in another size, format or quality; and those that cannot be read.
// Called by `openData`.
import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Pixels } from '../images/decode.ts';
import type { Photo } from '../reading/cell.ts';
import { contentKey, firstRows } from './content-key.ts';
import { type Duplicates, type DuplicatesBuilder, duplicatesBuilder } from './duplicates.ts';
import { difference, type Looks, looksOf } from './looks.ts';
import { nearHashes } from './near-hashes.ts';
import { thumbnail, thumbnailOf } from './thumbnail.ts';
import { eachView, viewDifference } from './views.ts';
import { requireGoing, spans, type Watch } from './watch.ts';

/** A picture that cannot be read. */
export interface DamagedPhoto {
  readonly index: number;
  readonly name: string;
  /** The decoder's or the system's words, without a full stop. */
  readonly reason: string;
}

/** Pictures by row, each at hand or made when it is asked for; `null` where a row has none. An array is one too. */
export interface PictureList {
  readonly length: number;
  at(row: number): Photo | Pixels | null | undefined;
}

/** Copies among pictures. */
export interface PhotoDuplicates extends Duplicates {
  /** In ascending order of their rows. */
  readonly damaged: readonly DamagedPhoto[];
}

/** Pictures at hand that are looked at before other work gets its turn. */
const BREATH = 64;
/** Pictures that are read at the same time. */
const AT_ONCE = 8;
/** Bits in which the hashes of copies differ at most. */
const RADIUS = 7;
/** How much copies differ at most, see `difference`. */
const MOST_DIFFERENT = 0.18;
/** The same of a view, see `viewDifference`. */
const MOST_DIFFERENT_VIEW = 0.35;
/** The views of a picture are compared with so many others, and fitted to so many, and looked for where so many share a band of a hash, as those of blurred shapes do; more would take too long. */
const MOST_COMPARED = 64;
const MOST_FITTED = 8;
const MOST_PER_BAND = 32;
/** Pictures with less contrast, in levels, are all one colour: too little to tell copies by, so only the same files are. */
const FLAT = 4;
/** Pictures that differ but share a hash are compared with so many others that have it. */
const MOST_PER_HASH = 64;

/**
 * Finds copies among pictures. The same bytes are exact copies. Near copies are resized, encoded anew or slightly retouched: their perceptual hashes differ
 * in at most 7 of 64 bits, and their 16 x 16 pixels by at most 0.18 of their contrast, whatever their brightness. Some that differ in the colour of a part only
 * are found too; and mirror images, and pictures cropped or framed by up to a tenth at each edge, of which some are missed:
 * of photos cropped by 0.05 at each edge 98 in 100 were found, by 0.1 three quarters, and of framed ones five in six. Larger crops, turned pictures, and other photos of the same thing are not.
 * Holds under 2.5 KB a picture.
 * @throws GraftError `aborted`. Pictures that cannot be read are told in `damaged`.
 */
export async function photoDuplicates(photos: PictureList, watch: Watch = {}): Promise<PhotoDuplicates> {
  const keys = new Array<string | undefined>(photos.length);
  const looks = new Array<Looks | undefined>(photos.length);
  const damaged: DamagedPhoto[] = [];
  let [next, done] = [0, 0];
  const readOn = async () => {
    while (next < photos.length) {
      requireGoing(watch.signal);
      const index = next++;
      const photo = photos.at(index);
      if (photo && 'data' in photo) {
        keys[index] = contentKey(photo.data);
        looks[index] = looksOf(thumbnailOf(photo));
        if (index % BREATH === 0) await setImmediate();
      } else if (photo) {
        try {
          const bytes = await bytesOf(photo);
          keys[index] = contentKey(bytes);
          looks[index] = looksOf(await thumbnail(bytes));
        } catch (cause) {
          damaged.push({
            index,
            name: photo.name,
            reason: (cause as Error).message
              .trim()
              .replaceAll('\n', '; ')
              .replace(/[.:;]+$/, ''),
          });
        }
      }
      watch.progress?.({ done: ++done, of: photos.length });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readOn));

  const builder = duplicatesBuilder(photos.length);
  const firstWith = firstRows();
  keys.forEach((key, i) => {
    if (key === undefined) return;
    const first = firstWith(key, i);
    builder.same(first, i);
    if (first !== i) looks[i] = undefined;
  });
  await findAlike(looks, builder, watch);
  return { ...builder.finish(), damaged: damaged.sort((a, b) => a.index - b.index) };
}

/** The bytes of a picture's file. */
export async function bytesOf({ source }: Photo): Promise<Uint8Array> {
  if (typeof source === 'string') return readFile(source);
  return typeof source === 'function' ? source() : source;
}

async function findAlike(looks: readonly (Looks | undefined)[], builder: DuplicatesBuilder, { signal }: Watch): Promise<void> {
  const chosen = differentOnes(looks, builder);
  const near = nearHashes(Uint32Array.from(chosen.flatMap((i) => looks[i]?.hash ?? [])), RADIUS);
  for await (const [from, to] of spans(chosen.length, 64, { signal })) {
    for (let a = from; a < to; a++) {
      const i = chosen[a] as number;
      const own = looks[i] as Looks;
      near.visit(own.hash, a, (b) => {
        const j = chosen[b] as number;
        if (!builder.together(i, j) && areAlike(looks[j], own)) builder.alike(j, i);
      });
      const tried = new Set<number>();
      let compared = 0;
      eachView(own, (hash, view) => {
        near.visit(
          hash,
          chosen.length,
          (b) => {
            const j = chosen[b] as number;
            const pair = 2 * j + (view.mirrored ? 1 : 0);
            if (builder.together(i, j) || compared >= MOST_COMPARED || tried.size >= MOST_FITTED || tried.has(pair)) return;
            compared++;
            const apart = viewDifference(own, view, looks[j] as Looks);
            if (apart === undefined) return;
            // Another view of the same picture comes to the same, since its edges are moved.
            tried.add(pair);
            if (apart <= MOST_DIFFERENT_VIEW) builder.alike(i, j);
          },
          MOST_PER_BAND,
        );
      });
    }
  }
}

/** The pictures that are left to compare once those with the very same hash have been: thousands of copies of one must not be compared each with each. */
function differentOnes(looks: readonly (Looks | undefined)[], builder: DuplicatesBuilder): number[] {
  const byHash = new Map<string, number[]>();
  looks.forEach((own, i) => {
    if (!own || own.contrast < FLAT) return;
    const key = own.hash.join();
    const others = byHash.get(key) ?? [];
    byHash.set(key, others);
    const copy = others.find((j) => areAlike(looks[j], own));
    if (copy !== undefined) builder.alike(copy, i);
    else if (others.length < MOST_PER_HASH) others.push(i);
  });
  return [...byHash.values()].flat().sort((a, b) => a - b);
}

function areAlike(a: Looks | undefined, b: Looks | undefined): boolean {
  return a !== undefined && b !== undefined && difference(a, b) <= MOST_DIFFERENT;
}
