// Photos and texts -> candidates on a pretrained network: a linear probe, the network fine-tuned, their average, the mean with a model of words. Called by the plan.
import { loadBackbone } from '../backbones/load-backbone.ts';
import { fail } from '../core/errors.ts';
import type { AugmentationOptions } from '../data/augment/augmentation.ts';
import type { ExampleSource } from '../data/dataset.ts';
import type { Labels } from '../data/labels.ts';
import { movement } from '../methods/transfer/movement.ts';
import { loadOnnx } from '../nn/import/load-onnx.ts';
import { loadState, type Model, stateOf } from '../nn/model.ts';
import { evaluate } from '../train/evaluate.ts';
import { type Candidate, type CandidateResult, chosen, judged } from './candidate.ts';
import type { DataFitEvent } from './events.ts';
import { averageInto, fineTuned, type Learning } from './fine-tune.ts';
import { fromScratch } from './from-scratch.ts';
import { fromWords } from './from-words.ts';
import { averagedFeatures, featuresOf, type Headed, headed } from './headed.ts';
import { meanWithWords, networkAlone } from './mean-of-two.ts';
import { AUGMENT, DEFAULT_BACKBONES, RATES, STEP_PASSES, TEXT_BLOCKS } from './pretrained.ts';
import { probed } from './probed.ts';
import { examplesOfTest, rateRange } from './rate-range.ts';
import type { Reader } from './reading.ts';
import { judgedResult, type Run, secondsLeft, type Trained, threadsOf } from './run.ts';
import { pictureRows, type RowsGiven, textRows } from './sources.ts';
import { named, worked } from './told.ts';

/** Epochs of fine-tuning at most, by preset. */
const MOST_EPOCHS = { fast: 0, good: 12, best: 30 } as const;
/** Of the time that is left, what a range test of the learning rate may take. */
const TEST_SHARE = 0.15;

/** Photos and texts: a linear probe on the features of a pretrained network, then the network fine-tuned, then the average of both; for texts, the mean with a model of words. */
export async function* fromBackbone(run: Run): AsyncGenerator<DataFitEvent, Trained, void> {
  const { data, goal, options, parts, context } = run;
  const { inputs } = data;
  const wanted = inputs.kind === 'text' ? 'text' : 'image';
  const name = context.start?.backbone ?? (options.backbone === 'auto' ? DEFAULT_BACKBONES[wanted] : options.backbone);
  const backbone = await loadBackbone(name);
  const whose = context.start ? 'The model to go on from (`from`)' : `\`backbone\` (="${name}")`;
  if (backbone.kind !== wanted) fail('invalid-argument', `${whose} reads ${backbone.kind}s, but the data is of ${wanted}s.`);
  const open: { close(): Promise<void> }[] = [];
  /** Examples for the network; changed by chance where it is to learn from them. */
  const sourceOf = async (rows: RowsGiven, augment?: AugmentationOptions): Promise<ExampleSource> => {
    if (backbone.kind === 'text') return textRows(inputs.kind === 'text' ? inputs.texts : [], backbone, rows);
    const loader = pictureRows(inputs, backbone.input, rows, { augment, signal: context.signal });
    open.push(loader);
    return loader;
  };
  /** The network with a new head; a run's own model has its features averaged already. */
  const fresh = async (): Promise<Headed> => {
    const outputs = data.task.kind === 'regression' ? goal.outputs : data.task.classes;
    if (context.start) {
      const { model, besideWords } = context.start;
      const own = backbone.record.name;
      return headed(besideWords ? await networkAlone(model, own) : await loadOnnx(model, { name: own }), outputs);
    }
    const loaded = await backbone.load();
    return headed(backbone.kind === 'text' ? averagedFeatures(loaded, TEXT_BLOCKS) : loaded, outputs);
  };
  const reader: Reader = { reading: backbone.kind === 'image' ? { kind: 'image', backbone } : { kind: 'text', backbone }, sourceOf };
  const close = async () => {
    for (const source of open) await source.close();
  };
  try {
    const [train, validation] = [await sourceOf(parts.train), await sourceOf(parts.validation)];
    const head = await fresh();
    const began = context.clock();
    const computing = (source: ExampleSource) =>
      worked('features', (progress) => featuresOf(head, source, { ...threadsOf(options), signal: context.signal, progress }));
    const features = { train: yield* computing(train), validation: yield* computing(validation) };
    const passSeconds = (context.clock() - began) / 1000 / (train.length + validation.length);
    const probe = yield* probed(run, features, head, reader);
    const candidates: Candidate[] = [probe];
    const results: CandidateResult[] = [judgedResult(run, probe)];
    yield { type: 'candidate', result: results[0] as CandidateResult };
    const words = inputs.kind === 'text' && goal.task.kind !== 'regression' ? yield* fromWords(run, inputs.texts) : undefined;
    if (words) {
      candidates.push(words);
      results.push(judgedResult(run, words));
      yield { type: 'candidate', result: results.at(-1) as CandidateResult };
    }
    if (wanted === 'image') {
      results.push(yield* fromScratch(run, passSeconds));
      yield { type: 'candidate', result: results.at(-1) as CandidateResult };
    }
    /** All there is, and the mean of the best network's scores and those of the words, which err in other places. */
    function* ended(): Generator<DataFitEvent, Trained, void> {
      if (words) {
        const networks = candidates.filter((one) => one !== words).map((one) => judged(goal, one, parts.validation.labels as Labels));
        const both = meanWithWords(chosen(networks).candidate, words, 4);
        candidates.push(both);
        results.push(judgedResult(run, both));
        yield { type: 'candidate', result: results.at(-1) as CandidateResult };
      }
      return { candidates, results, close, features };
    }
    const epochSeconds = passSeconds * (train.length * STEP_PASSES + validation.length);
    const testSeconds = options.rate === 'tested' ? passSeconds * STEP_PASSES * examplesOfTest(train.length) : 0;
    const decide = () => epochsFor(run, epochSeconds, testSeconds);
    const epochs = context.remember ? await context.remember('epochs', decide) : decide();
    if (epochs === 0) {
      const skipped = options.preset === 'fast' ? 'preset fast' : `an epoch takes about ${Math.ceil(epochSeconds)} s, too long for \`time\``;
      const result = { name: 'fine-tuned', about: 'the whole network', skipped };
      results.push(result);
      yield { type: 'candidate', result };
      return yield* ended();
    }
    const learning = {
      goal,
      train: backbone.kind === 'image' ? await sourceOf(parts.train, AUGMENT) : train,
      lr: RATES[wanted],
      ...threadsOf(options),
      signal: context.signal,
    };
    const tuned = await fresh();
    loadState(tuned.model, stateOf(probe.model));
    const lr = options.rate === 'tested' ? yield* testedRate(run, tuned.model, learning, testSeconds) : learning.lr;
    const training = fineTuned({
      ...learning,
      model: tuned.model,
      validation,
      epochs,
      lr,
      complexity: 2,
      clock: context.clock,
      ...(context.checkpoints !== undefined && { checkpoints: { folder: context.checkpoints } }),
    });
    const trained = yield* named('fine-tuned', training);
    if (trained) {
      const candidate: Candidate = {
        ...trained,
        reader,
        ...(backbone.kind === 'image' && { augment: AUGMENT }),
        movement: { from: context.start ? 'the run before' : backbone.record.name, groups: movement(tuned.model, stateOf(probe.model)) },
      };
      const average = await averaged(run, (await fresh()).model, probe, candidate, validation);
      for (const one of [candidate, average]) {
        const result = judgedResult(run, one);
        candidates.push(one);
        results.push(result);
        yield { type: 'candidate', result };
      }
    }
    return yield* ended();
  } catch (error) {
    await close();
    throw error;
  }
}

async function averaged(run: Run, model: Model, probe: Candidate, tuned: Candidate, validation: ExampleSource): Promise<Candidate> {
  const { context, goal, options } = run;
  const began = context.clock();
  averageInto(model, probe.model, tuned.model);
  const { logits } = await evaluate(model, validation, { loss: goal.loss, ...threadsOf(options) });
  const seconds = (context.clock() - began) / 1000;
  return {
    name: 'average',
    about: 'half way between the linear probe and the fine-tuned network',
    complexity: 3,
    model,
    reader: probe.reader,
    validation: logits,
    trainable: 0,
    seconds,
  };
}

/** The rate that a range test gives; a run that goes on keeps the one that it began with. */
async function* testedRate(run: Run, model: Model, learning: Learning, seconds: number): AsyncGenerator<DataFitEvent, number, void> {
  const { remember = async (_, decide) => decide() } = run.context;
  const affordable = await remember('range test', () => (seconds <= TEST_SHARE * secondsLeft(run) ? 1 : 0));
  if (affordable === 0) {
    const message = `A range test of the learning rate would take about ${Math.ceil(seconds)} s, too long for \`time\`: the usual rate is taken.`;
    yield { type: 'note', message };
    return learning.lr;
  }
  const range = yield* rateRange(model, learning);
  const rate = await remember('learning rate', () => range.rate);
  yield { type: 'rate', candidate: 'fine-tuned', range };
  return rate;
}

/** Epochs that fit into what is left of the time, less what else it is for; 0 where not even one does. */
function epochsFor(run: Run, epochSeconds: number, otherSeconds: number): number {
  const { preset, epochs } = run.options;
  if (epochs > 0) return epochs;
  const left = secondsLeft(run) - (otherSeconds <= TEST_SHARE * secondsLeft(run) ? otherSeconds : 0);
  return Math.max(0, Math.min(MOST_EPOCHS[preset], Math.floor(left / epochSeconds)));
}
