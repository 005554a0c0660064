// Learning-rate schedules: factors of the base rate as pure functions of the update's number, so that nothing needs saving.
import { fail } from '../core/errors.ts';
import { knownOptions, type OptionKinds } from '../core/known-options.ts';

/** Factor of the learning rate for update `step`, counted from 0, of `total`. */
export type Schedule = (step: number, total: number) => number;

/** 1 throughout: the base rate. */
export const constant: Schedule = () => 1;

/** Times `factor` after every `every` updates (PyTorch's StepLR). */
export function step(options: { every: number; factor?: number }): Schedule {
  const kinds: OptionKinds<typeof options> = { every: 'number', factor: 'number' };
  knownOptions(options, kinds, 'step');
  const { every, factor = 0.1 } = options;
  if (!Number.isInteger(every) || every < 1)
    fail('invalid-argument', `\`every\` (=${every}) of a step schedule must be a whole number of at least 1.`);
  requireFactor('factor', factor, 'a step schedule');
  return (at) => factor ** Math.floor(at / every);
}

/** From 1 to `floor` along half a cosine; `floor` would be reached at update `total` (Loshchilov & Hutter 2017, eq. 5, one cycle). */
export function cosine(options: { floor?: number } = {}): Schedule {
  const kinds: OptionKinds<typeof options> = { floor: 'number' };
  knownOptions(options, kinds, 'cosine');
  const { floor = 0 } = options;
  requireFactor('floor', floor, 'a cosine schedule');
  return (at, total) => floor + (1 - floor) * 0.5 * (1 + Math.cos((Math.PI * Math.min(at, total)) / total));
}

/** The first `steps` updates rise linearly, from 1 / steps to 1; `after` takes over with the rest of the updates. */
export function warmUp(options: { steps: number; after?: Schedule }): Schedule {
  const kinds: OptionKinds<typeof options> = { steps: 'number', after: { kind: 'function', like: 'schedules.cosine()' } };
  knownOptions(options, kinds, 'warmUp');
  const { steps, after = constant } = options;
  if (!Number.isInteger(steps) || steps < 0) fail('invalid-argument', `\`steps\` (=${steps}) of a warm-up must be a whole number of at least 0.`);
  return (at, total) => (at < steps ? (at + 1) / steps : after(at - steps, Math.max(1, total - steps)));
}

/**
 * Up from 1 / `start` to 1 over the share `rise` of all updates, then down to 1 / (`start` `end`), both along half a cosine (Smith & Topin
 * 2019; the values of PyTorch's OneCycleLR).
 */
export function oneCycle(options: { rise?: number; start?: number; end?: number } = {}): Schedule {
  const kinds: OptionKinds<typeof options> = { rise: 'number', start: 'number', end: 'number' };
  knownOptions(options, kinds, 'oneCycle');
  const { rise = 0.3, start = 25, end = 1e4 } = options;
  if (!(rise > 0 && rise < 1)) fail('invalid-argument', `\`rise\` (=${rise}) of a one-cycle schedule must lie between 0 and 1.`);
  for (const [name, value] of Object.entries({ start, end })) {
    if (!(value > 0 && Number.isFinite(value)))
      fail('invalid-argument', `\`${name}\` (=${value}) of a one-cycle schedule must be a finite number above 0.`);
  }
  const between = (from: number, to: number, share: number) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
  return (at, total) => {
    const top = rise * total - 1;
    const last = total - 1;
    if (at <= top) return between(1 / start, 1, top <= 0 ? 1 : at / top);
    return between(1, 1 / (start * end), (Math.min(at, last) - top) / (last - top));
  };
}

function requireFactor(name: string, value: number, place: string): void {
  if (!(value >= 0 && value <= 1)) fail('invalid-argument', `\`${name}\` (=${value}) of ${place} must lie between 0 and 1.`);
}
