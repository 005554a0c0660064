// A model or a bare state -> its layers with their tensors, the form in which two of them are compared. Called by `carryOver`.
import type { Tensor } from '../../core/tensor.ts';
import { type Model, stateOf } from '../../nn/model.ts';
import type { NamedState } from '../../train/state-file.ts';

/** One parameter or buffer. */
export interface Member {
  readonly id: string;
  /** What it is to its layer: `weight`, `mean`. */
  readonly role: string;
  readonly tensor: Tensor;
}

/** A layer that owns tensors. */
export interface OwnedLayer {
  /** What the ids of its tensors have before their role: `block1.conv`. */
  readonly stem: string;
  /** Names from the outside in: `block1/conv`. */
  readonly path: string;
  /** Whether it belongs to the task alone. */
  readonly head: boolean;
  readonly members: readonly Member[];
}

/** One of the two between which values are carried over. */
export interface Side {
  readonly name: string;
  readonly layers: readonly OwnedLayer[];
  /** Whether `layers` are in the order from input to output; a file's tensors are in none. */
  readonly ordered: boolean;
  readonly classes: readonly string[] | undefined;
}

export function sideOf(source: Model | NamedState): Side {
  if (!('graph' in source)) {
    return { name: source.name, layers: layersOf(source.tensors, new Map(), new Set()), ordered: false, classes: undefined };
  }
  const paths = new Map([...source.parameters.values()].map(({ id, layer }) => [stemOf(id), layer]));
  const heads = new Set(source.groups.filter(({ kind }) => kind === 'head').flatMap(({ members }) => members));
  return { name: source.name, layers: layersOf(stateOf(source), paths, heads), ordered: true, classes: source.classes };
}

function layersOf(tensors: ReadonlyMap<string, Tensor>, paths: ReadonlyMap<string, string>, heads: ReadonlySet<string>): OwnedLayer[] {
  const layers = new Map<string, { stem: string; path: string; head: boolean; members: Member[] }>();
  for (const [id, tensor] of tensors) {
    const stem = stemOf(id);
    const layer = layers.get(stem) ?? { stem, path: paths.get(stem) ?? stem.replaceAll('.', '/'), head: heads.has(id), members: [] };
    layer.members.push({ id, role: roleOf(id), tensor });
    layers.set(stem, layer);
  }
  return [...layers.values()];
}

/** `block1.conv` of `block1.conv.weight`; nothing of a bare name. */
export function stemOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('.')));
}

/** `weight` of `block1.conv.weight`. */
export function roleOf(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/** Where `select` looks for a member: `block1/conv/weight`. */
export function pathOf(layer: OwnedLayer, { role }: Member): string {
  return layer.path === '' ? role : `${layer.path}/${role}`;
}

export function sameType(a: Tensor, b: Tensor): boolean {
  return a.dtype === b.dtype && a.dims.join() === b.dims.join();
}

/** In words, for reports: `[5, 64]`, and the element type where it is not float32. */
export function typeText({ dtype, dims }: Tensor): string {
  return `${dtype === 'float32' ? '' : `${dtype} `}[${dims.join(', ')}]`;
}
