// All that compares domains or judges unlabelled predictions in a graph, for the public API.

export { classConfusion } from './class-confusion.ts';
export { classifierDiscrepancy } from './classifier-discrepancy.ts';
export { consistency, type SureOf } from './consistency.ts';
export { coralDistance } from './coral.ts';
export { type BothDomains, certainty, domainLoss, invertedDomainLoss, multilinearMap } from './domain-loss.ts';
export { meanEntropy } from './entropy.ts';
export { informationLoss } from './information.ts';
export { jointTransport, type LabelledFeatures, type ScoredFeatures, type TransportOptions } from './joint-transport.ts';
export { knownCrossEntropy } from './known-labels.ts';
export { meanDiscrepancy } from './mean-discrepancy.ts';
export { nuclearNorm } from './nuclear-norm.ts';
export { type SelfEnsemblingOptions, selfEnsembling } from './self-ensembling.ts';
export { type ScoredRows, type VirtualAdversarialOptions, virtualAdversarial } from './virtual-adversarial.ts';
