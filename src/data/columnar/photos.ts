// Pictures inside a file of columns -> photos, with names that people find them by. Called by the readers of Parquet and Arrow files.
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { fail } from '../../core/errors.ts';
import type { Photo } from '../reading/cell.ts';
import type { FileInput } from '../reading/file-input.ts';
import type { MakePhoto } from './cells.ts';

/**
 * Photos of a file. One of which it holds only the path is looked for beside it.
 * @param keep makes of bytes in a larger buffer what stays.
 */
export function photosOf(input: FileInput, keep: (bytes: Uint8Array) => Photo['source']): MakePhoto {
  return (bytes, path, row) => {
    if (bytes !== null) return { name: `${input.path}/${path ?? `row ${row}`}`, source: keep(bytes) };
    const inside = normalize(path ?? '');
    if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`))
      fail('invalid-data', `holds only the path "${path}" of a picture, which leads out of the folder; write the file with the pictures in it`);
    const place = join(dirname(input.path), inside);
    return { name: place, source: place };
  };
}
