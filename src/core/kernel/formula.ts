// Formulas as WebAssembly code, over four float32 lanes or one. In: a kernel's definition. Out: the bytes of its module. Called by kernel.ts.

/** Code that leaves one value on the stack. */
export type Code = readonly number[];

/** The same arithmetic on four elements at a time or on one. Every step rounds to float32, so both give the same bits. */
export interface Arithmetic {
  add(a: Code, b: Code): Code;
  sub(a: Code, b: Code): Code;
  mul(a: Code, b: Code): Code;
  div(a: Code, b: Code): Code;
  sqrt(a: Code): Code;
  /** 0 where the magnitude of `a` is at most `least`, else `a`, NaN too. */
  flush(a: Code, least: Code): Code;
  /** Computes `a` once, to be used several times. */
  keep(a: Code): Code;
}

/** What to compute for each element of some arrays of one length. */
export interface KernelDefinition<A extends string, S extends string> {
  readonly arrays: readonly A[];
  readonly scalars: readonly S[];
  /** New elements of the arrays that change, from the elements and the scalars. */
  body(elements: Readonly<Record<A, Code>>, scalars: Readonly<Record<S, Code>>, arithmetic: Arithmetic): Readonly<Partial<Record<A, Code>>>;
}

/** Opcodes, and the bytes of an element, of one width. */
interface Width {
  readonly type: number;
  readonly bytes: number;
  readonly load: Code;
  readonly store: Code;
  readonly add: Code;
  readonly sub: Code;
  readonly mul: Code;
  readonly div: Code;
  readonly sqrt: Code;
  /** Makes a value of this width of a float32. */
  readonly spread: Code;
  /** Of a value on the stack and the same again: an i32, not 0 where any lane is NaN. */
  readonly unequal: Code;
  flush(a: Code, least: Code): Code;
}

const I32 = 0x7f;
const F32 = 0x7d;

const vector: Width = {
  type: 0x7b,
  bytes: 16,
  load: [0xfd, 0x00, 2, 0],
  store: [0xfd, 0x0b, 2, 0],
  add: [0xfd, 0xe4, 0x01],
  sub: [0xfd, 0xe5, 0x01],
  mul: [0xfd, 0xe6, 0x01],
  div: [0xfd, 0xe7, 0x01],
  sqrt: [0xfd, 0xe3, 0x01],
  spread: [0xfd, 0x13],
  unequal: [0xfd, 0x42, 0xfd, 0x53],
  flush: (a, least) => [...a, ...a, 0xfd, 0xe0, 0x01, ...least, 0xfd, 0x45, 0xfd, 0x4f],
};

const single: Width = {
  type: F32,
  bytes: 4,
  load: [0x2a, 2, 0],
  store: [0x38, 2, 0],
  add: [0x92],
  sub: [0x93],
  mul: [0x94],
  div: [0x95],
  sqrt: [0x91],
  spread: [],
  unequal: [0x5c],
  flush: (a, least) => [0x43, 0, 0, 0, 0, ...a, ...a, 0x8b, ...least, 0x5f, 0x1b],
};

/**
 * A module that imports the memory `m.m` and exports `vector` and `single`. Both take a byte address for each array, the address in the first
 * one where to stop, and the scalars; `vector` does four elements in each round. They return 0 where all new elements are finite.
 */
export function moduleOf<A extends string, S extends string>(kernel: KernelDefinition<A, S>): Uint8Array<ArrayBuffer> {
  const parameters = [...kernel.arrays.map(() => I32), I32, ...kernel.scalars.map(() => F32)];
  const functions = [loop(kernel, vector), loop(kernel, single)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, ...list(parameters), 1, I32]),
    ...section(2, [1, ...name('m'), ...name('m'), 0x02, 0x00, 1]),
    ...section(3, list([0, 0])),
    ...section(7, [2, ...name('vector'), 0x00, 0, ...name('single'), 0x00, 1]),
    ...section(10, [functions.length, ...functions.flatMap((code) => [...unsigned(code.length), ...code])]),
  ]);
}

/**
 * A function's locals and code: do { load, compute, store, step on } while (the first address is below the end). A local adds up x - x of all that
 * is stored: that is 0, but NaN where x is NaN or infinite, and a sum keeps a NaN.
 */
function loop<A extends string, S extends string>({ arrays, scalars, body }: KernelDefinition<A, S>, width: Width): Code {
  const end = arrays.length;
  const spread = end + 1 + scalars.length;
  const blemish = spread + scalars.length;
  let locals = blemish + 1;
  const setUp = scalars.flatMap((_, i) => [...get(end + 1 + i), ...width.spread, ...set(spread + i)]);
  const kept: number[] = [];
  const elements = arrays.map((_, i) => {
    kept.push(...get(i), ...width.load, ...set(locals));
    return get(locals++);
  });
  const keep = (a: Code): Code => {
    kept.push(...a, ...set(locals));
    return get(locals++);
  };
  const results = body(
    record(arrays, elements),
    record(
      scalars,
      scalars.map((_, i) => get(spread + i)),
    ),
    {
      add: (a, b) => [...a, ...b, ...width.add],
      sub: (a, b) => [...a, ...b, ...width.sub],
      mul: (a, b) => [...a, ...b, ...width.mul],
      div: (a, b) => [...a, ...b, ...width.div],
      sqrt: (a) => [...a, ...width.sqrt],
      flush: (a, least) => width.flush(keep(a), least),
      keep,
    },
  );
  const stores = arrays.flatMap((array, i) => {
    const result = results[array];
    if (!result) return [];
    const stored = locals++;
    const sum = [...get(blemish), ...get(stored), ...get(stored), ...width.sub, ...width.add, ...set(blemish)];
    return [...get(i), ...result, 0x22, ...unsigned(stored), ...width.store, ...sum];
  });
  const stepOn = arrays.flatMap((_, i) => [...get(i), 0x41, width.bytes, 0x6a, ...set(i)]);
  const again = [...get(0), ...get(end), 0x49, 0x0d, 0];
  const blemished = [...get(blemish), ...get(blemish), ...width.unequal];
  return [1, ...unsigned(locals - spread), width.type, ...setUp, 0x03, 0x40, ...kept, ...stores, ...stepOn, ...again, 0x0b, ...blemished, 0x0b];
}

function get(local: number): Code {
  return [0x20, ...unsigned(local)];
}

function set(local: number): Code {
  return [0x21, ...unsigned(local)];
}

function record<K extends string>(names: readonly K[], codes: readonly Code[]): Record<K, Code> {
  return Object.fromEntries(names.map((key, i) => [key, codes[i]])) as Record<K, Code>;
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: Code): Code {
  return [...unsigned(items.length), ...items];
}

function name(text: string): Code {
  return list([...new TextEncoder().encode(text)]);
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}
