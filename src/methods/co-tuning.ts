// Fine-tunes everything, the source's classifier too, which is taught what the source's classes say about each target class. One phase.
import { fail } from '../core/errors.ts';
import { type Tensor, tensorOf } from '../core/tensor.ts';
import { concrete } from '../graph/types.ts';
import { withSourceHead } from '../nn/source-head.ts';
import type { Penalty } from '../train/program.ts';
import { directRelation, sourceProbabilities } from './co-tuning/relation.ts';
import { reverseRelation } from './co-tuning/reverse.ts';
import { defineStrategy, type Measuring, withPenalty } from './strategy/strategy.ts';

/**
 * First learns p(source class | target class) from what the source's classifier says of the target's examples, its scores divided by `temperature`;
 * then adds tradeOff times the cross-entropy of the source's head with that distribution of an example's class to the loss.
 * The source's head is dropped when training ends. `direct` takes the mean over a class's examples, `reverse` goes by Bayes' rule from a logistic regression
 * of the target's classes on the source's probabilities.
 * @throws GraftError `invalid-argument` for a model without its source's classifier; `invalid-data` where labels are no class indices.
 */
export const coTuning = defineStrategy({
  name: 'co-tuning',
  paper: 'You et al. 2020, Co-Tuning for transfer learning, sections 3.2 and 3.3',
  about: "everything learns, the source's classifier too, taught what its classes say of the new ones",
  options: {
    tradeOff: { default: 2.3, range: { min: 0 }, help: "Weight of the source head's loss." },
    temperature: { default: 1, range: { above: 0 }, help: "Divides the source's scores: what calibrates them on examples of the source." },
    relation: { default: 'direct', values: ['direct', 'reverse'], help: "How the source's classes of a target class are learned." },
  },
  measure: async function* (model, { temperature, relation }, base, data): Measuring<readonly (readonly number[])[]> {
    const told = { type: 'measure', what: "the source's classes", of: data.length } as const;
    yield { ...told, done: 0 };
    const source = await sourceProbabilities(model, temperature, base, data);
    yield { ...told, done: data.length };
    const learn = relation === 'direct' ? directRelation : reverseRelation;
    return learn(source, model.logits.shape.at(-1) as number);
  },
  phases: (model, { tradeOff }, base, rows) => {
    const { model: whole, sourceLogits } = withSourceHead(model);
    const relation: Tensor = tensorOf('float32', rows.flat(), [rows.length, rows[0]?.length ?? 0]);
    const term: Penalty = (g, _, { at, target }) => {
      const scores = at(sourceLogits.name);
      const [batch = 0] = concrete(scores.shape, "The source's scores");
      if (target.dtype !== 'int64') return fail('invalid-data', 'Strategy `co-tuning` needs labels that are classes.');
      const wanted = g.gather(g.constant(relation), target);
      return g.mul(g.sum(g.mul(wanted, g.logSoftmax(scores))), -tradeOff / batch);
    };
    return [{ name: 'all', model: whole, options: withPenalty(base, term, [sourceLogits]) }];
  },
});
