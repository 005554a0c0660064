// Pools of blocked values.
import type { Value } from '../../graph/graph.ts';
import { resolveWindow, type WindowAttrs, windowAttrs } from '../../graph/window.ts';
import { type BlockedContext, type LowerBlocked, sizesOf } from './layout.ts';

type Pool = BlockedContext<WindowAttrs & { readonly ceil_mode: number; readonly count_include_pad?: number }>;

function pool(op: 'MaxPool' | 'AveragePool'): LowerBlocked<Pool['attrs']> {
  return ({ b, node, x: [x], attrs, shape }) => {
    const held = b.held(x);
    if (!held || node.outputs.length > 1 || !attrs.kernel_shape || attrs.ceil_mode || attrs.dilations?.some((dilation) => dilation > 1))
      return undefined;
    const [n, channels, ...places] = shape(x) as [number, number, number, number];
    const { dilations: _, ...window } = windowAttrs(resolveWindow(attrs, attrs.kernel_shape, places, node.name));
    const include = op === 'AveragePool' ? { count_include_pad: attrs.count_include_pad ?? 0 } : {};
    const sizes = sizesOf(node.outputs[0] as Value).slice(2);
    return [b.give(b.op(op, [held], { ...window, ...include }, [n, b.padded(channels), ...sizes]), channels)];
  };
}

export const MaxPool = pool('MaxPool');
export const AveragePool = pool('AveragePool');
