import { expect, test } from 'vitest';
import { zeros } from '../core/tensor.ts';
import { dataset } from '../data/dataset.ts';
import { Builder } from '../graph/builder.ts';
import { modelOf } from '../nn/import/model-of.ts';
import { evaluationBatch } from './trainer.ts';

test('examples are scored in batches that their own size bounds, where the model leaves it open', () => {
  const g = new Builder('open');
  const flat = g.op('Flatten', [g.op('GlobalAveragePool', [g.input('image', 'float32', ['N', 3, 'H', 'W'])])]);
  g.output('logits', g.op('Gemm', [flat, g.parameter('w', zeros('float32', [3, 2]), 'w')]));
  const model = modelOf(g);
  const batch = (side: number) => evaluationBatch(model, dataset({ inputs: zeros('float32', [1, 3, side, side]) }));
  expect([16, 100, 256, 1000].map(batch)).toEqual([256, 139, 21, 8]);
  const open = { ...dataset({ inputs: zeros('float32', [1, 3, 16, 16]) }), inputShape: [3, 'H', 'W'] };
  expect(evaluationBatch(model, open)).toBe(85);
});
