// A rectangle of random place, size and shape within a picture. Called by the random resized crop and by random erasing.
import { fail } from '../../core/errors.ts';
import type { OptionRecord } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';

/** A rectangle in pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** How large a box may be, as a share of the picture, and how much wider than high. */
export interface BoxLimits {
  readonly minArea: number;
  readonly maxArea: number;
  readonly minRatio: number;
  readonly maxRatio: number;
}

/** Boxes tried before one that does not lie within the picture is given up. */
const ATTEMPTS = 10;

/** The four option records of {@link BoxLimits}; `what` is as wide and as large as they say. */
export function boxRecords<const L extends BoxLimits>(what: string, { minArea, maxArea, minRatio, maxRatio }: L) {
  return {
    minArea: { default: minArea, range: { above: 0, max: 1 }, help: `Smallest share of the picture's area that ${what} takes.` },
    maxArea: { default: maxArea, range: { above: 0, max: 1 }, help: `Largest share of the picture's area that ${what} takes.` },
    minRatio: { default: minRatio, range: { above: 0 }, help: `Width by height of the narrowest.` },
    maxRatio: { default: maxRatio, range: { above: 0 }, help: `Width by height of the widest.` },
  } satisfies Record<keyof BoxLimits, OptionRecord>;
}

/** @throws GraftError `invalid-argument` when a smallest value is above its largest. */
export function requireLimits(place: string, limits: BoxLimits): void {
  for (const [low, high] of [['minArea', 'maxArea'] as const, ['minRatio', 'maxRatio'] as const]) {
    if (limits[low] > limits[high])
      fail('invalid-argument', `${place}: \`${low}\` (=${limits[low]}) must not be above \`${high}\` (=${limits[high]}).`);
  }
}

/** A box within a picture of `[height, width]`: its area uniform, its ratio uniform in its logarithm, its place uniform. `undefined` where ten tries do not fit. */
export function randomBox(random: Stream, [height, width]: readonly [number, number], limits: BoxLimits): Box | undefined {
  const draws = random.uniforms(4 * ATTEMPTS);
  const draw = (at: number, low: number, high: number) => low + (draws[at] as number) * (high - low);
  for (let at = 0; at < draws.length; at += 4) {
    const area = height * width * draw(at, limits.minArea, limits.maxArea);
    const ratio = Math.exp(draw(at + 1, Math.log(limits.minRatio), Math.log(limits.maxRatio)));
    const [h, w] = [Math.round(Math.sqrt(area / ratio)), Math.round(Math.sqrt(area * ratio))];
    if (h < 1 || w < 1 || h > height || w > width) continue;
    return { top: Math.floor(draw(at + 2, 0, height - h + 1)), left: Math.floor(draw(at + 3, 0, width - w + 1)), height: h, width: w };
  }
  return undefined;
}
