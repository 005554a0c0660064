// The options of `adapt`, as records. Called by the plan of adaptation; the command line's flags and the docs come from them too.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import { DOMAIN_METHODS } from '../../methods/domains/names.ts';

/** Their records. */
export const adaptOptions = defineOptions({
  method: {
    default: 'auto',
    values: ['auto', ...DOMAIN_METHODS],
    help: 'auto: all that fit, and a choice among them without a label of the target; or one of them.',
  },
  backbone: {
    default: 'auto',
    help: 'Pretrained network, by the name of its package or its folder; auto: EfficientNet-Lite0 for photos, MiniLM-L6 for texts.',
  },
  seed: { default: 0, integer: true, range: { min: 0 }, help: 'Seed of all that is drawn by chance.' },
  threads: { default: 0, integer: true, range: { min: 0 }, help: 'Threads of ONNX Runtime; 0: the physical cores.' },
});

/** All of them. */
export type AdaptOptions = OptionsOf<typeof adaptOptions>;
