// A backbone at work as it is, without training: photos or texts come in, feature vectors or classes leave. Called by users and examples.
import { fail } from '../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import type { ImageSource } from '../data/images/decode.ts';
import type { Text } from '../data/tokens/tokeniser.ts';
import { rewrite } from '../graph/rewrite.ts';
import { compileGraph, type RunOptions } from '../lower/run.ts';
import type { Session, Tensors } from '../runtime/session.ts';
import type { Backbone } from './load-backbone.ts';
import { pooled } from './pooled.ts';

/** One of a classifier's answers. */
export interface Prediction {
  readonly index: number;
  readonly label: string;
  /** Of the classes' softmax. */
  readonly probability: number;
}

/** How a {@link Predictor} runs. */
export interface PredictorOptions extends Pick<RunOptions, 'device' | 'threads'> {
  /** Inputs computed at once; default 16. */
  readonly batch?: number;
}

/** A compiled backbone; holds native memory until it is released. */
export interface Predictor {
  /**
   * The vectors `[N, width]` that a head would read: of a photo the mean over its places, of a text the mean of its tokens or the first one, and scaled to
   * length 1, as the record says.
   */
  features(inputs: readonly (ImageSource | Text)[]): Promise<Tensor<'float32'>>;
  /**
   * For each input the `top` likeliest classes, likeliest first; default 5.
   * @throws GraftError `invalid-argument` when the backbone has no classifier with class names.
   */
  classify(inputs: readonly (ImageSource | Text)[], top?: number): Promise<Prediction[][]>;
  /** Frees the session's memory. */
  release(): Promise<void>;
}

/**
 * Compiles a backbone for inference. Release the result.
 * @throws GraftError as `loadOnnx` does for the model's file.
 */
export async function predictor(backbone: Backbone, { batch = 16, ...run }: PredictorOptions = {}): Promise<Predictor> {
  if (!Number.isInteger(batch) || batch < 1) fail('invalid-argument', `\`batch\` (=${batch}) must be a whole number of at least 1.`);
  const model = await backbone.load();
  const { graph, map } = rewrite(model.graph, () => undefined);
  graph.output('features', map(model.features));
  const session = await compileGraph(graph, run);
  const each = async <T>(inputs: readonly (ImageSource | Text)[], output: string, body: (out: Tensor<'float32'>, feeds: Tensors) => T[]) => {
    const results: T[] = [];
    for (let start = 0; start < inputs.length; start += batch) {
      const feeds = await feedsOf(backbone, inputs.slice(start, start + batch), session);
      const { [output]: out } = await session.run(feeds, {}, [output]);
      results.push(...body(out as Tensor<'float32'>, feeds));
    }
    return results;
  };
  return {
    features: async (inputs) => {
      const rows = await each(inputs, 'features', (out, feeds) => pooled(out, backbone, feeds));
      const width = rows[0]?.length ?? fail('invalid-argument', 'No inputs were given; give at least one.');
      const data = new Float32Array(rows.length * width);
      rows.forEach((row, n) => {
        data.set(row, n * width);
      });
      return tensor('float32', [rows.length, width], data);
    },
    classify: async (inputs, top = 5) => {
      const { labels, record } = backbone;
      if (!labels)
        return fail(
          'invalid-argument',
          `\`${record.name}\` has no classifier with class names; use \`features\`, or put a head on with \`replaceHead\`.`,
        );
      return each(inputs, 'logits', ({ dims, data }) => {
        const classes = sizeOf(dims.slice(1));
        return Array.from({ length: dims[0] as number }, (_, n) => likeliest(data.subarray(n * classes, (n + 1) * classes), labels, top));
      });
    },
    release: () => session.release(),
  };
}

/** Feeds by the names that the graph has; text models without types have no input for them. */
async function feedsOf(backbone: Backbone, inputs: readonly (ImageSource | Text)[], { inputNames }: Session): Promise<Tensors> {
  if (backbone.kind === 'image') {
    const [only = backbone.input.name] = inputNames;
    return {
      [only]: await backbone.preprocess(
        inputs.map((input, n) =>
          isSource(input) ? input : fail('invalid-argument', `Input ${n} is a pair of texts, but \`${backbone.record.name}\` reads photos.`),
        ),
      ),
    };
  }
  const texts = inputs.map((input, n) =>
    input instanceof Uint8Array ? fail('invalid-argument', `Input ${n} is bytes, but \`${backbone.record.name}\` reads texts.`) : input,
  );
  const { ids, mask, types } = backbone.tokenise(texts);
  const { input } = backbone;
  return { [input.ids]: ids, [input.mask]: mask, ...(input.types !== undefined && { [input.types]: types }) };
}

function isSource(input: ImageSource | Text): input is ImageSource {
  return typeof input === 'string' || input instanceof Uint8Array;
}

function likeliest(logits: Float32Array, labels: readonly string[], top: number): Prediction[] {
  const highest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const shares = Array.from(logits, (value) => Math.exp(value - highest));
  const sum = shares.reduce((total, share) => total + share, 0);
  const order = [...shares.keys()].sort((a, b) => (shares[b] as number) - (shares[a] as number));
  return order.slice(0, top).map((index) => ({ index, label: labels[index] ?? `${index}`, probability: (shares[index] as number) / sum }));
}
