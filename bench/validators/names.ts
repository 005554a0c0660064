// Which scores are judged, and which of them together. Called by the benchmark and by its table.
import { validators } from '../../src/methods/domains/pieces/validators.ts';

/** Fields of the rows: all validators but the one that looks at rows changed by chance, which features are not, the accuracy in the rehearsal, and the mean of the ranks that decides. */
export const NAMES: readonly string[] = [...Object.keys(validators).filter((name) => name !== 'steady'), 'rehearsal', 'rank mean'];

/** Means of ranks that were tried beside it. */
export const TOGETHER: readonly (readonly string[])[] = [
  ['neighbours', 'vote', 'class-ami', 'silhouette'],
  ['neighbours', 'vote', 'class-ami', 'silhouette', 'rehearsal'],
  ['neighbours', 'vote', 'class-ami', 'silhouette', 'deep-embedded'],
  ['class-ami', 'silhouette', 'mutual-information', 'importance-weighted'],
  ['rehearsal', 'importance-weighted'],
  ['rehearsal', 'reverse'],
  ['rank mean', 'deep-embedded'],
  ['rank mean', 'reverse'],
];
