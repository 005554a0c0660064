// The options of `fit` on data, as records. Called by the plan; the command line's flags and the docs come from them too.
import { defineOptions, type OptionsOf } from '../core/options.ts';

/** Their records. */
export const fitDataOptions = defineOptions({
  preset: {
    default: 'good',
    values: ['fast', 'good', 'best'],
    help: 'fast: a linear model on features. good: fine-tuning too, where it fits the time. best: longer, larger inputs.',
  },
  backbone: {
    default: 'auto',
    help: 'Pretrained network, by the name of its package or its folder; auto: EfficientNet-Lite0 for photos, MiniLM-L6 for texts.',
  },
  time: { default: 10, range: { above: 0 }, unit: 'minutes', help: 'What all training may take.' },
  epochs: { default: 0, integer: true, range: { min: 0 }, help: 'Passes over the data when fine-tuning; 0: as the time allows.' },
  rate: {
    default: 'fixed',
    values: ['fixed', 'tested'],
    help: 'Learning rate of fine-tuning; tested: from a range test, which takes 40 updates.',
  },
  threads: { default: 0, integer: true, range: { min: 0 }, help: 'Threads of ONNX Runtime; 0: the physical cores.' },
});

/** All of them. */
export type FitDataOptions = OptionsOf<typeof fitDataOptions>;
