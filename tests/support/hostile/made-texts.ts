// Hostile texts: quotes that do not close, names of properties, nesting, numbers at the edge, bombs. Called by `hostileInputs`.
import { noise, pick } from './draw.ts';
import { bomb, file, LABEL, type Makers, many, pictureOf } from './make.ts';
import type { Item } from './tree.ts';

export const csv: Makers = {
  'a header of many columns': (draw) => {
    const count = 10 ** (2 + draw(4));
    const row = Array.from({ length: count }, (_, i) => i % 7).join(',');
    return file('a.csv', `${Array.from({ length: count }, (_, i) => `c${i}`).join(',')},label\n${many(3, (i) => `${row},${'ab'[i % 2]}`)}\n`);
  },
  'a quote that is never closed': (draw) => file('a.csv', `x,label\n1,a\n"${many(10 ** (1 + draw(5)), (i) => `${i},b`)}`),
  'quotes and delimiters alone': (draw) =>
    file('a.csv', Buffer.from(Uint8Array.from({ length: 10 ** (1 + draw(5)) }, () => pick(draw, [34, 44, 59, 9, 124, 10, 13])))),
  'a line without end': (draw) => file('a.csv', `x,label\n${'y'.repeat(10 ** (3 + draw(5)))},a\n`),
  'blank lines': (draw) => file('a.csv', `x,label\n${'\n'.repeat(10 ** (1 + draw(6)))}1,a\n`),
  'a header alone': (draw) => file('a.csv', pick(draw, ['x,label', 'x,label\n', 'label\n', '\n', ',,,\n', '"x","label"'])),
  'rows of other lengths': (draw) => file('a.csv', `x,label\n${many(500, () => ','.repeat(draw(20)))}`),
  'names of properties': (draw) => {
    const name = pick(draw, ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length']);
    return file('a.csv', `${name},valueOf,label\n${many(40, (i) => `${i % 7},${name},${i % 2 ? name : 'valueOf'}`)}\n`);
  },
  'numbers at the edge': (draw) =>
    file(
      'a.csv',
      `x,y,label\n${many(60, () => `${pick(draw, ['1e308', '-1e308', '1e-320', '9007199254740993', '1e999', '-0', '.5', '+1', '0x10', '1_000', 'Infinity'])},${draw(5)},${draw(2)}`)}\n`,
    ),
  'numbers to predict, at the edge': (draw) =>
    file('a.csv', `x,label\n${many(60, (i) => `${i % 11},${pick(draw, ['1e308', '-1e308', '1e999', '4.9e-324', '1e39', '12.5'])}`)}\n`),
  'dates that are none': (draw) =>
    file(
      'a.csv',
      `x,label\n${many(60, (i) => `${pick(draw, ['2024-02-31', '9999-99-99', '0000-01-01', '2024-01-01T99:00', '2024-01-01'])},${i % 2}`)}\n`,
    ),
  'as many classes as rows': (draw) => file('a.csv', `x,label\n${many(10 ** (2 + draw(4)), (i) => `${i % 11},class ${i}`)}\n`),
  'other encodings': (draw) => {
    const text = `größe,label\n${many(40, (i) => `Žluťoučký kůň ${i} 漢字 ελ,${i % 2}`)}\n`;
    const bytes = pick(draw, [
      Buffer.from(text, 'utf16le'),
      Buffer.from(text, 'utf16le').swap16(),
      Buffer.from(text, 'latin1'),
      noise(draw, 2000).map((byte) => byte | 128),
    ]);
    return file('a.csv', draw(2) ? bytes : Buffer.concat([Uint8Array.of(0xff, 0xfe), bytes]));
  },
  'paths of pictures': (draw, seed) => {
    const places = [
      '../secret/x.png',
      '/dev/zero',
      '/dev/stdin',
      'pipe.png',
      '1.png',
      './1.png',
      'link.png',
      'loop.png',
      'folder.png',
      'http://localhost/x.png',
      'file:///etc/x.png',
      '',
      '.',
      '1.png/',
      `${'a/'.repeat(500)}a.png`,
      'a\u0001.png',
    ];
    const lines = many(20, (i) => `${draw(8) > 0 ? `${i}.png` : pick(draw, places)},${i % 2}`);
    const picture = pictureOf(seed);
    const tree = new Map<string, Item>([
      ['list.csv', `file,label\n${lines}\n`],
      ...Array.from({ length: 20 }, (_, i): [string, Item] => [`${i}.png`, picture]),
      ['link.png', { link: '../secret/x.png' }],
      ['loop.png', { link: 'loop.png' }],
      ['folder.png/', ''],
      ['pipe.png', { pipe: true }],
    ]);
    return { tree, open: 'list.csv', options: { ...LABEL, ...(draw(2) && { image: 'file' }) } };
  },
  'a gzip bomb of rows': (draw) => file('a.csv.gz', bomb(pick(draw, ['1,a\n', '\n', 'x,y,label\n', '"', `${'1,'.repeat(300)}a\n`]), 120)),
  'a gzip bomb of zeros': () => file('a.csv.gz', bomb('\0', 600)),
};

export const json: Makers = {
  'nested deep': (draw) => {
    const depth = 10 ** (1 + draw(6));
    const [open, close] = pick(draw, [
      ['[', ']'],
      ['{"a":', '}'],
      ['[{"a":', '}]'],
    ] as const);
    return file('a.json', `${open.repeat(depth)}1${draw(2) ? close.repeat(depth) : ''}`);
  },
  'records nested deep': (draw) => {
    const depth = 10 ** (1 + draw(4));
    return file('a.json', `[${many(3, (i) => `{"label":${i % 2},"a":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`).replaceAll('\n', ',')}]`);
  },
  'names of properties': () =>
    file(
      'a.json',
      `[${many(40, (i) => `{"__proto__":${i % 5},"constructor":{"prototype":${i}},"toString":"a b c","label":${i % 2}}`).replaceAll('\n', ',')}]`,
    ),
  'columns named so': () => file('a.json', '{"__proto__":[1,2,3],"label":["a","b","a"]}'),
  'lists of other shapes': (draw) =>
    file(
      'a.json',
      `[${many(30, (i) => `{"v":${pick(draw, ['[]', '[[]]', '[[],[]]', '[1,[2]]', '[null]', '[[1,2],[3]]', '[true]', '["a",1]', '[{}]'])},"label":${i % 2}}`).replaceAll('\n', ',')}]`,
    ),
  'all kinds of values': (draw) =>
    file(
      'a.json',
      `[${many(30, () => pick(draw, ['1', '"a"', 'null', '[]', '{}', '{"label":null}', '{"label":[1]}', '{"label":{"a":1}}', '{"label":1e999,"x":1}', '{"label":true,"x":"a"}'])).replaceAll('\n', ',')}]`,
    ),
  'escapes without end': (draw) => file('a.json', `[{"x":"${'\\u0041'.repeat(10 ** (1 + draw(5)))}","label":NaN}]`),
  'a gzip bomb': (draw) => file('a.json.gz', bomb(pick(draw, ['[', '{"a":1}\n', ' ', '[[],']), 120)),
};

export const jsonl: Makers = {
  'names of their own in each row': (draw) =>
    file(
      'a.jsonl',
      many(10 ** (2 + draw(3)) * 3, (i) => `{"n${i}":${i},"label":${i % 2}}`),
    ),
  'nested deep': (draw) =>
    file(
      'a.jsonl',
      many(3, () => `${'{"a":'.repeat(10 ** (1 + draw(5)))}1`),
    ),
  'all kinds of values': (draw) =>
    file(
      'a.jsonl',
      many(60, (i) =>
        pick(draw, ['1', '"a"', '', 'null', '[]', `{"label":${i % 2},"x":${i}}`, '{"label":"a","x":[1,2]}', '{"x":"2024-01-01"}', '{"x":{}}']),
      ),
    ),
  'more names than there may be': () => file('a.jsonl', `{${Array.from({ length: 70_000 }, (_, i) => `"n${i}":1`).join(',')}}\n{"label":1}\n`),
  'a gzip bomb': (draw) => file('a.jsonl.gz', bomb(pick(draw, ['{"label":1,"x":1}\n', '\n', '{']), 120)),
};

export const svmlight: Makers = {
  'indices at the edge': (draw) =>
    file(
      'a.svmlight',
      many(
        60,
        (i) =>
          `${i % 2} 1:1 ${pick(draw, ['16777215:1', '16777216:1', '0:1', '2:1e999', '3:nan', '4:0x10', '5:', ':5', '6:1:2', '-1:1', '1e3:1', '9:1e39'])}`,
      ),
      {},
    ),
  'labels of all kinds': (draw) =>
    file(
      'a.svmlight',
      many(60, (i) => `${pick(draw, ['1', '-1', '1,2', ',', '1e999', 'nan', '+1', '0.5', '1,2,3,'])} ${1 + (i % 9)}:1`),
      {},
    ),
  'many labels': (draw) =>
    file(
      'a.svmlight',
      many(40, (i) => `${Array.from({ length: 10 ** draw(4) }, (_, k) => k).join(',')} ${1 + (i % 9)}:1`),
      {},
    ),
  'a long line': (draw) => file('a.svmlight', `1 ${Array.from({ length: 10 ** (2 + draw(4)) }, (_, i) => `${i + 1}:1`).join(' ')}\n-1 2:1\n`, {}),
  'a gzip bomb': (draw) => file('a.svmlight.gz', bomb(pick(draw, ['1 1:1\n', '#\n', '1 ', '\n']), 120), {}),
};
