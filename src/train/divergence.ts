// Why a loss or a gradient is not finite: finds the first bad value and says so. Called by `fit`, which ends with it.

import { fail } from '../core/errors.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { firstBad } from './bad-value.ts';
import type { StepResult } from './engine.ts';
import { type Position, passOf } from './events.ts';
import type { Plan } from './plan.ts';
import type { Trainer } from './trainer.ts';

interface Place {
  readonly position: Position;
  /** Number of the micro-batch in its update. */
  readonly micro: number;
  readonly notFinite: NonNullable<StepResult['notFinite']>;
  /** Folder of the last checkpoint. */
  readonly saved: string | undefined;
}

/** Runs the micro-batch again, where the parameters are as they were. @throws GraftError `not-finite`, always. */
export async function diverged(trainer: Trainer, plan: Plan, data: ExampleSource, { position, micro, notFinite, saved }: Place): Promise<never> {
  const { order, microBatch, total } = plan;
  const { epoch, step, update } = position;
  if (notFinite === 'weight') {
    return fail(
      'not-finite',
      `Training stopped at update ${update + 1}: all its examples weigh 0, so their loss has no mean. Leave out the examples of classes whose weight is 0.`,
    );
  }
  const where = `Training stopped at update ${update + 1} (epoch ${epoch + 1}, step ${step + 1})`;
  const kept = saved === undefined ? 'No checkpoint was kept.' : `The last good checkpoint is ${saved}.`;
  if (typeof notFinite === 'object' && 'left' in notFinite) {
    return fail('not-finite', `${where}, which left ${notFinite.left}. Try a lower \`lr\`, \`clipNorm\`, or inputs of smaller scale. ${kept}`);
  }
  const indices = order.at(epoch, step).subarray(micro * microBatch, (micro + 1) * microBatch);
  const examples = await data.gather(indices, passOf(position, total));
  const bad = firstBad(examples);
  const found = bad
    ? `${bad.what} in example ${indices[bad.example]} of \`${data.name}\`. Repair or leave out that example`
    : `${(await trainer.diagnose(examples, [epoch, step, micro])) ?? behind(notFinite)}. Try a lower \`lr\`, or \`clipNorm\``;
  const what = notFinite === 'loss' ? 'loss' : 'gradient';
  return fail('not-finite', `${where}, whose ${what} is not finite: ${found}. ${kept}`);
}

/** What is left when all of the forward pass is finite. */
function behind(notFinite: 'loss' | { readonly gradient: string }): string {
  if (notFinite === 'loss') return 'the sum of loss and penalty overflows';
  return `the gradient of parameter \`${notFinite.gradient}\` overflows, while the forward pass is finite`;
}
