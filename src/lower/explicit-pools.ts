// Pools in ceil mode -> pools with the padding that says the same. ONNX Runtime counts the windows of ceil mode otherwise when it infers shapes than when
// it runs: it infers one more where the last would begin behind the input. In: any graph. Called by `lower`.
import { attrsOf, type Graph } from '../graph/graph.ts';
import { copyNode, type Rewritten, rewrite } from '../graph/rewrite.ts';
import { resolveWindow, type Window, type WindowAttrs } from '../graph/window.ts';

interface PoolAttrs extends WindowAttrs {
  readonly count_include_pad?: number;
  readonly input_shape?: readonly number[];
}

const POOLS = new Set(['MaxPool', 'AveragePool', 'LpPool']);
const GRADIENTS = new Set(['MaxPoolGrad', 'MaxPoolGather', 'AveragePoolGrad']);

/** Writes padding in place of ceil mode where the windows allow it; elsewhere the result is cut to its size where ONNX Runtime would infer another. */
export function explicitPools(graph: Graph): Rewritten {
  return rewrite(graph, ({ g, node, inputs }) => {
    if (!POOLS.has(node.op) && !GRADIENTS.has(node.op)) return undefined;
    const attrs = attrsOf(node) as unknown as PoolAttrs;
    const sizes = (attrs.input_shape && node.op === 'AveragePoolGrad' ? attrs.input_shape : (node.inputs[0]?.shape ?? [])).slice(2);
    if (!attrs.ceil_mode || !attrs.kernel_shape || !sizes.every((size) => typeof size === 'number')) return undefined;
    const window = resolveWindow(attrs, attrs.kernel_shape, sizes, node.name);
    const after = paddingBehind(window, sizes, attrs.count_include_pad === 1);
    if (after) {
      const { auto_pad: _, ...rest } = node.attrs;
      return copyNode(g, { ...node, attrs: { ...rest, pads: [...window.before, ...after], ceil_mode: 0 } }, inputs).outputs;
    }
    if (GRADIENTS.has(node.op) || !isMiscounted(window, sizes)) return undefined;
    const axes = sizes.map((_, i) => i + 2);
    const starts = axes.map(() => 0);
    return copyNode(g, node, inputs).outputs.map((value) => value && g.slice(value, starts, window.output, axes));
  });
}

/** Padding behind with which the windows reach as far; `undefined` where it would count in a mean, or is as large as the window: ONNX Runtime refuses that. */
function paddingBehind({ kernel, strides, extent, before, after, output }: Window, sizes: readonly number[], counted: boolean) {
  const reaching = output.map((count, i) => {
    const reach = (count - 1) * (strides[i] as number) + (extent[i] as number);
    return Math.max(after[i] as number, reach - (sizes[i] as number) - (before[i] as number));
  });
  const fits = reaching.every((pad, i) => pad === after[i] || (!counted && pad < (kernel[i] as number)));
  return fits ? reaching : undefined;
}

/** Whether a window of some axis is left out, which ONNX Runtime counts when it infers shapes. */
function isMiscounted({ strides, extent, before, after, output }: Window, sizes: readonly number[]): boolean {
  return output.some((count, i) => {
    const room = (sizes[i] as number) + (before[i] as number) + (after[i] as number) - (extent[i] as number);
    return count <= Math.ceil(room / (strides[i] as number));
  });
}
