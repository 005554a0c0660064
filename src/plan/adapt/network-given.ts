// What all who adapt a network ask of what they are given: the method by its name, and how its trainings go. Called by `adaptNetwork` and `adaptRegression`.
import { fail } from '../../core/errors.ts';
import { inWords } from '../../core/known-options.ts';
import { suggest } from '../../core/nearest.ts';
import type { OptionRecords } from '../../core/options.ts';
import { networkMethods } from '../../methods/networks/index.ts';
import type { NetworkMethodName } from '../../methods/networks/names.ts';
import type { NetworkMethod } from '../../methods/networks/pieces/network-method.ts';
import { checkOptions, type FitOptions } from '../../train/fit-options.ts';

/** How both trainings go: what `fit` takes, without what chooses by labels, keeps features, or writes a file for one training alone. */
export type AdaptFitOptions = Omit<FitOptions, 'validation' | 'evaluateEvery' | 'metric' | 'patience' | 'restoreBest' | 'featureCache' | 'log'>;

const NOT_HERE: readonly Exclude<keyof FitOptions, keyof AdaptFitOptions>[] = [
  'validation',
  'evaluateEvery',
  'metric',
  'patience',
  'restoreBest',
  'featureCache',
  'log',
];

/** @throws GraftError `invalid-argument` for what is `fit`'s alone, and all that `fit` refuses. */
export function checkFit(who: string, base: AdaptFitOptions): void {
  const barred = NOT_HERE.find((name) => (base as FitOptions)[name] !== undefined);
  if (barred)
    fail('invalid-argument', `\`${who}\` takes no \`fit.${barred}\`: several networks are trained, and judged without labels. Leave it out.`);
  checkOptions(base);
}

/** Where the trainings compute, for what computes besides. */
export function runOn({ device, threads }: AdaptFitOptions) {
  return { ...(device && { device }), ...(threads !== undefined && { threads }) };
}

/** Of all that are there. */
export const METHOD_NAMES: readonly string[] = Object.keys(networkMethods);

/** @param names those that may be meant. @throws GraftError `invalid-argument` for any other. */
export function methodOf(
  who: string,
  method: NetworkMethodName | NetworkMethod,
  names: readonly string[] = ['auto', ...METHOD_NAMES],
): NetworkMethod<OptionRecords> {
  if (typeof method !== 'string') {
    if (typeof method?.phases === 'function') return method;
    const [first, ...others] = names;
    return fail(
      'invalid-argument',
      `\`${who}\`: \`method\` is ${inWords(method)}, but must be ${first}, one of ${others.join(', ')}, or made with \`defineNetworkMethod\`.`,
    );
  }
  if (!Object.hasOwn(networkMethods, method)) fail('invalid-argument', `There is no method \`${method}\` for networks; ${suggest(method, names)}`);
  return networkMethods[method] as unknown as NetworkMethod<OptionRecords>;
}
