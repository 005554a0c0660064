// The one phase of methods that train on both domains at once: a paired model, batches of both, and a term that sees both. Called by them.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import type { FitOptions } from '../../../train/fit-options.ts';
import type { Penalty } from '../../../train/program.ts';
import { withPenalty } from '../../strategy/strategy.ts';
import type { NetworkDomains, NetworkPhase } from './network-method.ts';
import { type PairedModel, pairedModel, type SecondPass, takeTargetStatistics } from './paired-model.ts';
import { pairedSource } from './paired-source.ts';

/** What is added to the loss: a scalar of values of the paired model's graph, which `at` gives in the step, and of the source's labels. */
export interface PairedTerm {
  readonly reads: readonly Value[];
  readonly build: (g: Builder, at: (value: Value) => Value, labels: Value) => Value;
}

/**
 * @param termOf the term of a model; what it needs beside the network it adds to the paired model's graph.
 * @param how whether the target's rows pass as they are, too. Where that is by moving averages, these are what is kept, with the statistics of that pass.
 */
export function* pairedTraining(
  { model, source, target }: NetworkDomains,
  base: FitOptions,
  termOf: (paired: PairedModel) => PairedTerm & { readonly model?: PairedModel['model'] },
  how: SecondPass = {},
): Generator<NetworkPhase, void, void> {
  const paired = pairedModel(model, how);
  const { reads, build, model: extended = paired.model } = termOf(paired);
  const term: Penalty = (g, _, { at, target: labels }) => build(g, (value) => at(value.name), labels);
  yield {
    name: 'both',
    model: extended,
    data: pairedSource(source, target, model, extended, base.seed ?? 0),
    options: withPenalty({ ...base, featureCache: false }, term, reads),
    adapts: true,
    settle: () => takeTargetStatistics(model, paired, how.averaged !== undefined),
  };
}
