// What Hugging Face `datasets` writes of its columns, as JSON -> names of classes and kinds of columns. Called by the readers of this folder and by the
// format of its folders.
import { isObject } from '../reading/record.ts';

/** A column's entry as it lies in the JSON. */
export type Feature = unknown;

/** Entries by the names of the columns. */
export type Features = Readonly<Record<string, Feature>>;

/** The key of a Parquet or Arrow file's metadata that they lie under. */
export const FEATURES_KEY = 'huggingface';

/** The features in the text of a `dataset_info.json`, or in what a file holds at {@link FEATURES_KEY}; nothing where there are none. */
export function featuresIn(text: string | null | undefined): Features | undefined {
  try {
    const json: unknown = JSON.parse(text ?? 'null');
    const features = member(member(json, 'info') ?? json, 'features');
    return isObject(features) ? features : undefined;
  } catch {
    // A label that stays a number is better than a file that cannot be read for a note in its margin.
    return undefined;
  }
}

/** Names by class index, where the column holds classes. */
export function classNamesOf(feature: Feature): readonly string[] | undefined {
  const names = member(feature, 'names');
  return Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string') ? names : undefined;
}

/** `Image`, `Audio`, `Value` ... */
export function kindOfFeature(feature: Feature): string | undefined {
  const kind = member(feature, '_type');
  return typeof kind === 'string' ? kind : undefined;
}

/** What the entries of a list are. */
export function itemFeature(feature: Feature): Feature {
  return Array.isArray(feature) ? feature[0] : member(feature, 'feature');
}

/** What a field of a struct is; a list of structs is stored as a struct of lists. */
export function fieldFeature(feature: Feature, name: string): Feature {
  const listed = member(member(feature, 'feature'), name);
  return listed === undefined ? member(feature, name) : { _type: 'List', feature: listed };
}

function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
