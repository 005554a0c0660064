// Learning-rate schedules: factors of the base rate as pure functions of the update's number, so that nothing needs saving.
import { fail } from '../core/errors.ts';

/** Factor of the learning rate for update `step`, counted from 0, of `total`. */
export type Schedule = (step: number, total: number) => number;

/** 1 throughout: the base rate. */
export const constant: Schedule = () => 1;

/** Times `factor` after every `every` updates (PyTorch's StepLR). */
export function step({ every, factor = 0.1 }: { every: number; factor?: number }): Schedule {
  if (!Number.isInteger(every) || every < 1)
    fail('invalid-argument', `\`every\` (=${every}) of a step schedule must be a whole number of at least 1.`);
  return (at) => factor ** Math.floor(at / every);
}

/** From 1 to `floor` along half a cosine; `floor` would be reached at update `total` (Loshchilov & Hutter 2017, eq. 5, one cycle). */
export function cosine({ floor = 0 }: { floor?: number } = {}): Schedule {
  return (at, total) => floor + (1 - floor) * 0.5 * (1 + Math.cos((Math.PI * Math.min(at, total)) / total));
}

/** The first `steps` updates rise linearly, from 1 / steps to 1; `after` takes over with the rest of the updates. */
export function warmUp({ steps, after = constant }: { steps: number; after?: Schedule }): Schedule {
  if (!Number.isInteger(steps) || steps < 0) fail('invalid-argument', `\`steps\` (=${steps}) of a warm-up must be a whole number of at least 0.`);
  return (at, total) => (at < steps ? (at + 1) / steps : after(at - steps, Math.max(1, total - steps)));
}

/**
 * Up from 1 / `start` to 1 over the share `rise` of all updates, then down to 1 / (`start` `end`), both along half a cosine (Smith & Topin
 * 2019; the values of PyTorch's OneCycleLR).
 */
export function oneCycle({ rise = 0.3, start = 25, end = 1e4 }: { rise?: number; start?: number; end?: number } = {}): Schedule {
  if (!(rise > 0 && rise < 1)) fail('invalid-argument', `\`rise\` (=${rise}) of a one-cycle schedule must lie between 0 and 1.`);
  const between = (from: number, to: number, share: number) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
  return (at, total) => {
    const top = rise * total - 1;
    const last = total - 1;
    if (at <= top) return between(1 / start, 1, top <= 0 ? 1 : at / top);
    return between(1, 1 / (start * end), (Math.min(at, last) - top) / (last - top));
  };
}
