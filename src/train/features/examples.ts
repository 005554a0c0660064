// Examples by what the frozen part of a model made of them. The trainer feeds them behind the cut that they come with.
import type { Examples } from '../../data/dataset.ts';
import type { Cut } from './cut.ts';

/** `extras` hold all kept values by name, `inputs` one of them. */
export interface FeatureExamples extends Examples {
  readonly cut: Cut;
}

/** The cut that examples lie behind; nothing for those that are a model's inputs. */
export function cutOf(examples: Examples): Cut | undefined {
  return (examples as Partial<FeatureExamples>).cut;
}
