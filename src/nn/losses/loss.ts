// What a loss is: it declares the target it needs and adds its nodes. Used by the training and the evaluation graph.
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import type { TensorType } from '../../graph/types.ts';

/**
 * Sum over the batch and what to divide it by. They stay apart so that accumulated micro-batches are normalised by all their
 * examples at once, however unequal they are: the loss is (sum of `sum`) / (sum of `weight`).
 */
export interface LossTerms {
  /** Scalar. */
  readonly sum: Value;
  /** Scalar, free of parameters. */
  readonly weight: Value;
}

/** What training minimises: the target that it compares scores with, and the nodes that it appends. */
export interface Loss {
  readonly name: string;
  /** Weight of each class, where what the sum is divided by is the weights of the examples: some class must then weigh more than 0. */
  readonly classWeights?: readonly number[] | undefined;
  /** Whether labels are distributions over the classes, none of whose shares is negative. */
  readonly distributions?: boolean;
  /** Type of the target that goes with scores of this type; shapes concrete. */
  target(logits: TensorType): TensorType;
  /** Appends the loss of a batch of scores to `g`; `target` is of the type that {@link Loss.target} gives. */
  build(g: Builder, logits: Value, target: Value): LossTerms;
}
