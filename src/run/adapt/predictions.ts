// The target's rows with what they were taken for, as CSV. Called when an adaptation ends.
import { pictureName } from '../../data/images/picture.ts';
import type { DomainAdaptation } from '../../plan/adapt/adapt-data.ts';
import { csvField } from '../../report/csv-field.ts';
import { argmaxRows } from '../../score/metrics.ts';

/** What each row of the target is called. */
export function namesOf({ target }: Pick<DomainAdaptation, 'target'>): string[] {
  return Array.from({ length: target.table.length }, (_, row) => pictureName(target.inputs, row));
}

/** `name,label,probability,unknown`, a line for each row, by the chosen candidate. @param unlike rows that are unlike every class. */
export function predictionsCsv({ target, choice, classes }: DomainAdaptation, unlike: Int32Array): string {
  const names = namesOf({ target });
  const strange = new Set(unlike);
  const { probabilities } = choice.chosen;
  const lines = Array.from(argmaxRows(probabilities, classes.length), (label, row) =>
    [
      names[row] as string,
      classes[label] as string,
      (probabilities[row * classes.length + label] as number).toFixed(6),
      strange.has(row) ? 'yes' : 'no',
    ]
      .map(csvField)
      .join(','),
  );
  return `${['name,label,probability,unknown', ...lines].join('\n')}\n`;
}
