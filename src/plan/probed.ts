// A linear probe as a candidate. Called by the parts of the plan.
import type { Tensor } from '../core/tensor.ts';
import type { Labels } from '../data/labels.ts';
import type { Candidate, PartFeatures } from './candidate.ts';
import type { DataFitEvent } from './events.ts';
import { type Headed, setHead } from './headed.ts';
import { type LinearProbe, linearProbe, STRENGTHS } from './linear-probe.ts';
import type { Reader } from './reading.ts';
import { type Run, searchEnd } from './run.ts';
import { standardisedDesign, standardOf, unstandardised } from './standardise.ts';
import { type Progress, worked } from './told.ts';

/** The linear probe as a candidate, its weights in the head of the network. */
export async function* probed(run: Run, features: PartFeatures, head: Headed, reader: Reader): AsyncGenerator<DataFitEvent, Candidate, void> {
  const { goal, parts, context } = run;
  const began = context.clock();
  const standard = standardOf(features.train, 'alike');
  const design = (part: Tensor<'float32'>) => standardisedDesign(part, standard, goal.outputs);
  const train = { design: await design(features.train), labels: parts.train.labels as Labels };
  const held = { design: await design(features.validation), labels: parts.validation.labels as Labels };
  const search = (progress: Progress) => linearProbe(goal, train, held, { signal: context.signal, enough: searchEnd(run), progress });
  const probe: LinearProbe = yield* worked('linear probe', search, STRENGTHS);
  setHead(head, unstandardised(probe.linear, standard));
  return {
    name: 'linear probe',
    about: `a linear model on ${head.width} features of ${head.model.name}, L2 ${probe.l2}`,
    complexity: 1,
    model: head.model,
    reader,
    validation: probe.validation,
    features,
    trainable: probe.linear.weights.length + probe.linear.bias.length,
    seconds: (context.clock() - began) / 1000,
  };
}
