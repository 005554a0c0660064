// The one table of gradients: every op that has a schema has an entry here, or this file does not compile.
import type { OpName } from '../../graph/schema/index.ts';
import type { RuleEntry } from '../rule.ts';
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
import * as shape from './shape.ts';
import * as signal from './signal.ts';
import * as trigonometry from './trigonometry.ts';

/** Keyed by exact ONNX name; composite ops by their own, which never coincide. */
export const rules = {
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
  ...composite,
  ...recurrent,
} satisfies Record<OpName, RuleEntry>;
