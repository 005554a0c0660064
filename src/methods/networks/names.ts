// Names of the methods that adapt networks, apart from the methods themselves: options need no more.

/** From the simplest on. */
export const NETWORK_METHODS = [
  'source-only',
  'adabn',
  'deep-coral',
  'dan',
  'deep-jdot',
  'dann',
  'cdan',
  'vada',
  'adda',
  'pada',
  'mcd',
  'mcc',
  'bnm',
  'consistency',
  'mean-teacher',
  'mme',
  'dirt-t',
  'shot',
  'tent',
] as const;
/** Name under which a method is found. */
export type NetworkMethodName = (typeof NETWORK_METHODS)[number];
