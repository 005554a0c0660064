// The table of all ops that Graft can type: `schemaOf(domain, op)`. Each family file contributes its ops under their exact ONNX names.
import * as activation from './activation.ts';
import * as attention from './attention.ts';
import * as composite from './composite.ts';
import * as contraction from './contraction.ts';
import * as conv from './conv.ts';
import * as discrete from './discrete.ts';
import * as elementwise from './elementwise.ts';
import * as groupNorm from './group-norm.ts';
import * as indexing from './indexing.ts';
import * as linalg from './linalg.ts';
import * as norm from './norm.ts';
import * as pool from './pool.ts';
import * as random from './random.ts';
import * as rearrange from './rearrange.ts';
import * as recurrent from './recurrent.ts';
import * as reduction from './reduction.ts';
import * as sampling from './sampling.ts';
import type { AttrsOf, OpSchema } from './schema.ts';
import * as shape from './shape.ts';
import * as signal from './signal.ts';
import * as trigonometry from './trigonometry.ts';

/** Ops of the default ONNX domain. */
export const onnxOps = {
  ...elementwise,
  ...activation,
  ...trigonometry,
  ...discrete,
  ...random,
  ...reduction,
  ...linalg,
  ...contraction,
  ...attention,
  ...sampling,
  ...signal,
  ...conv,
  ...pool,
  ...norm,
  ...groupNorm,
  ...shape,
  ...rearrange,
  ...indexing,
  ...recurrent,
};

/** Composite ops of Graft's own domain: what a gradient is, before a device says how it is computed. */
export const graftOps = { ...composite };

/** Domain of the composite ops. They exist between `grad/` and `lower/` only and never reach a file. */
export const GRAFT_DOMAIN = 'graft';

const tables: Readonly<Record<string, Readonly<Record<string, OpSchema>>>> = { '': onnxOps as never, [GRAFT_DOMAIN]: graftOps as never };

export type OpTable = typeof onnxOps & typeof graftOps;
/** An op that the typed builder knows, by its ONNX name. */
export type OpName = keyof OpTable & string;
/** Attributes of the op `K` as a caller gives them: any of the schema's, the others at their defaults. */
export type OpAttrs<K extends OpName> = OpTable[K] extends OpSchema<infer A> ? Partial<AttrsOf<A>> : never;

/** The schema of an op, or `undefined` when Graft does not know it. `'ai.onnx'` is the default domain `''`. */
export function schemaOf(domain: string, op: string): OpSchema | undefined {
  const table = tables[domain === 'ai.onnx' ? '' : domain];
  return table && Object.hasOwn(table, op) ? table[op] : undefined;
}

/** Domain in which the typed builder's op lives. */
export function domainOf(op: OpName): string {
  return op in graftOps ? GRAFT_DOMAIN : '';
}
