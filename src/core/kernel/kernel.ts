// Loops over flat float32 arrays at the speed of the machine's vectors: formulas compiled to WebAssembly, which V8 does not do with plain loops.
// In: arrays and numbers. Out: the arrays change in place; whether they stay finite. Used by the optimisers.
import { type KernelDefinition, moduleOf } from './formula.ts';

interface Memory {
  readonly buffer: ArrayBuffer;
}
type Loop = (...parameters: number[]) => number;
interface Loops {
  readonly vector: Loop;
  readonly single: Loop;
}

/** The part of WebAssembly used here; Node's types leave it out. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: { m: { m: Memory } }) => { readonly exports: Loops };
};

const PAGE = 65_536;
/** What 32-bit addresses reach. */
const MOST_PAGES = 65_536;
/** Elements of an array that is elsewhere, brought over at a time. */
const CHUNK = 4096;
const LANES = 4;

const memories = new WeakMap<ArrayBufferLike, Memory>();

/**
 * Arrays of zeros in one memory, on which kernels work in place. Where one memory cannot hold them (4 GB), ordinary ones, which kernels bring
 * over piece by piece: slower, the same bits.
 */
export function jointArrays(count: number, length: number): Float32Array<ArrayBuffer>[] {
  const bytes = Math.ceil(length / LANES) * LANES * Float32Array.BYTES_PER_ELEMENT;
  const pages = Math.ceil((count * bytes) / PAGE);
  if (pages > MOST_PAGES) return Array.from({ length: count }, () => new Float32Array(length));
  const memory = new WebAssembly.Memory({ initial: pages });
  memories.set(memory.buffer, memory);
  return Array.from({ length: count }, (_, i) => new Float32Array(memory.buffer, i * bytes, length));
}

/**
 * Computes elements `from` (inclusive) to `to` (exclusive) of the arrays. Each step rounds to float32; results do not depend on the range.
 * @returns whether all new elements are finite.
 */
export type Kernel<A extends string, S extends string> = (
  arrays: Readonly<Record<A, Float32Array>>,
  scalars: Readonly<Record<S, number>>,
  from: number,
  to: number,
) => boolean;

/** Compiles a formula, when it is first run. */
export function defineKernel<A extends string, S extends string>(definition: KernelDefinition<A, S>): Kernel<A, S> {
  const instances = new WeakMap<Memory, Loops>();
  let module: object | undefined;
  let staging: readonly Float32Array<ArrayBuffer>[] | undefined;

  const loopsIn = (memory: Memory): Loops => {
    module ??= new WebAssembly.Module(moduleOf(definition));
    const loops = instances.get(memory) ?? new WebAssembly.Instance(module, { m: { m: memory } }).exports;
    instances.set(memory, loops);
    return loops;
  };
  /** The loops over `arrays` where they all lie in one memory. */
  const compute = (memory: Memory, arrays: readonly Float32Array[], numbers: readonly number[], from: number, to: number): boolean => {
    const { vector, single } = loopsIn(memory);
    const middle = from + Math.floor((to - from) / LANES) * LANES;
    const addresses = (at: number) => arrays.map(({ byteOffset }) => byteOffset + at * Float32Array.BYTES_PER_ELEMENT);
    const bad = middle > from ? vector(...addresses(from), ...addresses(middle).slice(0, 1), ...numbers) : 0;
    const badEnd = to > middle ? single(...addresses(middle), ...addresses(to).slice(0, 1), ...numbers) : 0;
    return bad === 0 && badEnd === 0;
  };

  return (byName, scalars, from, to) => {
    if (to <= from) return true;
    const arrays = definition.arrays.map((name) => byName[name]);
    const numbers = definition.scalars.map((name) => scalars[name]);
    const buffer = arrays[0]?.buffer;
    const memory = buffer && arrays.every((array) => array.buffer === buffer) ? memories.get(buffer) : undefined;
    if (memory) return compute(memory, arrays, numbers, from, to);
    staging ??= jointArrays(arrays.length, CHUNK);
    const own = memories.get((staging[0] as Float32Array).buffer) as Memory;
    let finite = true;
    for (let at = from; at < to; at += CHUNK) {
      const count = Math.min(CHUNK, to - at);
      for (const [i, stage] of staging.entries()) stage.set((arrays[i] as Float32Array).subarray(at, at + count));
      finite = compute(own, staging, numbers, 0, count) && finite;
      for (const [i, stage] of staging.entries()) arrays[i]?.set(stage.subarray(0, count), at);
    }
    return finite;
  };
}
