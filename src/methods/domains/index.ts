// All methods of domain adaptation on features by name: one for each file of this folder, under the file's name; a test holds the two together.
import { classWeights } from './class-weights.ts';
import { coral } from './coral.ts';
import { importanceWeights } from './importance-weights.ts';
import { labelPropagation } from './label-propagation.ts';
import { labelShift } from './label-shift.ts';
import { linearTransport } from './linear-transport.ts';
import { logCountRatio } from './log-count-ratio.ts';
import { mcc } from './mcc.ts';
import { msda } from './msda.ts';
import type { DomainMethodName } from './names.ts';
import { optimalTransport } from './optimal-transport.ts';
import type { DomainMethod } from './pieces/domain-method.ts';
import { prototypes } from './prototypes.ts';
import { selfTraining } from './self-training.ts';
import { shot } from './shot.ts';
import { sourceOnly } from './source-only.ts';
import { sourceWeights } from './source-weights.ts';
import { subspaceAlignment } from './subspace-alignment.ts';
import { twoView } from './two-view.ts';

/** Ways to learn a target without labels from a source with them: each a record of its paper and its options. */
export const domainMethods = {
  'class-weights': classWeights,
  coral,
  'importance-weights': importanceWeights,
  'label-propagation': labelPropagation,
  'label-shift': labelShift,
  'linear-transport': linearTransport,
  'log-count-ratio': logCountRatio,
  mcc,
  msda,
  'optimal-transport': optimalTransport,
  prototypes,
  'self-training': selfTraining,
  shot,
  'source-only': sourceOnly,
  'subspace-alignment': subspaceAlignment,
  'source-weights': sourceWeights,
  'two-view': twoView,
} satisfies Record<DomainMethodName, DomainMethod>;
