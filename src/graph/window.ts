// The arithmetic of sliding windows: pads, strides, dilations and output sizes of convolutions and pools. Used by shape functions, rules and lowerings.
import { fail } from '../core/errors.ts';

/** Attributes of a convolution or pool as its schema gives them; `kernel_shape` may be left out where a weight tells it. */
export interface WindowAttrs {
  readonly auto_pad: string;
  readonly kernel_shape?: readonly number[] | undefined;
  readonly strides?: readonly number[] | undefined;
  readonly dilations?: readonly number[] | undefined;
  readonly pads?: readonly number[] | undefined;
  readonly ceil_mode?: number;
}

/** A window with every attribute spelled out; one entry per spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Extent of the dilated kernel: (kernel - 1) dilation + 1. */
  readonly extent: readonly number[];
  /** Sizes of the output. */
  readonly output: readonly number[];
}

/** Resolves `auto_pad` and defaults for an input with these spatial sizes. @throws GraftError `invalid-shape` where the window does not fit. */
export function resolveWindow(attrs: WindowAttrs, kernel: readonly number[], sizes: readonly number[], place: string): Window {
  const rank = sizes.length;
  const strides = attrs.strides ?? sizes.map(() => 1);
  const dilations = attrs.dilations ?? sizes.map(() => 1);
  const pads = attrs.pads ?? Array<number>(2 * rank).fill(0);
  if (kernel.length !== rank || strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank) {
    fail('invalid-shape', `${place}: kernel [${kernel.join(', ')}], strides, dilations or pads do not fit ${rank} spatial axes.`);
  }
  const extent = kernel.map((size, i) => (size - 1) * (dilations[i] as number) + 1);
  const before: number[] = [];
  const after: number[] = [];
  const output = sizes.map((size, i) => {
    const stride = strides[i] as number;
    const reach = extent[i] as number;
    if (attrs.auto_pad === 'SAME_UPPER' || attrs.auto_pad === 'SAME_LOWER') {
      const count = Math.ceil(size / stride);
      const total = Math.max(0, (count - 1) * stride + reach - size);
      before[i] = attrs.auto_pad === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
      after[i] = total - before[i];
      return count;
    }
    before[i] = attrs.auto_pad === 'VALID' ? 0 : (pads[i] as number);
    after[i] = attrs.auto_pad === 'VALID' ? 0 : (pads[i + rank] as number);
    const room = size + before[i] + after[i] - reach;
    const count = (attrs.ceil_mode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    if (count < 1)
      fail('invalid-shape', `${place}: a window of ${reach} does not fit axis ${i + 2} of ${size} with pads ${before[i]} and ${after[i]}.`);
    // A window that would start in the far padding is left out.
    return attrs.ceil_mode && (count - 1) * stride >= size + before[i] ? count - 1 : count;
  });
  return { kernel, strides, dilations, before, after, extent, output };
}

/** The window as attributes of an ONNX node. */
export function windowAttrs(w: Window) {
  return { kernel_shape: w.kernel, strides: w.strides, dilations: w.dilations, pads: [...w.before, ...w.after] };
}
