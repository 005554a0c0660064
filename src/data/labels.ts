// The labels of a dataset: what they may be, which classes they mean, and whether they fit. Called by datasets and by training.
import { fail } from '../core/errors.ts';
import { inWords } from '../core/known-options.ts';
import { isTensor, type Tensor, tensor } from '../core/tensor.ts';
import { checkClassNames, numbered } from './class-names.ts';
import { takeRows } from './rows.ts';

/** Class indices, int32 `[N]`; or real targets `[N, ...]`: regression values, soft or multi-hot labels `[N, classes]`. */
export type Labels = Int32Array | Tensor;

/**
 * Labels as they were given to a dataset, plain lists and arrays of bytes too, in one of the forms that the rest of Graft knows.
 * @throws GraftError `invalid-data` for what is neither class indices nor a tensor.
 */
export function labelsFrom(name: string, given: Labels | ArrayLike<number> | undefined): Labels | undefined {
  if (given === undefined || given instanceof Int32Array || isTensor(given)) return given;
  const list = Array.isArray(given) || (ArrayBuffer.isView(given) && 'length' in given);
  if (!list) {
    return fail('invalid-data', `The labels of \`${name}\` are ${inWords(given)}; give class indices as a list, or real targets as a tensor.`);
  }
  const values = given as ArrayLike<number>;
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (Number.isInteger(Number(value)) && (typeof value === 'number' || typeof value === 'bigint')) continue;
    const remedy =
      typeof value === 'string'
        ? 'give class indices 0, 1, ... as labels, and what they mean as `classes`'
        : "labels in a list are class indices; give real targets as a tensor: `tensorOf('float32', values, [N, 1])`";
    fail('invalid-data', `Label ${i} of \`${name}\` is ${inWords(value)}; ${remedy}.`);
  }
  return Int32Array.from(values, Number);
}

/** Makes sure that there is a label for each of `count` examples; `what` they are, in the plural. @throws GraftError `invalid-data`. */
export function requireLabelEach(name: string, labels: Labels | undefined, count: number, what: string): void {
  if (!labels) return;
  const given = labels instanceof Int32Array ? labels.length : labels.dims[0];
  if (given === count) return;
  fail('invalid-data', `\`${name}\` has ${count} ${what} but ${given ?? 'scalar'} labels; give one for each ${what.replace(/s$/, '')}.`);
}

/** The labels of the examples `indices`, copied. */
export function takeLabels(labels: Labels | undefined, indices: ArrayLike<number>): Labels | undefined {
  if (!(labels instanceof Int32Array)) return labels && takeRows(labels, indices);
  return takeRows(tensor('int32', [labels.length], labels as Int32Array<ArrayBuffer>), indices).data as Int32Array;
}

/**
 * The class names that go with `labels`: those given, or '0', '1', ... up to the highest label; `undefined` where labels are not class indices.
 * @throws GraftError `invalid-data` when no class is named, or when a label is not one of the classes.
 */
export function checkedClasses(name: string, labels: Labels | undefined, given: readonly string[] | undefined): readonly string[] | undefined {
  if (given?.length === 0) fail('invalid-data', `\`classes\` of \`${name}\` is empty; name at least one class, or leave it out.`);
  if (given) checkClassNames(given, 'invalid-data', `\`${name}\``);
  if (!(labels instanceof Int32Array)) {
    if (given && labels && labels.dims.at(-1) !== given.length) {
      fail(
        'invalid-data',
        `Labels of shape [${labels.dims.join(', ')}] in \`${name}\` do not fit ${given.length} classes; give [N, ${given.length}].`,
      );
    }
    return given;
  }
  const most = labels.reduce((high, label) => Math.max(high, label), 0);
  if (!given && most >= labels.length) {
    fail(
      'invalid-data',
      `The highest label of \`${name}\` is ${most}, but it has only ${labels.length} examples; give \`classes\` if that is right.`,
    );
  }
  const classes = given ?? numbered(most + 1);
  const at = labels.findIndex((label) => label < 0 || label >= classes.length);
  if (at >= 0) {
    const range = `0..${classes.length - 1}`;
    fail('invalid-data', `Label ${labels[at]} of example ${at} in \`${name}\` is outside ${range}, the range for ${classes.length} classes.`);
  }
  return classes;
}

/**
 * Makes sure that every class has examples to learn from; test data may lack some.
 * @throws GraftError `invalid-data` naming the first class without examples.
 */
export function requireEveryClass(name: string, labels: Labels | undefined, classes: readonly string[] | undefined): void {
  if (!(labels instanceof Int32Array) || !classes) return;
  const seen = new Set(labels);
  const absent = classes.findIndex((_, label) => !seen.has(label));
  if (absent < 0) return;
  fail('invalid-data', `Class ${absent} ("${classes[absent]}") of \`${name}\` has no examples; add some, or take it out of \`classes\`.`);
}
