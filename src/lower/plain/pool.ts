// Gradients of pools in standard ONNX.
import { fail } from '../../core/errors.ts';
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import type { MaxPoolGrad as MaxPoolGradSchema } from '../../graph/schema/composite.ts';
import type { AttrsOf } from '../../graph/schema/schema.ts';
import { resolveWindow, windowAttrs } from '../../graph/window.ts';
import { type LowerContext, lowerOp } from '../lowering.ts';

type PoolAttrs = AttrsOf<(typeof MaxPoolGradSchema)['attrs']>;

/** The attributes of a MaxPool node, in the order that makes equal ones equal as text. */
function poolAttrs({ kernel_shape, strides, dilations, pads, ceil_mode }: PoolAttrs) {
  return { kernel_shape, strides, dilations, pads, ceil_mode };
}

const keyOf = (x: Value, attrs: PoolAttrs) => `MaxPool ${x.name} ${JSON.stringify(poolAttrs(attrs))}`;

/** Where in X, counted over the whole tensor, each window has its maximum: from the forward pass, where that pools the same X. */
function indicesOf({ g, x: [x], attrs, shared }: LowerContext<PoolAttrs>): Value {
  const key = keyOf(x, attrs);
  const indices = shared.get(key) ?? g.ops('MaxPool', [x], poolAttrs(attrs), 2)[1] ?? fail('internal', 'MaxPool gave no indices.');
  shared.set(key, indices);
  return indices;
}

/** How many places inside X, or from `-before` to `size + after` with the padding, each window has along an axis. */
function placesInside(
  count: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
  [low, high]: readonly [number, number],
): number[] {
  return Array.from({ length: count }, (_, o) => {
    const start = o * stride - before;
    let inside = 0;
    for (let k = 0; k < kernel; k++) {
      const at = start + k * dilation;
      if (at >= low && at < high) inside++;
    }
    return inside;
  });
}

/**
 * 1 for each window that has a place in X, 0 for those that lie in the padding alone: dilated ones may, and ONNX Runtime gives them an index
 * outside their channel. `undefined` where there are none.
 */
function windowsInside({ x: [x], attrs, shape, node }: LowerContext<PoolAttrs>): readonly number[] | undefined {
  const { kernel_shape: kernel, strides, dilations, pads, ceil_mode } = attrs;
  const sizes = shape(x).slice(2);
  const { output } = resolveWindow({ auto_pad: 'NOTSET', strides, dilations, pads, ceil_mode }, kernel, sizes, node.name);
  const values = output.reduce<number[]>(
    (outer, count, i) => {
      const size = sizes[i] as number;
      const along = placesInside(count, kernel[i] as number, strides[i] as number, dilations[i] as number, pads[i] as number, [0, size]);
      return outer.flatMap((value) => along.map((inside) => (inside > 0 ? value : 0)));
    },
    [1],
  );
  return values.includes(0) ? values : undefined;
}

/** `value`, one for each window of each channel, as one row, with 0 for the windows that are not inside. */
function masked(g: Builder, value: Value, inside: readonly number[]): Value {
  // Reshaped first: in ceil mode ONNX infers another number of windows than ONNX Runtime gives, and would find the product at fault.
  const rows = g.reshape(value, [-1, inside.length]);
  return g.reshape(g.mul(rows, g.constant(tensorOf(value.dtype, inside, [1, inside.length]))), [-1]);
}

/** A pool whose gradient is taken gives its indices too, so that they are not searched for twice. */
export const MaxPool = lowerOp<'MaxPool'>(({ g, node, x: [x], attrs, shape, siblings, shared }) => {
  const [y, indices] = node.outputs;
  if (indices || !attrs.kernel_shape) return undefined;
  const window = windowAttrs(resolveWindow(attrs, attrs.kernel_shape, shape(x).slice(2), node.name));
  const full = { ...window, ceil_mode: attrs.ceil_mode };
  const differentiated = siblings.some(({ op, attrs: own }) => op.startsWith('MaxPoolG') && keyOf(x, own as unknown as PoolAttrs) === keyOf(x, full));
  if (!differentiated) return undefined;
  const pooled = g.append('MaxPool', [x], poolAttrs(full), { name: node.name, outputs: [y?.name ?? '', g.fresh('Indices')] });
  shared.set(keyOf(x, full), pooled.outputs[1] as Value);
  return [pooled.outputs[0] as Value];
});

/** Windows that are apart and end within X write each place at most once, which MaxUnpool does fastest; others add up. */
export const MaxPoolGrad = lowerOp<'MaxPoolGrad'>((context) => {
  const {
    g,
    x: [x, dy],
    attrs,
    shape,
  } = context;
  const { kernel_shape: kernel, strides, dilations } = attrs;
  const indices = indicesOf(context);
  const inside = windowsInside(context);
  const apart = kernel.every((size, i) => {
    const [stride, last] = [strides[i] as number, (shape(dy)[i + 2] as number) - 1];
    return (size - 1) * (dilations[i] as number) + 1 <= stride && last * stride + size <= (shape(x)[i + 2] as number);
  });
  if (apart && !inside) return [g.op('MaxUnpool', [dy, indices, g.ints(shape(x))], { kernel_shape: kernel, strides })];
  const empty = g.expand(g.scalar(0, dy.dtype), [sizeOf(shape(x))]);
  const [places, parts] = inside ? [masked(g, indices, inside), masked(g, dy, inside)] : [g.reshape(indices, [-1]), g.reshape(dy, [-1])];
  const added = g.op('ScatterElements', [empty, places, parts], { axis: 0, reduction: 'add' });
  return [g.reshape(added, shape(x))];
});

export const MaxPoolGather = lowerOp<'MaxPoolGather'>((context) => {
  const {
    g,
    x: [, v],
    attrs,
  } = context;
  const inside = windowsInside(context);
  const indices = indicesOf(context);
  if (!inside) return [g.gather(g.reshape(v, [-1]), indices)];
  return [g.reshape(masked(g, g.gather(g.reshape(v, [-1]), masked(g, indices, inside)), inside), attrs.output_shape)];
});

/** Each dY, divided by the size of its window, at every element of the window: the gradient of a convolution with ones, one channel at a time. */
export const AveragePoolGrad = lowerOp<'AveragePoolGrad'>(({ g, x: [dy], attrs, shape }) => {
  const { kernel_shape: kernel, strides, dilations, pads, count_include_pad, input_shape: sizes } = attrs;
  const rank = kernel.length;
  const [n, channels, ...outputs] = shape(dy) as [number, number, ...number[]];
  let counts = [1];
  outputs.forEach((count, i) => {
    const [size, before, after] = [sizes[i + 2] as number, pads[i] as number, pads[i + rank] as number];
    const range = count_include_pad ? ([-before, size + after] as const) : ([0, size] as const);
    const along = placesInside(count, kernel[i] as number, strides[i] as number, dilations[i] as number, before, range);
    counts = counts.flatMap((outer) => along.map((inner) => outer * inner));
  });
  const share = g.mul(
    dy,
    g.constant(
      tensorOf(
        dy.dtype,
        counts.map((count) => 1 / count),
        [1, 1, ...outputs],
      ),
    ),
  );
  const single = g.reshape(share, [n * channels, 1, ...outputs]);
  const ones = g.constant(tensorOf(dy.dtype, Array<number>(sizeOf(kernel)).fill(1), [1, 1, ...kernel]));
  const over = outputs.map((count, i) => {
    const full = (count - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1;
    return full - (pads[i] as number) - (sizes[i + 2] as number);
  });
  const spread = g.op('ConvTranspose', [single, ones], {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [...pads.slice(0, rank), ...over.map((extra) => Math.max(0, extra))],
    output_padding: over.map((extra) => Math.max(0, -extra)),
  });
  return [g.reshape(spread, sizes)];
});
