// A classifier of domains, added to a model; and behind a gradient reversal, added to a paired one: what it learns to tell, the features learn to hide. Called by
// adversarial methods.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { glorotUniform, zeros } from '../../../nn/initialisers.ts';
import type { BothDomains } from '../../../nn/losses/domains/domain-loss.ts';
import type { Model, ParameterInfo } from '../../../nn/model.ts';
import { Scope, type ScopeRecord } from '../../../nn/scope.ts';
import type { PairedModel } from './paired-model.ts';
import { withProgress } from './paired-source.ts';

/** Its group, and the layer that owns its parameters. */
const GROUP = 'domain-classifier';

/** What adversarial methods let be chosen. */
export const classifierRecords = {
  weight: { default: 1, range: { min: 0 }, help: "Weight of the domain classifier's loss." },
  gamma: { default: 10, range: { min: 0 }, help: 'How fast the reversal grows to its full strength.' },
  hidden: { default: 256, integer: true, range: { min: 1 }, help: 'Units of the two hidden layers of the domain classifier.' },
} as const;

/** Form of the classifier. */
export interface ClassifierForm {
  /** Units of its two hidden layers. */
  readonly hidden: number;
  readonly seed: number;
}

/** A model with a classifier of domains. */
export interface DomainClassifier {
  readonly model: Model;
  /** Scores `[N, 1]` of features `[N, width]`. @param held whether its parameters do not learn from them. */
  readonly scoresOf: (x: Value, held?: boolean) => Value;
}

/** Adds the classifier's parameters to the model's graph; it is in the model's groups as a head. @param width of the features that it reads. */
export function domainClassifier(model: Model, width: number, { hidden, seed }: ClassifierForm): DomainClassifier {
  const { graph: g } = model;
  const parameters = new Map<string, ParameterInfo>();
  const record: ScopeRecord = { g, seed, parameters, members: [] };
  const layers = [hidden, hidden, 1].map((units, i) => {
    const inputs = i === 0 ? width : hidden;
    const scope = new Scope(record, [GROUP, `dense${i + 1}`]);
    const weight = scope.parameter('weight', [units, inputs], { init: glorotUniform, fans: { in: inputs, out: units } });
    return [weight, scope.parameter('bias', [units], { init: zeros, decay: false })] as const;
  });
  return {
    model: {
      ...model,
      parameters: new Map([...model.parameters, ...parameters]),
      groups: [...model.groups, { name: GROUP, kind: 'head', members: [...parameters.keys()] }],
    },
    scoresOf: (x, held = false) =>
      g.scope(GROUP, () =>
        layers.reduce((value, own, i) => {
          const [weight, bias] = held ? own.map((parameter) => g.op('StopGradient', [parameter])) : own;
          return g.op('Gemm', [i === 0 ? value : g.relu(value), weight, bias], { transB: 1 });
        }, x),
      ),
  };
}

/** How {@link withDomainClassifier} builds. */
export interface ReversedForm extends ClassifierForm {
  /** How fast the reversal grows: its factor is `strength` times 2 / (1 + exp(-gamma p)) - 1, with p the share of training that is done. */
  readonly gamma: number;
  /** What the reversal grows to; default 1. */
  readonly strength?: number;
}

/** @param read what it reads of a domain, `[N, d]`, as values that it adds to the graph. */
export function withDomainClassifier(
  { model: both, source, target }: PairedModel,
  read: (g: Builder, domain: PairedModel['source']) => Value,
  { gamma, strength = 1, ...form }: ReversedForm,
): { readonly model: Model; readonly scores: BothDomains } {
  const { model, progress } = withProgress(both);
  const { graph: g } = model;
  const [own, other] = g.scope(GROUP, () => {
    // The same as the formula above, which is a hyperbolic tangent.
    const growth = g.tanh(g.mul(progress, gamma / 2));
    const factor = strength === 1 ? growth : g.mul(growth, strength);
    return [source, target].map((domain) => g.op('GradientReversal', [read(g, domain), factor]));
  }) as [Value, Value];
  const { model: extended, scoresOf } = domainClassifier(model, own.shape[1] as number, form);
  return { model: extended, scores: { source: scoresOf(own), target: scoresOf(other) } };
}
