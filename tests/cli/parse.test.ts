// Words of a command line to flags and arguments, over records of every kind.
import { expect, test } from 'vitest';
import type { CommandWords } from '../../apps/cli/command-words.ts';
import { commands, help } from '../../apps/cli/commands/index.ts';
import { checkArguments, checkFlags, parse } from '../../apps/cli/parse.ts';

const command = {
  name: 'try',
  summary: 'Tries',
  args: [
    { name: 'data', help: 'A folder or file.' },
    { name: 'how', help: 'In which way.', values: ['fast', 'good'], optional: true },
  ],
  flags: {
    epochs: { default: 10, range: { min: 1 }, integer: true, help: 'Passes.' },
    time: { default: 10, range: { above: 0 }, unit: 'minutes', help: 'Budget.' },
    learningRate: { default: 0.1, range: { above: 0 }, help: 'Rate.' },
    out: { default: '', short: 'o', placeholder: 'file', path: true, help: 'Where to.' },
    preset: { default: 'good', values: ['fast', 'good', 'best'], help: 'How well.' },
    cache: { default: true, help: 'Keep features.' },
    drop: { default: '', list: true, help: 'Columns to leave out.' },
  },
  examples: [{ line: 'graft try photos/', does: 'tries' }],
} as const satisfies CommandWords;

const flagsOf = (...words: string[]) => parse(command, words).flags;
const errorOf = (...words: string[]) => {
  try {
    checkArguments(command, parse(command, words).args);
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
};

test('what is not given has its default', () => {
  const unset = { epochs: 10, time: 10, learningRate: 0.1, out: '', preset: 'good', cache: true, drop: [], json: false, verbose: false, help: false };
  expect(parse(command, ['photos'])).toEqual({ args: ['photos'], flags: unset });
});

test('values are read in every way of writing them', () => {
  expect(flagsOf('--epochs', '3', '--learning-rate=1e-3', '-o', 'a b.csv', '--no-cache', '--json')).toMatchObject({
    epochs: 3,
    learningRate: 0.001,
    out: 'a b.csv',
    cache: false,
    json: true,
  });
  expect(flagsOf('--drop', 'id', '--drop=name', '--drop', 'id')).toMatchObject({ drop: ['id', 'name', 'id'] });
  expect(flagsOf('--epochs', '3', '--epochs=3', '--json', '--json')).toMatchObject({ epochs: 3, json: true });
  expect(['20m', '90s', '1.5h', '3'].map((word) => flagsOf('--time', word).time)).toEqual([20, 1.5, 90, 3]);
  expect(flagsOf('--out=-x')).toMatchObject({ out: '-x' });
  expect(flagsOf('-o', '-5')).toMatchObject({ out: '-5' });
  expect(parse(command, ['a', '--', '--epochs']).args).toEqual(['a', '--epochs']);
  expect(parse(command, ['--cache', 'a', '-opath', 'fast'])).toMatchObject({ args: ['a', 'fast'], flags: { out: 'path', cache: true } });
});

test('the command line wins over defaults from a file', () => {
  const defaults = checkFlags(command.flags, { epochs: 7, drop: 'id', cache: false }, 'graft.config.json, `try`');
  expect(parse(command, ['a', '--epochs', '2'], defaults).flags).toMatchObject({ epochs: 2, drop: ['id'], cache: false });
});

test.each([
  ['a flag that there is not', ['--epoch', '3'], 'graft try: there is no option `--epoch`; did you mean `--epochs`?'],
  ['one in camel case', ['--learningRate', '3'], 'graft try: there is no option `--learningRate`; did you mean `--learning-rate`?'],
  ['no of what has none', ['--no-epochs'], 'graft try: there is no option `--no-epochs`; did you mean `--epochs`?'],
  ['text for a number', ['--epochs', 'many'], "graft try: `--epochs` (='many') must be a number."],
  ['a blank for a number', ['--epochs= '], "graft try: `--epochs` (=' ') must be a number."],
  ['nothing for a value', ['--out='], 'graft try: `--out` has an empty value; leave it out, or give one.'],
  ['nothing for a value in quotes', ['--out', ''], 'graft try: `--out` has an empty value; leave it out, or give one.'],
  ['two values', ['-o', 'a', '--out=b'], "graft try: `--out` is given twice, as 'a' and as 'b'; keep one of them."],
  ['yes and no', ['--cache', '--no-cache'], "graft try: `--cache` is given twice, as 'true' and as 'false'; keep one of them."],
  ['a fraction', ['--epochs', '1.5'], 'graft try: `--epochs` (=1.5) must be an integer >= 1; its default is 10.'],
  ['a negative number', ['--learning-rate', '-1'], 'graft try: `--learning-rate` (=-1) must be a finite number > 0; its default is 0.1.'],
  [
    'a value that is not in the list',
    ['--preset', 'bets'],
    "graft try: `--preset` (='bets') must be one of 'fast', 'good', 'best'; its default is 'good'. Did you mean 'best'?",
  ],
  ['no value at the end', ['--preset'], 'graft try: `--preset` needs a value: `--preset fast`.'],
  [
    'a flag for a value',
    ['--out', '--json'],
    'graft try: `--out` needs a value, but `--json` follows; a value that begins with a dash is written `--out=--json`.',
  ],
  ['a value for a switch', ['--json=yes'], 'graft try: `--json` takes no value; write `--json` or `--no-json`.'],
  ['no argument', [], 'graft try: <data> is missing, a folder or file; for instance `graft try photos/`.'],
  ['an empty argument', [''], 'graft try: <data> is empty.'],
  [
    'too many arguments',
    ['a', 'fast', 'c'],
    'graft try: takes only <data> <how>, but was given `c` after `fast`; leave it out, or run the command again for it.',
  ],
  ['an argument that is not in the list', ['a', 'fats'], 'graft try: there is no how `fats`; did you mean `fast`?'],
])('%s is refused', (_, words, message) => {
  expect(errorOf(...words)).toBe(message);
});

test('every record of every command fits itself', () => {
  for (const { flags, name } of [...commands, help]) {
    const defaults = Object.fromEntries(Object.entries(flags).map(([flag, record]) => [flag, record.default]));
    expect(() => checkFlags(flags, defaults, name)).not.toThrow();
  }
});
