import { expect, test } from 'vitest';
import { knownOptions, type OptionKinds } from './known-options.ts';

interface Options {
  readonly epochs?: number;
  readonly name?: string;
  readonly bias?: boolean;
  readonly schedule?: (step: number) => number;
  readonly metric?: 'accuracy' | 'loss';
  readonly checkpoints?: object;
  readonly mean?: readonly number[];
  readonly probabilities?: boolean;
}
const kinds: OptionKinds<Options> = {
  epochs: 'number',
  name: 'string',
  bias: 'boolean',
  schedule: { kind: 'function', like: 'schedules.cosine()' },
  metric: ['accuracy', 'loss'],
  checkpoints: 'object',
  mean: 'list',
  probabilities: 'boolean',
};
/** What someone without types may give. */
const check = (given: unknown) => knownOptions(given as Options | undefined, kinds, 'fit', { lr: 'it is one of the `settings`.' });
const messageOf = (given: unknown): string => {
  try {
    check(given);
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
};

test('all that may be given passes, and so does what is left undefined', () => {
  check(undefined);
  check({});
  check({ epochs: 1, name: 'a', bias: false, schedule: () => 1, metric: 'loss', checkpoints: { folder: 'a' }, mean: new Float32Array(2) });
  check({ epochs: undefined, metric: undefined });
});

test('names that are not known, with the nearest or where they belong', () => {
  const given: unknown[] = [{ epoch: 3 }, { Epochs: 3 }, { prob: true }, { lr: 1 }, { zebra: 1 }, { toString: 1 }, { learningRate: 1 }];
  expect(given.map(messageOf).join('\n')).toMatchInlineSnapshot(`
    "\`fit\`: there is no option \`epoch\`; did you mean \`epochs\`?
    \`fit\`: there is no option \`Epochs\`; did you mean \`epochs\`?
    \`fit\`: there is no option \`prob\`; did you mean \`probabilities\`?
    \`fit\`: there is no option \`lr\`; it is one of the \`settings\`.
    \`fit\`: there is no option \`zebra\`; known are \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\`, \`mean\`, \`probabilities\`.
    \`fit\`: there is no option \`toString\`; known are \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\`, \`mean\`, \`probabilities\`.
    \`fit\`: there is no option \`learningRate\`; known are \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\`, \`mean\`, \`probabilities\`."
  `);
});

test('values that cannot be', () => {
  const given = [
    { epochs: '3' },
    { name: relu },
    { bias: 'no' },
    { schedule: 'cosine' },
    { metric: 'f1' },
    { checkpoints: 'runs/a' },
    { checkpoints: null },
    { checkpoints: ['runs/a'] },
    { checkpoints: Promise.resolve({}) },
    { mean: 0.5 },
    { epochs: new Map() },
    { epochs: { a: 1 } },
    { epochs: {} },
  ];
  expect(given.map(messageOf).join('\n')).toMatchInlineSnapshot(`
    "\`fit\`: \`epochs\` is the string '3', but must be a number.
    \`fit\`: \`name\` is the function relu, but must be a string.
    \`fit\`: \`bias\` is the string 'no', but must be true or false.
    \`fit\`: \`schedule\` is the string 'cosine', but must be a function, for instance \`schedules.cosine()\`.
    \`fit\`: \`metric\` is the string 'f1', but must be one of 'accuracy', 'loss'.
    \`fit\`: \`checkpoints\` is the string 'runs/a', but must be an object.
    \`fit\`: \`checkpoints\` is null, but must be an object.
    \`fit\`: \`checkpoints\` is a list, but must be an object.
    \`fit\`: \`checkpoints\` is a promise (\`await\` it), but must be an object.
    \`fit\`: \`mean\` is the number 0.5, but must be a list.
    \`fit\`: \`epochs\` is a Map, but must be a number.
    \`fit\`: \`epochs\` is an object with a, but must be a number.
    \`fit\`: \`epochs\` is an empty object, but must be a number."
  `);
});

test('what is no options object', () => {
  const given = ['sgd', 3, null, [1], Promise.resolve({}), relu];
  expect(given.map(messageOf).join('\n')).toMatchInlineSnapshot(`
    "\`fit\` takes its options as an object with \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\` and more, not the string 'sgd'.
    \`fit\` takes its options as an object with \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\` and more, not the number 3.
    \`fit\` takes its options as an object with \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\` and more, not null.
    \`fit\` takes its options as an object with \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\` and more, not a list.
    \`fit\` takes its options as an object with \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\` and more, not a promise (\`await\` it).
    \`fit\` takes its options as an object with \`epochs\`, \`name\`, \`bias\`, \`schedule\`, \`metric\`, \`checkpoints\` and more, not the function relu."
  `);
});

function relu(): void {}
