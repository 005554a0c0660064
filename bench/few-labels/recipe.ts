// The recipes that all sides follow: case.ts in Graft, the torch_*.py files in PyTorch, which read them as JSON.

/** What a method is, and its base learning rate. */
export interface Method {
  /** A strategy of `transfer`, or `head2toe`. */
  readonly strategy: string;
  readonly lr: number;
  /** Left out where the strategy decides. */
  readonly batchNorm?: 'frozen' | 'train';
  /** Whose values the network begins with; default the pretrained ones. */
  readonly start?: 'random';
  readonly options?: Readonly<Record<string, number | string>>;
  /** The recipe is also followed in PyTorch. */
  readonly peer?: boolean;
}

export interface Task {
  readonly perClass: number;
  readonly seeds: readonly number[];
  /** What all methods share: AdamW without decay on vectors, half a cosine, the head starting at zero. */
  readonly common: { readonly epochs: number; readonly batchSize: number; readonly weightDecay: number };
  readonly methods: Readonly<Record<string, Method>>;
}

/** Sizes in pixels that the 32x32 photos are brought to. */
export const SIZE = 64;

const frozen = { batchNorm: 'frozen' } as const;

/**
 * CIFAR-10 from EfficientNet-Lite0. Batch norm stays as it was, but where a method says otherwise. Weights of BSS, Co-Tuning
 * and DELTA and rates of StochNorm and the adapters are the best of two or three powers of ten (or thirds) by one seed, judged on 900 other photos of
 * the training part.
 */
const photos: Task = {
  perClass: 10,
  seeds: [1, 2, 3],
  common: { epochs: 20, batchSize: 20, weightDecay: 1e-4 },
  methods: {
    'linear probe': { strategy: 'head-only', lr: 0.01, ...frozen, peer: true },
    head2toe: { strategy: 'head2toe', lr: 0.01 },
    full: { strategy: 'full', lr: 1e-4, ...frozen, peer: true },
    'full, batch norm learning': { strategy: 'full', lr: 1e-4, batchNorm: 'train' },
    'lp-ft': { strategy: 'lp-ft', lr: 0.01, ...frozen, options: { probe: 0.5, lrFactor: 0.01 }, peer: true },
    'l2-sp': { strategy: 'l2-sp', lr: 1e-4, ...frozen, options: { alpha: 0.01, beta: 0.01 }, peer: true },
    bss: { strategy: 'bss', lr: 1e-4, ...frozen, options: { eta: 1e-6 } },
    delta: { strategy: 'delta', lr: 1e-4, ...frozen, options: { alpha: 0.01 } },
    'co-tuning': { strategy: 'co-tuning', lr: 1e-4, ...frozen, options: { tradeOff: 0.0023 } },
    'stoch-norm': { strategy: 'stoch-norm', lr: 1e-3 },
    lora: { strategy: 'lora', lr: 3e-3, ...frozen },
    dora: { strategy: 'dora', lr: 3e-3, ...frozen },
    ia3: { strategy: 'ia3', lr: 1e-2, ...frozen },
    bitfit: { strategy: 'bitfit', lr: 1e-2, ...frozen },
    'from scratch': { strategy: 'full', lr: 0.002, batchNorm: 'train', start: 'random', peer: true },
  },
};

/** Sentiment of sentences from MiniLM-L6, mean-pooled. Nothing was tuned. */
const sentences: Task = {
  perClass: 20,
  seeds: [1, 2, 3],
  common: { epochs: 20, batchSize: 10, weightDecay: 1e-2 },
  methods: {
    'linear probe': { strategy: 'head-only', lr: 0.03, peer: true },
    head2toe: { strategy: 'head2toe', lr: 0.01 },
    full: { strategy: 'full', lr: 1e-4, peer: true },
    'lp-ft': { strategy: 'lp-ft', lr: 0.03, options: { probe: 0.5, lrFactor: 0.003 } },
    'l2-sp': { strategy: 'l2-sp', lr: 1e-4, options: { alpha: 0.01, beta: 0.01 } },
    bss: { strategy: 'bss', lr: 1e-4, options: { eta: 1e-5 } },
    // What the loss gains without each of 1,536 channels takes six minutes to measure.
    'delta, equal attention': { strategy: 'delta', lr: 1e-4, options: { alpha: 0.01, attention: 'equal' } },
    lora: { strategy: 'lora', lr: 2e-3, options: { rank: 8, alpha: 16, targets: 'query,value' }, peer: true },
    dora: { strategy: 'dora', lr: 2e-3, options: { rank: 8, alpha: 16, targets: 'query,value' } },
    ia3: { strategy: 'ia3', lr: 1e-2 },
    bitfit: { strategy: 'bitfit', lr: 1e-3 },
  },
};

export const tasks = { photos, sentences } as const;
export type TaskName = keyof typeof tasks;
