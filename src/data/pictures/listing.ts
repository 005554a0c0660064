// What a folder or an archive holds, as it is found file by file: pictures, folders, and counts of the rest. Filled by walks, read by `pictureReading`.
import type { Photo } from '../reading/cell.ts';
import { endingOf, isClutter, isPicture, isTable } from './names.ts';

/** A picture that was found. */
export interface FoundPicture extends Photo {
  /** Bytes; left out where the file is to be asked when its row is due. */
  readonly size?: number;
}

/** What was found; paths are below the folder or in the archive, with `/`: `train/cat/1.jpg`. */
export interface Listing {
  readonly pictures: ReadonlyMap<string, FoundPicture>;
  readonly folders: ReadonlySet<string>;
  /** How many other files there are, by their ending. */
  readonly others: ReadonlyMap<string, number>;
  /** Those of the other files that hold tables. */
  readonly tables: readonly string[];
  /** Links that were not followed. */
  readonly links: number;
}

/** Takes down what is found. Hidden files and clutter are passed over, whatever lies in them too. */
export interface Lister {
  folder(path: string): void;
  /** @param picture called where the file is a picture by its name; one found later under the same path replaces it. */
  file(path: string, picture: () => FoundPicture): void;
  /** A device, a socket, or what else is no file. */
  other(path: string): void;
  /** A link that is not followed. */
  link(path: string): void;
  finish(): Listing;
}

/** @param svg whether SVG drawings count as pictures. */
export function lister(svg: boolean): Lister {
  const pictures = new Map<string, FoundPicture>();
  const folders = new Set<string>();
  const others = new Map<string, number>();
  const tables: string[] = [];
  let links = 0;
  const isSilent = (path: string) => path.split('/').some(isClutter);
  const other = (path: string) => {
    if (isSilent(path)) return;
    const ending = endingOf(path);
    others.set(ending, (others.get(ending) ?? 0) + 1);
    if (isTable(path)) tables.push(path);
  };
  return {
    other,
    folder(path) {
      if (path !== '' && !isSilent(path)) folders.add(path);
    },
    file(path, picture) {
      if (!isPicture(path, svg)) other(path);
      else if (!isSilent(path)) pictures.set(path, picture());
    },
    link(path) {
      if (!isSilent(path)) links++;
    },
    finish: () => ({ pictures, folders, others, tables, links }),
  };
}
