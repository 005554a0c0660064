// The few labels of the target that are known, by row and name -> one for each row -> the rows that have one. Called where there is something to adapt to.
import { fail } from '../../core/errors.ts';
import { inWords } from '../../core/known-options.ts';
import { suggest } from '../../core/nearest.ts';
import type { KnownRows } from '../../methods/domains/pieces/domain-method.ts';

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

/**
 * The rows whose label is not -1, with their labels; `undefined` where there is none. @param length rows of the target.
 * @throws GraftError `invalid-data` where there are not as many labels as rows, or one is of no class.
 */
export function knownIn(targetLabels: Int32Array, length: number, classes: number): KnownRows | undefined {
  if (!(targetLabels instanceof Int32Array))
    fail('invalid-argument', `\`targetLabels\` is ${inWords(targetLabels)}, but must be an Int32Array with a label for each target row.`);
  if (targetLabels.length !== length)
    fail(
      'invalid-data',
      `\`targetLabels\` has ${targetLabels.length} labels for ${length} target rows; give one for each, -1 where it is not known.`,
    );
  const wrong = targetLabels.find((label) => label < -1 || label >= classes);
  if (wrong !== undefined)
    fail('invalid-data', `\`targetLabels\` has the label ${wrong}; labels are 0 to ${classes - 1}, and -1 where it is not known.`);
  const rows = Int32Array.from(targetLabels.keys()).filter((row) => (targetLabels[row] as number) >= 0);
  return rows.length === 0 ? undefined : { rows, labels: rows.map((row) => targetLabels[row] as number) };
}
