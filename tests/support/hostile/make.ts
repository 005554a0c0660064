// What is made to be hostile: the kinds of it, and what they share. Called by the files beside this one.
import { gzipSync } from 'node:zlib';
import type { DataOptions } from '../../../src/data/open/options.ts';
import type { Draw } from './draw.ts';
import type { Seed } from './seeds.ts';
import type { Tree } from './tree.ts';

/** What is opened. */
export interface Made {
  readonly tree: Tree;
  readonly open: string;
  /** Left out: opened to predict on. */
  readonly options?: Partial<DataOptions>;
}

/** Makes inputs, by what is hostile about them. @param seed of the format, for pictures and the like. */
export type Makers = Readonly<Record<string, (draw: Draw, seed: Seed) => Made | Promise<Made>>>;

export const LABEL = { label: 'label' };

/** Names that lead elsewhere, or mean something to a program. */
export const EVIL = [
  '../x.png',
  '../../../../tmp/x.png',
  '/etc/x.png',
  'C:\\x.png',
  '..\\..\\x.png',
  'a/../../x.png',
  './../x.png',
  '.',
  '..',
  '/',
  '',
  'a\0b.png',
  '__proto__/x.png',
  'constructor/x.png',
  'con/aux.png',
  'a'.repeat(5000),
  `${'a/'.repeat(3000)}x.png`,
  '\u202egnp.x/a.png',
  'a/\ud800.png',
  '~/x.png',
  '$(touch x)/x.png',
  '-rf/x.png',
  'a//b///x.png',
  '__MACOSX/x.png',
];

/** A data set that is one file. */
export function file(name: string, bytes: Uint8Array | string, options: Made['options'] = LABEL): Made {
  return { tree: new Map([[name, bytes]]), open: name, options };
}

export const many = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** The pictures of a seed: in its archive, or its folder. */
export const picturesIn = ({ pictures, tree }: Seed) => pictures ?? (tree as ReadonlyMap<string, Uint8Array>);
export const pictureOf = (seed: Seed): Uint8Array => [...picturesIn(seed)].find(([path]) => path.endsWith('.png'))?.[1] ?? new Uint8Array();

/** A piece of text again and again, packed: some hundred KiB that become `mebibytes`. Member after member, so that making it takes no memory. */
export function bomb(text: string, mebibytes: number, beginning: Uint8Array = new Uint8Array()): Uint8Array {
  const member = gzipSync(text.repeat(Math.ceil(2 ** 20 / Buffer.byteLength(text))));
  return Buffer.concat([gzipSync(beginning), ...Array.from({ length: mebibytes }, () => member)]);
}

/** Names in an archive, whose writers refuse them: others of the same length are written over. */
export function renamed(archive: Buffer, from: string, to: string): Buffer {
  return Buffer.from(archive.toString('latin1').replaceAll(from, to.slice(0, from.length).padEnd(from.length, 'x')), 'latin1');
}
