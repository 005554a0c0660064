// The options of `adapt`, as records. Called by the plan of adaptation; the command line's flags and the docs come from them too.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import { DOMAIN_METHODS } from '../../methods/domains/names.ts';
import { TUNING_METHODS } from './learner.ts';

/** Their records. */
export const adaptOptions = defineOptions({
  method: {
    default: 'auto',
    values: ['auto', ...new Set([...DOMAIN_METHODS, ...TUNING_METHODS])],
    help: 'auto: those that fit, and a choice without a label of the target; or one.',
  },
  methodOptions: { default: '', help: "The method's own, as docs/methods.md has them: `rounds=3,balance=source`; not for auto." },
  train: {
    default: 'auto',
    values: ['auto', 'features', 'network'],
    help: 'What learns. features: linear models on features. network: a pretrained network too. auto: the network where the method or the preset asks for it.',
  },
  preset: {
    default: 'good',
    values: ['fast', 'good'],
    help: 'fast: linear models on features. good: the network too.',
  },
  time: { default: 10, range: { above: 0 }, unit: 'minutes', help: 'For the network.' },
  epochs: { default: 0, integer: true, range: { min: 0 }, help: 'Passes over the data when a network is trained; 0: as the time allows.' },
  backbone: {
    default: 'auto',
    help: 'Pretrained network, by the name of its package or its folder; auto: EfficientNet-Lite0 for photos, MiniLM-L6 for texts.',
  },
  seed: { default: 0, integer: true, range: { min: 0 }, help: 'Seed of all that is drawn by chance.' },
  threads: { default: 0, integer: true, range: { min: 0 }, help: 'Threads of ONNX Runtime; 0: the physical cores.' },
});

/** All of them. */
export type AdaptOptions = OptionsOf<typeof adaptOptions>;
