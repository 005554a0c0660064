// A classifier of domains behind a gradient reversal, added to a paired model: what it learns to tell, the features learn to hide. Called by adversarial methods.
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

/** How {@link withDomainClassifier} builds. */
export interface DomainClassifierOptions {
  /** Units of its two hidden layers. */
  readonly hidden: number;
  /** How fast the reversal grows: its factor is `strength` times 2 / (1 + exp(-gamma p)) - 1, with p the share of training that is done. */
  readonly gamma: number;
  /** What the reversal grows to; default 1. */
  readonly strength?: number;
  readonly seed: number;
}

/** @param read what it reads of a domain, `[N, d]`, as values that it adds to the graph. */
export function withDomainClassifier(
  { model: both, source, target }: PairedModel,
  read: (g: Builder, domain: PairedModel['source']) => Value,
  { hidden, gamma, strength = 1, seed }: DomainClassifierOptions,
): { readonly model: Model; readonly scores: BothDomains } {
  const { model, progress } = withProgress(both);
  const { graph: g } = model;
  const parameters = new Map<string, ParameterInfo>();
  const record: ScopeRecord = { g, seed, parameters, members: [] };
  return g.scope(GROUP, () => {
    // The same as the formula above, which is a hyperbolic tangent.
    const growth = g.tanh(g.mul(progress, gamma / 2));
    const factor = strength === 1 ? growth : g.mul(growth, strength);
    const reversed = (domain: PairedModel['source']) => g.op('GradientReversal', [read(g, domain), factor]);
    const [own, other] = [reversed(source), reversed(target)];
    const layers = [hidden, hidden, 1].map((units, i) => {
      const inputs = i === 0 ? (own.shape[1] as number) : hidden;
      const scope = new Scope(record, [GROUP, `dense${i + 1}`]);
      const weight = scope.parameter('weight', [units, inputs], { init: glorotUniform, fans: { in: inputs, out: units } });
      return { weight, bias: scope.parameter('bias', [units], { init: zeros, decay: false }) };
    });
    const scoresOf = (x: Value) =>
      layers.reduce((value, { weight, bias }, i) => g.op('Gemm', [i === 0 ? value : g.relu(value), weight, bias], { transB: 1 }), x);
    const scores = { source: scoresOf(own), target: scoresOf(other) };
    return {
      model: {
        ...model,
        parameters: new Map([...model.parameters, ...parameters]),
        groups: [...model.groups, { name: GROUP, kind: 'head' as const, members: [...parameters.keys()] }],
      },
      scores,
    };
  });
}
