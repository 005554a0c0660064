// Hostile arrays: types and sizes that lie. Called by `hostileInputs`.
import { npyFile } from '../npy-file.ts';
import { zipFile } from '../zip-file.ts';
import { type Draw, noise, pick } from './draw.ts';
import { bomb, EVIL, file, type Makers, renamed } from './make.ts';
import { idxFile } from './seeds.ts';

const TYPES = [
  '<f4',
  '|u1',
  '>i2',
  '<f8',
  '<f2',
  '<U0',
  '<U9',
  '<U999999999',
  '|S4',
  '|O',
  '<c8',
  '<M8[s]',
  '|V5',
  '|b1',
  '<i8',
  'f4',
  '<x4',
  '',
  '[("a","<f4")]',
];
const SHAPES = [
  [24, 4],
  [24],
  [],
  [0],
  [0, 4],
  [24, 0],
  [2 ** 31, 4],
  [2 ** 53, 2 ** 53],
  [24, 2 ** 31],
  [2 ** 40],
  [1, 1, 1, 1, 1, 1, 96],
  [96],
  [6, 4, 4],
];
const array = (draw: Draw) => npyFile(pick(draw, TYPES), pick(draw, SHAPES), new Uint8Array(24 * 16));
export const npy: Makers = {
  'types and shapes that lie': (draw) => ({ tree: new Map([['a.npy', array(draw)]]), open: 'a.npy' }),
  'a header of anything': (draw) => {
    const text = pick(draw, [
      "{'descr': '<f4', 'fortran_order': True, 'shape': (24, 4)}",
      "{'shape': (-1,)}",
      '{',
      "{'descr': [('a','<f4')], 'shape': (3,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (24L, 4L)}",
      `{'shape': (${'1,'.repeat(3000)})}`,
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(pick(draw, [text.length, 0, 65535, text.length + 400]));
    return {
      tree: new Map([
        [
          'a.npy',
          Buffer.concat([
            Buffer.from(`\x93NUMPY${pick(draw, ['\x01\x00', '\x02\x00', '\x03\x00', '\x09\x00'])}`, 'latin1'),
            length,
            Buffer.from(text),
            new Uint8Array(384),
          ]),
        ],
      ]),
      open: 'a.npy',
    };
  },
  'numbers that are none': (draw) => ({
    tree: new Map([
      [
        'a.npy',
        npyFile(
          '<f4',
          [24, 4],
          Float32Array.from({ length: 96 }, () => pick(draw, [Number.NaN, Number.POSITIVE_INFINITY, 3e38, -0])),
        ),
      ],
    ]),
    open: 'a.npy',
  }),
  'a gzip bomb': () => ({ tree: new Map([['a.npy.gz', bomb('\0', 600)]]), open: 'a.npy.gz' }),
};

export const npz: Makers = {
  'arrays that lie': async (draw) => {
    const names = ['X', 'y', 'x_train', 'y_train', 'x_test', '__proto__', 'label', 'labels', 'a/b'];
    return file('a.npz', await zipFile(new Map(Array.from({ length: 1 + draw(4) }, () => [`${pick(draw, names)}.npy`, array(draw)]))), {});
  },
  'labels that fit nothing': async (draw) =>
    file(
      'a.npz',
      await zipFile(
        new Map([
          ['X.npy', npyFile('<f4', [24, 4], new Float32Array(96))],
          [
            'y.npy',
            npyFile(
              pick(draw, ['<f4', '|u1', '<U6']),
              pick(draw, [[24], [24, 1], [4, 6], [23], [24, 2]]),
              new Uint8Array(pick(draw, [24, 96, 576, 48])),
            ),
          ],
        ]),
      ),
      {},
    ),
  'names that lead elsewhere': async (draw) =>
    file(
      'a.npz',
      renamed(await zipFile(new Map([[`${'q'.repeat(20)}.npy`, npyFile('<f4', [24, 4], new Float32Array(96))]])), 'q'.repeat(20), pick(draw, EVIL)),
      {},
    ),
  'a bomb': async () =>
    file('a.npz', await zipFile(new Map(Array.from({ length: 9 }, (_, i) => [`x${i}.npy`, npyFile('|u1', [2 ** 25], new Uint8Array(2 ** 25))]))), {}),
};

export const idx: Makers = {
  'sizes that lie': (draw) => {
    const dims = Array.from({ length: draw(6) }, () => pick(draw, [0, 1, 5, 6, 24, 2 ** 16, 2 ** 31, 2 ** 32 - 1]));
    return {
      tree: new Map([
        ['train-images-idx3-ubyte', idxFile(dims, new Uint8Array(720))],
        ['train-labels-idx1-ubyte', idxFile([pick(draw, [24, 23, 0, 2 ** 31])], new Uint8Array(24))],
      ]),
      open: draw(2) ? '' : 'train-images-idx3-ubyte',
      options: {},
    };
  },
  'many sizes': (draw) => ({
    tree: new Map([
      ['a.idx', Buffer.concat([Uint8Array.of(0, 0, pick(draw, [8, 14]), 255), Buffer.alloc(255 * 4, pick(draw, [0, 1, 255])), new Uint8Array(900)])],
    ]),
    open: 'a.idx',
  }),
  'files that lack the other': (draw) => {
    const names = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 'images-idx3-ubyte.gz', 'x-labels.idx1-ubyte'];
    return {
      tree: new Map(
        Array.from({ length: 1 + draw(3) }, () => [
          pick(draw, names),
          draw(2) ? idxFile([24, 6, 5], noise(draw, 720)) : idxFile([24], new Uint8Array(24)),
        ]),
      ),
      open: '',
      options: {},
    };
  },
  'a gzip bomb': () => ({
    tree: new Map([['train-images-idx3-ubyte.gz', bomb('\0', 300, idxFile([300 * 2 ** 10, 32, 32], new Uint8Array()))]]),
    open: 'train-images-idx3-ubyte.gz',
    options: {},
  }),
};
