// Two candidates -> one that scores by the mean of both, as one graph. Called by the parts of the plan.
import { tensor } from '../core/tensor.ts';
import type { ExampleSource } from '../data/dataset.ts';
import type { Value } from '../graph/graph.ts';
import { insert } from '../graph/insert.ts';
import { rewrite } from '../graph/rewrite.ts';
import { loadOnnx } from '../nn/import/load-onnx.ts';
import type { Model } from '../nn/model.ts';
import { onGraph } from '../nn/on-graph.ts';
import { ownValue } from '../nn/own-values.ts';
import type { Candidate } from './candidate.ts';
import { headState } from './headed.ts';
import type { Reader } from './reading.ts';

/** Input of the second model, where it reads something else than the first. */
export const BESIDE = 'words';
/** Output with the scores of the first model alone, halved, where it is a network that may go on to learn. */
const ALONE = 'network';
/** What the second model's values are called by. */
const SCOPE = 'beside';

/** The mean of two models that read the same. */
export function meanOfTwo(a: Candidate, b: Candidate, complexity: number): Candidate {
  return { ...mean(a, b, complexity), model: joined(a.model, b.model), reader: a.reader };
}

/** The mean of a network that reads texts and a model that reads their words. */
export function meanWithWords(network: Candidate, words: Candidate, complexity: number): Candidate {
  const [own, other] = [network.reader, words.reader];
  const reading = own.reading.kind === 'text' && other.reading.kind === 'words' ? { ...own.reading, words: other.reading.vocabulary } : own.reading;
  const reader: Reader = { reading, sourceOf: async (rows) => beside(await own.sourceOf(rows), await other.sourceOf(rows)) };
  return { ...mean(network, words, complexity), model: joined(network.model, words.model, BESIDE), reader };
}

/** The network in the file of a mean with words, by itself; its head is to be replaced. @throws GraftError as `loadOnnx`. */
export async function networkAlone(path: string, name: string): Promise<Model> {
  const { extras = [], ...model } = await loadOnnx(path, { name, output: ALONE });
  const alone = rewrite(model.graph, () => undefined, { drop: (value) => value.kind === 'input' && value.name === BESIDE });
  return onGraph({ ...model, extras: extras.filter((value) => value.name !== BESIDE) }, alone);
}

/** Whether a value in a file belongs to the second of two models. */
export const isBeside = (name: string) => name.startsWith(`${SCOPE}/`);

/** All but what it computes with: nothing more is learnt for it. */
function mean(a: Candidate, b: Candidate, complexity: number): Omit<Candidate, 'model' | 'reader'> {
  const scores = a.validation.data.map((score, i) => (score + (b.validation.data[i] as number)) / 2);
  return {
    ...a,
    name: `${a.name} + ${b.name}`,
    about: 'the mean of the scores of both',
    complexity,
    validation: tensor('float32', a.validation.dims, scores),
    trainable: a.trainable + b.trainable,
    seconds: 0,
  };
}

/**
 * One graph with the mean of both scores. The head of the first is halved rather than its scores, so that it stays the head of the whole: what is added to its
 * bias is added to the scores. All other weights are shared with the two models.
 * @param input of the second, where it does not read what the first does.
 */
function joined(a: Model, b: Model, input?: string): Model {
  const heads = new Set(a.groups.flatMap(({ kind, members }) => (kind === 'head' ? members : [])));
  const rewritten = rewrite(a.graph, () => undefined, { declare: (to, value) => (heads.has(value.id ?? '') ? ownValue(to, value) : undefined) });
  const { graph: g } = rewritten;
  const model = onGraph(a, rewritten);
  for (const { data } of headState(model)) data.set(data.map((value) => value / 2));
  const given = input === undefined ? model.input : g.input(input, b.input.dtype, b.input.shape);
  const [other] = g.scope(SCOPE, () => insert(g, b.graph, [b.logits], (value) => (value === b.input ? given : undefined)));
  const logits = g.add(model.logits, g.mul(other as Value, 0.5));
  g.output('logits', logits);
  if (input !== undefined) g.output(ALONE, model.logits);
  return { ...model, logits, ...(input !== undefined && { extras: [...(model.extras ?? []), given] }) };
}

/** The examples of one source with the inputs of another beside them. */
function beside(source: ExampleSource, other: ExampleSource): ExampleSource {
  return {
    ...source,
    async gather(indices) {
      const [examples, { inputs }] = [await source.gather(indices), await other.gather(indices)];
      return { ...examples, extras: { ...examples.extras, [BESIDE]: inputs } };
    },
  };
}
