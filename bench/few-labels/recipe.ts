// The recipe that both sides follow: few-labels/bench.ts in Graft, torch_few_labels.py in PyTorch, which reads it as JSON.

/** Images a class to learn from, and sizes in pixels that the 32x32 photos are brought to. */
export const data = { perClass: 10, size: 64, seeds: [1, 2, 3] } as const;

/** What all methods share: AdamW without decay on vectors, half a cosine, the head starting at zero, batch norm as it was except from scratch. */
export const common = { epochs: 20, batchSize: 20, weightDecay: 1e-4 } as const;

/** Strategies with their base learning rates; `start` says whose values the network begins with. */
export const methods = {
  'linear probe': { strategy: 'head-only', lr: 0.01, batchNorm: 'frozen', start: 'pretrained', options: {} },
  full: { strategy: 'full', lr: 1e-4, batchNorm: 'frozen', start: 'pretrained', options: {} },
  'lp-ft': { strategy: 'lp-ft', lr: 0.01, batchNorm: 'frozen', start: 'pretrained', options: { probe: 0.5, lrFactor: 0.01 } },
  'l2-sp': { strategy: 'l2-sp', lr: 1e-4, batchNorm: 'frozen', start: 'pretrained', options: { alpha: 0.01, beta: 0.01 } },
  'from scratch': { strategy: 'full', lr: 0.002, batchNorm: 'train', start: 'random', options: {} },
} as const;

export type MethodName = keyof typeof methods;
