// Names of arrays and of files of arrays, as people write them -> part and column. Called by the formats npz and idx.
import { partOf } from '../pictures/names.ts';
import type { Part } from '../reading/format.ts';

/** What a name says. */
export interface ArrayName {
  readonly part?: Part | undefined;
  /** `label` for what is called y, labels or targets; else the name without its part. */
  readonly column: string;
}

const LABEL = /^(?:y|labels?|targets?)$/i;

/** `x_train`, `ytest`, `train_images`, `val-labels`, `X`. */
export function arrayName(name: string): ArrayName {
  const glued = /^([xy])([a-z]+)$/i.exec(name);
  const last = /^(.+)[_.-]([a-z]+)$/i.exec(name);
  const first = /^([a-z]+)[_.-](.+)$/i.exec(name);
  const found = [
    [glued?.[1], glued?.[2]],
    [last?.[1], last?.[2]],
    [first?.[2], first?.[1]],
  ].find(([, part]) => part !== undefined && partOf(part) !== undefined);
  const [rest = name, part = ''] = found ?? [];
  return { part: partOf(part), column: LABEL.test(rest) ? 'label' : rest };
}
