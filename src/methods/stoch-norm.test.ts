import { expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { createModel } from '../nn/create-model.ts';
import { dense } from '../nn/layers/dense.ts';
import { finish, fit } from '../train/fit.ts';
import { stochNorm } from './stoch-norm.ts';

const { train } = await smallDigits();
const options = { ...smallOptions, epochs: 1 };

it('is plain fine-tuning where the batch always decides, and another where it does not', async () => {
  const trained = async (batchNorm: Parameters<typeof fit>[2]) => {
    const model = smallModel(1);
    await finish(fit(model, train, { ...options, ...batchNorm }));
    return modelHash(model);
  };
  const by = (p: number) => trained(stochNorm.phases(smallModel(1), { p }, options, undefined)[0]?.options);
  const full = await trained({});
  expect(await by(1)).toBe(full);
  const half = await by(0.5);
  expect(half).not.toBe(full);
  expect(await by(0.5)).toBe(half);
});

it('refuses what it cannot change, and a mode that contradicts it', () => {
  const bare = createModel({ name: 'bare', input: [4], layers: [dense(3)] });
  expect(() => stochNorm.phases(bare, { p: 0.5 }, {}, undefined)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Strategy \`stoch-norm\` changes batch norms, and model \`bare\` has none: take another strategy, such as \`bss\`, or a file that was exported with its batch norms not folded into the convolutions.]`,
  );
  expect(() => stochNorm.phases(smallModel(), { p: 0.5 }, { batchNorm: 'frozen' }, undefined)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Strategy \`stoch-norm\` says itself what batch norm does: leave \`batchNorm\` out of \`fit\`.]`,
  );
});
