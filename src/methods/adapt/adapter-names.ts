// An adapter's tensors by the ids that they have here <-> by the names and in the layout of PEFT's files. Called when adapters are saved and loaded.
import { isFloat } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { type Tensor, tensor, tensorOf, toNumbers } from '../../core/tensor.ts';

/** What PEFT puts before the names of the model that it wraps. */
const PREFIX = 'base_model.model.';
const ADDED = /^(.+)\.(lora_A\.weight|lora_B\.weight|lora_magnitude_vector|ia3_l)$/;

/** The module and the part of it that a tensor of an adapter is, by its id; `undefined` for those of the model itself. */
export function partOf(id: string): { readonly module: string; readonly part: string } | undefined {
  const [, module, part] = ADDED.exec(id) ?? [];
  return module === undefined || part === undefined ? undefined : { module, part };
}

/** Tensors by id, as a file holds them. */
export function named(state: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(Array.from(state, ([id, value]) => [`${PREFIX}${id}`, swapped(id, value)]));
}

/** Tensors of a file by id, the names of modules as they are there. */
export function unnamed(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    Array.from(tensors, ([name, value]) => {
      const id = (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name).replace(/\.lora_magnitude_vector\.weight$/, '.lora_magnitude_vector');
      return [id, swapped(id, asFloat32(value))] as const;
    }),
  );
}

/** Many adapters are kept in 16 bits. */
function asFloat32(value: Tensor): Tensor {
  return isFloat(value.dtype) && value.dtype !== 'float32' ? tensorOf('float32', toNumbers(value), value.dims) : value;
}

/** A and B of a linear layer are `[in, r]` and `[r, out]` here, the other way round there. */
function swapped(id: string, value: Tensor): Tensor {
  const { dims, data } = value;
  if (!/\.lora_[AB]\.weight$/.test(id) || dims.length !== 2) return value;
  const [rows, columns] = dims as [number, number];
  const values = data as Float32Array;
  const turned = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j] as number;
  return tensor('float32', [columns, rows], turned);
}

/** How many leading names the model may lack. */
const DROPPED = [1, 2, 3];

/**
 * How a file's modules are called in the model: the same, or with names before them that one side lacks (`bert.encoder...` and `encoder...`). Whole names
 * go before ends of names, and the longer ends before the shorter.
 * @throws GraftError `invalid-checkpoint` naming a module that the model has under no such name, or under several.
 */
export function renaming(modules: readonly string[], known: readonly string[], source: string, model: string): (name: string) => string {
  const all = new Set(known);
  const [first = ''] = modules;
  const fits = (rename: (name: string) => string) => new Set(modules.map(rename).filter((name) => all.has(name))).size === modules.length;
  const same = (name: string) => name;
  if (fits(same)) return same;
  const prefixes = new Set(known.flatMap((name) => (name.endsWith(`.${first}`) ? [name.slice(0, -first.length)] : [])));
  const [longer, other] = [...prefixes].map((prefix) => (name: string) => `${prefix}${name}`).filter(fits);
  if (longer && other) {
    fail(
      'invalid-checkpoint',
      `${source} adapts \`${first}\`, which may be \`${longer(first)}\` or \`${other(first)}\` of model \`${model}\`; rename the file's tensors to the one that is meant.`,
    );
  }
  const ends = DROPPED.map((count) => (name: string) => name.split('.').slice(count).join('.'));
  const way = longer ?? ends.find(fits);
  if (way) return way;
  const missing = modules.find((module) => !all.has(module)) ?? '';
  return fail(
    'invalid-checkpoint',
    `${source} adapts \`${missing}\`, which model \`${model}\` does not have as a layer before its head; ${suggest(missing, known)} Load the model that the adapter was made for.`,
  );
}
