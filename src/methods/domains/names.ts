// Names of the methods of domain adaptation, apart from the methods themselves: options and command lines need no more.

/** In the order of `graft adapt --help`. */
export const DOMAIN_METHODS = [
  'source-only',
  'label-shift',
  'importance-weights',
  'class-weights',
  'source-weights',
  'self-training',
  'prototypes',
  'label-propagation',
  'log-count-ratio',
  'msda',
  'two-view',
  'coral',
  'subspace-alignment',
  'linear-transport',
  'optimal-transport',
  'mcc',
  'shot',
] as const;
/** Name under which a method is found. */
export type DomainMethodName = (typeof DOMAIN_METHODS)[number];
