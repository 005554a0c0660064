// What the schemas of convolutions and pools share: the attributes of their windows and the sizes of what comes out.
import { formatShape, type Shape } from '../types.ts';
import { resolveWindow, type WindowAttrs } from '../window.ts';
import { type InferContext, ints, string } from './schema.ts';

export const windowDefs = { auto_pad: string('NOTSET'), dilations: ints(), kernel_shape: ints(), pads: ints(), strides: ints() };

/** Spatial sizes of the output; unknown ones stay symbolic, one by one. */
export function outputSizes(c: InferContext<WindowAttrs>, sizes: Shape, kernel: readonly number[], op: string): Shape {
  if (sizes.every((size) => typeof size === 'number')) return resolveWindow(c.attrs, kernel, sizes, op).output;
  return sizes.map((_, i) => c.unknown(i));
}

export function kernelOf(c: InferContext<WindowAttrs>, weight: Shape | undefined): readonly number[] {
  const sizes = c.attrs.kernel_shape ?? weight?.slice(2);
  if (!sizes?.every((size) => typeof size === 'number')) return c.fail('its `kernel_shape` is not known.');
  return sizes;
}

/** The shape of a pool's output, `[N, C, ...]`. */
export function pooledShape(c: InferContext<WindowAttrs>, op: string): Shape {
  const { shape } = c.type(0);
  const [n, channels, ...sizes] = shape;
  if (n === undefined || channels === undefined) return c.fail(`it pools [N, C, ...], not ${formatShape(shape)}.`);
  return [n, channels, ...outputSizes(c, sizes, kernelOf(c, undefined), op)];
}
