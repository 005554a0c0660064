// Which pretrained network reads what unless one is named, which of its blocks speak for a text, and how it is fine-tuned. Called by the parts of the plan.
import type { AugmentationOptions } from '../data/augment/augmentation.ts';

/** The bundled ones. */
export const DEFAULT_BACKBONES = { text: 'all-minilm-l6-v2', image: 'efficientnet-lite0' } as const;
/** Blocks whose outputs are averaged as a text's features. */
export const TEXT_BLOCKS = 4;
/** Learning rates of fine-tuning from a trained head. */
export const RATES = { image: 1e-4, text: 5e-5 } as const;
/** Changes of the photos that the network learns from: parts of at least a third, and mirror images. */
export const AUGMENT: AugmentationOptions = { crop: { minArea: 0.35 }, flip: {} };
/** A step of training the whole network takes so many times a pass over the same examples. */
export const STEP_PASSES = 3.5;
