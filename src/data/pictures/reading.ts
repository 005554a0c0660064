// Pictures as they were found in a folder or an archive -> rows with a photo and, where there are class folders, its label. Called by the formats of pictures.
import { stat } from 'node:fs/promises';
import { fail } from '../../core/errors.ts';
import { renderSvg } from '../images/decode.ts';
import type { Cell, Photo } from '../reading/cell.ts';
import type { ReadContext, Reading, RowBatch } from '../reading/format.ts';
import { layoutOf } from './layout.ts';
import type { FoundPicture, Listing } from './listing.ts';
import { isDrawing } from './names.ts';
import type { PictureOptions } from './options.ts';

/** Rows handed on at once; so many files are asked for their sizes at a time. */
const BATCH = 1000;

/**
 * Rows in the order of parts and paths, the same on every machine. Columns `photo` and, where any picture has a class, `label`.
 * @param place what was listed, for errors.
 * @throws GraftError `invalid-data` when there are no pictures, saying what there is instead.
 */
export function pictureReading(place: string, listing: Listing, { parts }: Pick<PictureOptions, 'parts'>, { damaged, signal }: ReadContext): Reading {
  if (listing.pictures.size === 0) refuse(place, listing);
  const { groups, labelled, facts } = layoutOf(listing, parts, place);
  const columns = labelled ? ['photo', 'label'] : ['photo'];
  return {
    facts: { ...facts, ...rest(listing) },
    rows: groups.reduce((sum, { pictures }) => sum + pictures.length, 0),
    label: labelled ? 'label' : undefined,
    batches: batches(),
  };

  async function* batches(): AsyncGenerator<RowBatch, void, void> {
    for (const { part, pictures } of groups) {
      for (let start = 0; start < pictures.length; start += BATCH) {
        if (signal?.aborted) fail('aborted', 'Reading was stopped.');
        const chosen = pictures.slice(start, start + BATCH);
        const problems = await Promise.all(chosen.map(({ path }) => problemWith(listing.pictures.get(path) as FoundPicture)));
        const rows: Cell[][] = [];
        chosen.forEach(({ path, label }, i) => {
          const problem = problems[i];
          const photo = photoOf(listing.pictures.get(path) as FoundPicture);
          if (problem !== undefined) damaged(`picture "${path}"`, problem);
          else rows.push(labelled ? [photo, label] : [photo]);
        });
        if (rows.length > 0) yield { columns, rows, part };
      }
    }
  }
}

/** Drawings are only listed where they are allowed; whoever reads the row gets them as pictures. */
function photoOf({ name, source }: FoundPicture): Photo {
  if (!isDrawing(name)) return { name, source };
  return { name, source: async () => renderSvg(typeof source === 'function' ? await source() : source, name) };
}

/** What is wrong with a picture that can be told without decoding it. */
async function problemWith({ source, size }: FoundPicture): Promise<string | undefined> {
  try {
    const bytes = size ?? (typeof source === 'string' ? (await stat(source)).size : 1);
    return bytes === 0 ? 'is empty: a file of 0 bytes' : undefined;
  } catch (cause) {
    return `cannot be read: ${(cause as Error).message}`;
  }
}

/** What else there is, for people. */
function rest({ others, links }: Listing): Record<string, string> {
  return {
    ...(others.size > 0 && { 'other files': `${kinds(others)}, passed over` }),
    ...(links > 0 && { links: `${links} passed over that lead out, nowhere, or to what is read anyway` }),
  };
}

function refuse(place: string, listing: Listing): never {
  const { others, tables, links } = listing;
  if (tables.length > 0) {
    const shown = tables.length === 1 ? `the table "${tables[0]}"` : `tables such as "${tables[0]}"`;
    fail('invalid-data', `"${place}" holds no pictures, but ${shown}; unpack it, if it is packed, and give that file itself.`);
  }
  const besides = Object.entries(rest(listing)).map(([name, text]) => `${name}: ${text}`);
  const found = others.size > 0 || links > 0 ? ` (${besides.join('; ')})` : '';
  return fail('invalid-data', `"${place}" holds no pictures${found}; those are files ending in .jpg, .png, .webp, .gif, .tif or .avif.`);
}

/** `12 .txt, 3 .bmp and others`. */
function kinds(others: ReadonlyMap<string, number>): string {
  const most = [...others].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = most.slice(0, 5).map(([ending, count]) => `${count} ${ending}`);
  return `${shown.join(', ')}${most.length > 5 ? ' and others' : ''}`;
}
