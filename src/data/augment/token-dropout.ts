// Texts from which tokens are left out by chance. In: a source of token ids. Out: one for `fit`.
import { fail } from '../../core/errors.ts';
import { defineOptions, type GivenOptions, resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import { copyOf, type Tensor } from '../../core/tensor.ts';
import type { ExampleSource } from '../dataset.ts';
import { varying } from './varying.ts';

/** Options of {@link tokenDropout}. */
export const tokenDropoutOptions = defineOptions({
  rate: { default: 0.1, range: { min: 0, below: 1 }, help: 'Share of tokens that a model does not see.' },
  seed: { default: 0, range: { min: 0 }, integer: true, help: 'Decides which.' },
});

/**
 * Hides tokens from a model's attention and pooling, by chance anew in each epoch (Iyyer et al., "Deep unordered composition rivals syntactic methods for text
 * classification", 2015, section 3.1: word dropout). The first and the last token of a text stay: most tokenisers put marks there. Without an epoch, texts come whole.
 * @throws GraftError `invalid-argument` for options that are none; on reading, `invalid-data` when the source gives no int64 `attention_mask` `[N, L]`.
 */
export function tokenDropout(source: ExampleSource, options: GivenOptions<typeof tokenDropoutOptions> = {}): ExampleSource {
  const { rate, seed } = resolveOptions(tokenDropoutOptions, options, '`tokenDropout`');
  return varying(source, (examples, indices, epoch) => {
    const given = examples.extras?.attention_mask;
    if (given?.dtype !== 'int64') {
      return fail('invalid-data', `\`tokenDropout\` hides tokens by the input \`attention_mask\`, which \`${source.name}\` does not give.`);
    }
    const mask = copyOf(given as Tensor<'int64'>);
    const width = mask.data.length / indices.length;
    for (let row = 0; row < indices.length; row++) {
      const tokens = mask.data.subarray(row * width, (row + 1) * width);
      hide(tokens, rate, stream(seed, 'token-dropout', epoch, indices[row] as number).uniforms(width));
    }
    return { ...examples, extras: { ...examples.extras, attention_mask: mask } };
  });
}

/** Draws are counted from a text's first token on, so that padding does not matter. */
function hide(tokens: BigInt64Array, rate: number, draws: Float32Array): void {
  const [first, last] = [tokens.indexOf(1n), tokens.lastIndexOf(1n)];
  for (let at = first + 1; at < last; at++) {
    if ((draws[at - first] as number) < rate) tokens[at] = 0n;
  }
}
