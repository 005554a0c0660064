// The table of adapters: `adapterOf(domain, op)`. Each family file contributes its ops under their exact names.
import { type Adapter, type Adapters, refused } from './adapter.ts';
import * as axes from './axes.ts';
import * as control from './control.ts';
import * as microsoftAttention from './microsoft-attention.ts';
import * as microsoftFused from './microsoft-fused.ts';
import * as microsoftNorm from './microsoft-norm.ts';
import * as microsoftQuantised from './microsoft-quantised.ts';
import * as norm from './norm.ts';
import * as quantised from './quantised.ts';
import * as resize from './resize.ts';
import * as shape from './shape.ts';
import * as softmax from './softmax.ts';

const tables: Readonly<Record<string, Adapters>> = {
  // ONNX Runtime writes one op of its own under ONNX's name.
  '': {
    ...axes,
    ...control,
    ...norm,
    ...quantised,
    ...resize,
    ...shape,
    ...softmax,
    SimplifiedLayerNormalization: microsoftNorm.SimplifiedLayerNormalization,
  },
  'com.microsoft': { ...microsoftAttention, ...microsoftFused, ...microsoftNorm, ...microsoftQuantised },
};

/** Domains of which no op has a gradient. */
const domains: Readonly<Record<string, Adapter>> = {
  'ai.onnx.ml': refused(
    'ops of classical machine learning (trees, linear models, label tables; skl2onnx writes them) cannot be fine-tuned. Rebuild the model as a network, or cut the file before this node.',
  ),
};

/** What adapts nodes of this op, whatever their opset. */
export function adapterOf(domain: string, op: string): Adapter | undefined {
  const table = tables[domain];
  return table && Object.hasOwn(table, op) ? table[op] : domains[domain];
}
