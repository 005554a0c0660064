// Options of the method that was asked for, as text: what they come to, and how what is none of them is refused.
import { expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { tensor } from '../../core/tensor.ts';
import { finish } from '../../train/fit.ts';
import { adaptFeatures } from './adapt-features.ts';
import { learnersOf } from './learner.ts';
import { methodOptionsOf } from './method-options.ts';

const asked = (method: Parameters<typeof learnersOf>[0]['method'], methodOptions: string, train: 'auto' | 'features' | 'network' = 'auto') =>
  methodOptionsOf({ method, methodOptions }, learnersOf({ method, train, preset: 'good' }));

it('gives values of the types that the records have', () => {
  expect(asked('self-training', 'rounds=3, balance=source,targetOnly=true,')).toEqual({ rounds: 3, balance: 'source', targetOnly: true });
  expect(asked('dann', 'weight=0.5')).toEqual({ weight: 0.5 });
  expect(asked('mcc', ' ')).toEqual({});
});

it('takes those of the network where the network is what learns', () => {
  expect(asked('shot', 'smoothing=0', 'network')).toEqual({ smoothing: 0 });
  expect(() => asked('shot', 'smoothing=0')).toThrow(/method `shot`: there is no option `smoothing`/);
});

it.each([
  ['auto', 'rounds=3', /`methodOptions` \(="rounds=3"\) are those of one method; name it by `method`/],
  ['self-training', 'round=3', /method `self-training`: there is no option `round`.*`rounds`/],
  ['self-training', 'rounds=many', /method `self-training`: `rounds` \(='many'\) must be a number; its default is 5/],
  ['self-training', 'rounds=', /`rounds` \(=''\) must be a number/],
  ['self-training', 'rounds=-1', /`rounds` \(=-1\) must be an integer >= 0/],
  ['self-training', 'balance=sourse', /'predicted', 'source'.*Did you mean 'source'/],
  ['self-training', 'targetOnly=yes', /`targetOnly` \(='yes'\) must be a boolean/],
  ['self-training', 'rounds=1,rounds=2', /has `rounds` twice/],
  ['self-training', 'rounds', /`methodOptions` \(="rounds"\) must be option=value, such as rounds=5/],
  ['self-training', '__proto__=3', /there is no option `__proto__`/],
  ['source-only', 'rounds=3', /method `source-only` has no options/],
] as const)('refuses for %s "%s"', (method, text, message) => {
  expect(() => asked(method, text)).toThrow(message);
});

it('reaches the method', async () => {
  const rows = (name: string, beside: number) =>
    tensor(
      'float32',
      [60, 2],
      stream(3, name)
        .normals(120)
        .map((draw, i) => draw + (i % 4 < 2 ? 1.5 : -1.5) + beside) as Float32Array<ArrayBuffer>,
    );
  const domains = {
    views: [{ name: 'own', sources: [rows('source', 0)], target: rows('target', 1) }],
    labels: Int32Array.from({ length: 60 }, (_, i) => i % 2),
    classes: 2,
  };
  const said = async (methodOptions: string) => {
    const { choice } = await finish(adaptFeatures(domains, { method: 'prototypes', methodOptions }));
    expect(choice.chosen.name).toBe('prototypes');
    return choice.chosen.probabilities;
  };
  const plain = await said('');
  expect(await said('temperature=0.05')).toEqual(plain);
  expect(await said('temperature=0.5')).not.toEqual(plain);
  await expect(finish(adaptFeatures(domains, { methodOptions: 'rounds=3' }))).rejects.toThrow(/are those of one method/);
});
