// The picture of a row: the file, archive entry or array that holds it, as something that `photoLoader` takes. Called by whoever reads pictures of opened data.
import sharp from 'sharp';
import { fail } from '../../core/errors.ts';
import type { Inputs } from '../open/roles.ts';
import type { Photo } from '../reading/cell.ts';
import type { ArrayColumn } from '../table/column.ts';
import { rowName, type Table } from '../table/table.ts';
import type { Pixels } from './decode.ts';

/** A picture that is read when it is needed, or its pixels. */
export type Picture = Photo | Pixels;

/** @param name of the data, for errors. @throws GraftError `invalid-data` when a row has no picture, or arrays hold what is no level. */
export function picturesOf(inputs: Inputs, name: string): (row: number) => Picture {
  if (inputs.kind === 'image-array') {
    let [least, most] = [0, 0];
    for (const value of inputs.images.values) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const range = `Pictures of \`${name}\` hold numbers from ${+least.toPrecision(4)} to ${+most.toPrecision(4)}`;
    if (least < 0 || most > 255) fail('invalid-data', `${range}; pictures are 0 to 255, or 0 to 1: bring them to that first.`);
    if (most > inputs.white) fail('invalid-data', `${range}, but those that the model learnt from were 0 to 1; divide them by 255 first.`);
    const factor = 255 / inputs.white;
    return (row) => arrayPixels(inputs.images, row, factor);
  }
  if (inputs.kind !== 'image') return fail('internal', `\`${name}\` has no pictures.`);
  const { values } = inputs.photos;
  return (row) => values[row] ?? fail('invalid-data', `Row ${row + 1} of \`${name}\` has no picture; leave it out.`);
}

/** What people call an example: by the file of its picture, or its row. */
export function exampleName({ inputs, table }: { readonly inputs: Inputs; readonly table: Pick<Table, 'numbers' | 'files'> }, row: number): string {
  return (inputs.kind === 'image' && inputs.photos.values[row]?.name) || rowName(table, row);
}

/** A small JPEG for people to look at, at most `side` pixels wide and high. @throws GraftError `invalid-data` when it is no image. */
export async function smallJpeg(picture: Picture, side: number): Promise<Uint8Array> {
  try {
    const image = 'data' in picture ? sharp(picture.data, { raw: { ...picture, channels: 3 } }) : sharp(await sourceOf(picture)).autoOrient();
    return await image.resize(side, side, { fit: 'inside' }).flatten({ background: '#fff' }).jpeg({ quality: 80 }).toBuffer();
  } catch (cause) {
    return fail('invalid-data', `A picture cannot be shown: ${(cause as Error).message}.`, { cause });
  }
}

async function sourceOf({ source }: Photo): Promise<string | Uint8Array> {
  return typeof source === 'function' ? source() : source;
}

/** Numbers `[H, W]`, `[C, H, W]` or `[H, W, C]`, times `factor`, as pixels; grey becomes RGB. */
function arrayPixels({ dims, values }: ArrayColumn, row: number, factor: number): Pixels {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const numbers = values.subarray(row * size, (row + 1) * size);
  const first = dims.length === 3 && (dims[0] === 1 || dims[0] === 3);
  const [channels, height, width] = (dims.length === 2 ? [1, ...dims] : first ? dims : [dims[2], dims[0], dims[1]]) as [number, number, number];
  const plane = height * width;
  const data = new Uint8Array(plane * 3);
  for (let i = 0; i < data.length; i++) {
    const [place, c] = [Math.floor(i / 3), channels === 1 ? 0 : i % 3];
    const from = first || channels === 1 ? c * plane + place : place * channels + c;
    data[i] = Math.max(0, Math.min(255, Math.round((numbers[from] as number) * factor)));
  }
  return { height, width, data };
}
