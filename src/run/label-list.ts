// Several labels -> one text that can be taken apart again. Called by answers and the program beside a model.
import { csvField } from '../report/csv-field.ts';

/**
 * The labels as the data had them, with the separator of its texts between; else with `, `, those that hold a comma or a quotation mark in quotation marks, as
 * in CSV.
 */
export function labelList(labels: readonly string[], separator?: string): string {
  return separator === undefined ? labels.map((label) => csvField(label)).join(', ') : labels.join(separator);
}
