// All losses, for the public API.

export { type CrossEntropyOptions, crossEntropy, type FocalOptions, focal, kullbackLeibler } from './cross-entropy.ts';
export { type BinaryCrossEntropyOptions, binaryCrossEntropy, huber, meanAbsoluteError, meanSquaredError } from './elementwise.ts';
export type { Loss, LossTerms } from './loss.ts';
