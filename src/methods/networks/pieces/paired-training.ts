// The one phase of methods that train on both domains at once: a paired model, batches of both, and a term that sees both. Called by them. Rows of the target that
// were labelled by hand join the loss.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { knownCrossEntropy } from '../../../nn/losses/domains/known-labels.ts';
import type { FitOptions } from '../../../train/fit-options.ts';
import type { Penalty } from '../../../train/program.ts';
import { weightOfKnown } from '../../domains/pieces/known.ts';
import { withPenalty } from '../../strategy/strategy.ts';
import { withKnownLabels } from './known-labels.ts';
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
  domains: NetworkDomains,
  base: FitOptions,
  termOf: (paired: PairedModel) => PairedTerm & { readonly model?: PairedModel['model'] },
  how: SecondPass = {},
): Generator<NetworkPhase, void, void> {
  const { model, source, target, known } = domains;
  const both = pairedModel(model, how);
  const paired = known ? withKnownLabels(both, known, target.length) : both;
  const { model: extended = paired.model, ...own } = termOf(paired);
  const terms = [own, ...(known ? [knownTerm(paired, known.rows.length, source.length)] : [])];
  yield {
    name: 'both',
    model: extended,
    data: pairedSource(domains, model, extended, { seed: base.seed ?? 0 }),
    options: terms.reduce(withTerm, { ...base, featureCache: false }),
    adapts: true,
    settle: () => takeTargetStatistics(model, paired, how.averaged !== undefined),
  };
}

function withTerm(base: FitOptions, { reads, build }: PairedTerm): FitOptions {
  const term: Penalty = (g, _, { at, target: labels }) => build(g, (value) => at(value.name), labels);
  return withPenalty(base, term, reads);
}

/** The cross-entropy of the rows that were labelled by hand: all of them together count as many times what all rows of the source do as on features. */
function knownTerm({ target, known }: PairedModel, count: number, source: number): PairedTerm {
  const labels = known as Value;
  const share = (count * weightOfKnown(source, count)) / source;
  return {
    reads: [target.logits, labels],
    build: (g, at) => g.mul(knownCrossEntropy(g, at(target.logits), at(labels)), share),
  };
}
