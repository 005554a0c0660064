// All strategies by name: one for each file of this folder, under the file's name; a test holds the two together.
import { full } from './full.ts';
import { gradual } from './gradual.ts';
import { headOnly } from './head-only.ts';
import { l2Sp } from './l2-sp.ts';
import { lpFt } from './lp-ft.ts';

export const strategies = { full, gradual, 'head-only': headOnly, 'l2-sp': l2Sp, 'lp-ft': lpFt };
export type StrategyName = keyof typeof strategies;
