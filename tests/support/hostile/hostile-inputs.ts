// Ten thousand data sets that nobody should trust: good ones of every format changed byte by byte, and others made to be hostile. The same for the same seed.
// Called by the benchmark `fuzz` and by its small version among the tests.
import { stream } from '../../../src/core/rng.ts';
import { changes } from './changes.ts';
import { type Draw, drawsOf, pick } from './draw.ts';
import { tar, zip } from './made-archives.ts';
import { idx, npy, npz } from './made-arrays.ts';
import { huggingface, imageFolder } from './made-folders.ts';
import { csv, json, jsonl, svmlight } from './made-texts.ts';
import type { Made, Makers } from './make.ts';
import { type Seed, seedsOfAll } from './seeds.ts';
import type { Item } from './tree.ts';

/** A data set, and what was done to it. */
export interface HostileInput extends Made {
  readonly format: string;
  readonly kind: string;
}

const made: Readonly<Record<string, Makers>> = { csv, json, jsonl, svmlight, npy, npz, idx, zip, tar, 'image-folder': imageFolder, huggingface };
/** Of so many inputs one is made; the others are changed. */
const MADE = 4;
/** Names that no format is known by: what a file is, its beginning must tell then. */
const NAMELESS = ['data', 'data.bin', 'data.dat', 'data.xyz'];

/** Gives input `index` of a seed, whichever were asked for before. */
export async function hostileInputs(seed: number): Promise<(index: number) => Promise<HostileInput>> {
  const seeds = await seedsOfAll();
  const formats = [...new Set(seeds.map(({ format }) => format))];
  const files = seeds.flatMap(({ tree }) => [...tree.values()].filter(isFile));
  return async (index) => {
    const draw = drawsOf(stream(seed, 'hostile', index));
    const format = formats[index % formats.length] as string;
    const good = pick(
      draw,
      seeds.filter((one) => one.format === format),
    );
    const makers = made[format];
    if (makers && draw(MADE) === 0) {
      const kind = pick(draw, Object.keys(makers));
      const make = makers[kind] as Makers[string];
      return { format, kind, ...(await make(draw, good)) };
    }
    return { format, ...changed(good, Buffer.from(pick(draw, files)), draw) };
  };
}

function isFile(item: Item): item is Uint8Array | string {
  return typeof item === 'string' || item instanceof Uint8Array;
}

/** A good data set with one of its files changed, and now and then by a name that tells nothing. */
function changed({ tree, open, options }: Seed, other: Uint8Array, draw: Draw): Made & { readonly kind: string } {
  const kind = pick(draw, Object.keys(changes));
  const path = pick(
    draw,
    [...tree].filter(([, item]) => isFile(item)).map(([name]) => name),
  );
  const bytes = changes[kind]?.(Buffer.from(tree.get(path) as string), draw, other) ?? other;
  if (tree.size === 1 && draw(5) === 0) {
    const name = pick(draw, NAMELESS);
    return { kind, tree: new Map([[name, bytes]]), open: name, ...(options && { options }) };
  }
  return { kind, tree: new Map<string, Item>([...tree, [path, bytes]]), open, ...(options && { options }) };
}
