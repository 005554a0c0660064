// What a Slice takes along one axis, by ONNX's rules for negative and outlying bounds. Used by Slice's shape function and by its gradient.

export interface SliceRange {
  /** First element taken, counted from the front. */
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The elements that `start:end:step` takes of an axis of `size`: bounds count from the back when negative, then are clamped. */
export function sliceRange(size: number, start: number, end: number, step: number): SliceRange {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const first = step > 0 ? clamp(start) : Math.max(clamp(start), 0);
  return { start: first, step, count: size === 0 ? 0 : Math.max(0, Math.ceil((clamp(end) - first) / step)) };
}

/** Whether `start:end:step` takes all elements of an axis whatever its size, in order or reversed. */
export function takesAll(start: number, end: number, step: number): boolean {
  const far = 2 ** 31 - 1;
  return (step === 1 && start === 0 && end >= far) || (step === -1 && start === -1 && end <= -far);
}
