// The few labels of the target that are known, by row and name -> one for each row. Called by `adaptData`.
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';

/** The label of a row. */
export interface TargetLabel {
  /** Of the target, from 0. */
  readonly row: number;
  /** A class of a source, by name. */
  readonly label: string;
}

/**
 * Class indices, -1 where nothing is known, `[length]`.
 * @throws GraftError `invalid-data` where a label is no class of the sources, a row is not there, or is named twice.
 */
export function labelsByRow(given: readonly TargetLabel[], classes: readonly string[], length: number, name: string): Int32Array {
  const out = new Int32Array(length).fill(-1);
  for (const { row, label } of given) {
    const known = classes.indexOf(label);
    if (known < 0)
      fail(
        'invalid-data',
        `Row ${row + 1} of "${name}" is labelled "${label}", which is no class of what is learnt from; ${suggest(label, classes)}`,
      );
    if (!Number.isInteger(row) || row < 0 || row >= length)
      fail('invalid-data', `\`targetLabels\` has a label of row ${row + 1}, but "${name}" has ${length} rows; give one of these.`);
    if (out[row] !== -1) fail('invalid-data', `Row ${row + 1} of "${name}" is labelled twice; give one label for it.`);
    out[row] = known;
  }
  return out;
}
