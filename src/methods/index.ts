// All strategies by name: one for each file of this folder, under the file's name; a test holds the two together.
import { bitfitStrategy } from './bitfit.ts';
import { bss } from './bss.ts';
import { coTuning } from './co-tuning.ts';
import { delta } from './delta.ts';
import { doraStrategy } from './dora.ts';
import { full } from './full.ts';
import { gradual } from './gradual.ts';
import { headOnly } from './head-only.ts';
import { ia3Strategy } from './ia3.ts';
import { l2Sp } from './l2-sp.ts';
import { loraStrategy } from './lora.ts';
import { lpFt } from './lp-ft.ts';
import { stochNorm } from './stoch-norm.ts';

/** Ways for a model that carries the source's values to learn the target: each a record of its paper, its options and the phases that it plans. */
export const strategies = {
  bitfit: bitfitStrategy,
  bss,
  'co-tuning': coTuning,
  delta,
  dora: doraStrategy,
  full,
  gradual,
  'head-only': headOnly,
  ia3: ia3Strategy,
  'l2-sp': l2Sp,
  lora: loraStrategy,
  'lp-ft': lpFt,
  'stoch-norm': stochNorm,
};
/** Name under which `transfer` finds a strategy. */
export type StrategyName = keyof typeof strategies;
