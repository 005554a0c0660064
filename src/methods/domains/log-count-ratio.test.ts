// Log-count ratios on made-up texts: a few words of opinion among many of topics, some of them used in one domain alone.
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { logCountRatio } from './log-count-ratio.ts';
import { probabilitiesOf } from './pieces/classifier.ts';
import type { AdaptContext, Domains } from './pieces/domain-method.ts';
import { nearestRows } from './pieces/neighbours.ts';
import { selfTrained } from './pieces/self-trained.ts';

// 6 words of opinion in both domains, 12 in the target alone (half of each for each class), the rest of topics.
const [SHARED, OWN, TOPICS, ROWS] = [6, 12, 120, 200];
const WIDTH = SHARED + OWN + TOPICS;

function texts(domain: 'source' | 'target'): { readonly features: Tensor<'float32'>; readonly labels: Int32Array } {
  const chances = stream(5, domain).uniforms(ROWS * WIDTH);
  const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 2);
  const data = Float32Array.from(chances, (chance, i) => {
    const [row, word] = [Math.floor(i / WIDTH), i % WIDTH];
    const agrees = word % 2 === labels[row];
    const share = word < SHARED ? (agrees ? 0.35 : 0.12) : word < SHARED + OWN ? (domain === 'source' ? 0 : agrees ? 0.35 : 0.08) : 0.25;
    return chance < share ? 1 : 0;
  });
  return { features: tensor('float32', [ROWS, WIDTH], data), labels };
}

describe('log-count ratios', () => {
  const [source, { features: target, labels }] = [texts('source'), texts('target')];
  const domains: Domains = { source, target, classes: 2 };
  const context: AdaptContext = { l2: 0.05, seed: 1, neighbours: () => nearestRows(target, 10) };
  const options = (given: Record<string, number | string> = {}) => resolveOptions(logCountRatio.options, { balance: 'source', ...given }, 'ratios');
  const right = ({ probabilities }: { readonly probabilities: Float64Array }) => accuracy(labels, argmaxRows(probabilities, 2));

  it('tell more of the target than features that all weigh the same', async () => {
    const own = await logCountRatio.adapt(domains, options(), context);
    const plain = await selfTrained(domains, { rounds: 5, share: 0.8, balance: 'source' }, context);
    expect(right(own)).toBeGreaterThan(right(plain) + 0.02);
    expect(own.linear && (await probabilitiesOf(target, own.linear))).toEqual(own.probabilities);
  });

  it('are plain self-training where weights do not go by them', async () => {
    const own = await logCountRatio.adapt(domains, options({ interpolation: 0 }), context);
    const plain = await selfTrained(domains, { rounds: 5, share: 0.8, balance: 'source' }, context);
    expect(Math.max(...own.probabilities.map((p, i) => Math.abs(p - (plain.probabilities[i] as number))))).toBeLessThan(1e-3);
  });
});
