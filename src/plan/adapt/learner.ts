// What `adapt` is asked to try -> which methods on features, and which on the network itself. Called by the plan of adaptation.
import { fail } from '../../core/errors.ts';
import { DOMAIN_METHODS, type DomainMethodName } from '../../methods/domains/names.ts';
import { NETWORK_METHODS, type NetworkMethodName } from '../../methods/networks/names.ts';

/** Methods that train the pretrained network; `self-training` by the labels that the features' choice gives the target. */
export const TUNING_METHODS = ['self-training', ...NETWORK_METHODS] as const;
/** Name of one. */
export type TuningMethodName = (typeof TUNING_METHODS)[number];

/** What is tried on features, and on the network after that. */
export interface Learners {
  readonly features: 'auto' | DomainMethodName;
  /** Left out where features are all. `auto`: as far as the time goes, and chosen only where it looks better. */
  readonly network?: 'auto' | TuningMethodName;
}

const isOf = <T extends string>(names: readonly T[], name: string): name is T => (names as readonly string[]).includes(name);

/** Of the options of `adapt`, those that say what is tried. */
export interface AskedToTry {
  readonly method: 'auto' | DomainMethodName | TuningMethodName;
  readonly train: 'auto' | 'features' | 'network';
  readonly preset: 'fast' | 'good';
}

/** @throws GraftError `invalid-argument` where the method does not train what it is to train. */
export function learnersOf({ method, train, preset }: AskedToTry): Learners {
  if (method === 'auto') {
    const whole = train === 'network' || (train === 'auto' && preset !== 'fast');
    return { features: 'auto', ...(whole && { network: 'auto' as const }) };
  }
  const onFeatures = isOf(DOMAIN_METHODS, method);
  if (onFeatures && train !== 'network') return { features: method };
  if (isOf(TUNING_METHODS, method) && train !== 'features') return { features: 'auto', network: method };
  const [what, other] = onFeatures ? ['a linear model on features', 'features'] : ['the network itself', 'network'];
  return fail('invalid-argument', `Method \`${method}\` trains ${what}, and \`train\` is "${train}"; give "${other}" or "auto".`);
}

/** Whether it is one that trains a network. */
export function isNetworkMethod(name: TuningMethodName): name is NetworkMethodName {
  return isOf(NETWORK_METHODS, name);
}
