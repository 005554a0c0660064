// Hostile folders: links that lead out, pipes, names that mean something, files that name others. Called by `hostileInputs`.
import { noise, pick } from './draw.ts';
import type { Makers } from './make.ts';
import type { Item } from './tree.ts';

export const imageFolder: Makers = {
  'links that lead out': (draw, { tree }) => {
    const links = ['../secret', '../secret/x.png', '..', '.', '/', '/etc', '/dev/zero', '/proc/self/fd', 'nowhere', 'links/a', ''];
    return {
      tree: new Map([
        ...tree,
        ...Array.from({ length: 1 + draw(4) }, (_, i): [string, Item] => [
          `${pick(draw, ['cats', 'dogs', 'links'])}/l${i}${draw(2) ? '.png' : ''}`,
          { link: pick(draw, links) || 'x' },
        ]),
      ]),
      open: '',
      options: {},
    };
  },
  'pipes and folders called pictures': (draw, { tree }) => ({
    tree: new Map<string, Item>([
      ...tree,
      ['cats/pipe.png', { pipe: true }],
      ['dogs/folder.png/', ''],
      [`${pick(draw, ['cats', 'new', 'train'])}/x.jpg`, ''],
    ]),
    open: '',
    options: {},
  }),
  'a deep folder': (draw, { tree }) => ({
    tree: new Map([...tree, [`${'d/'.repeat(10 ** draw(3) * 2)}x.png`, noise(draw, 99)]]),
    open: '',
    options: {},
  }),
  'names that mean something': (draw, { tree }) => {
    const picture = [...tree.values()][0] as Uint8Array;
    return {
      tree: new Map(
        Array.from({ length: 12 }, (_, i) => [
          `${pick(draw, ['__proto__', 'constructor', 'train', 'test', 'Test', 'val', ' ', 'a\nb', '\u202e', 'CON', '%00', "'"])}/${i}${pick(draw, ['.png', '.PNG', '.jpg.png', '.tar.png'])}`,
          picture,
        ]),
      ),
      open: '',
      options: {},
    };
  },
  'files that are no pictures': (draw, { tree }) => {
    const contents = [
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
      'GIF89a',
      '%PDF-1.4',
      '#!/bin/sh\n',
      '\x89PNG\r\n\x1a\n',
      'RIFF\xff\xff\xff\xffWEBP',
    ];
    return {
      tree: new Map([...tree].map(([path, bytes]) => [path, draw(3) === 0 ? Buffer.from(pick(draw, contents), 'latin1') : bytes])),
      open: '',
      options: { onDamaged: draw(2) ? 'skip' : 'fail', maxDamaged: 0.5 },
    };
  },
  'pictures of claimed sizes': (draw, { tree }) => {
    const claim = (bytes: Uint8Array) => {
      const changed = Buffer.from(bytes);
      if (changed.length > 24) changed.writeUInt32BE(pick(draw, [0, 1, 65535, 2 ** 31 - 1, 2 ** 32 - 1]), 16 + 4 * draw(2));
      return changed;
    };
    return {
      tree: new Map([...tree].map(([path, bytes]) => [path, path.endsWith('.png') ? claim(bytes as Uint8Array) : bytes])),
      open: '',
      options: {},
    };
  },
};

export const huggingface: Makers = {
  'files that name others': (draw) => {
    const name = pick(draw, ['../secret/x.arrow', '/etc/passwd', '..', '.', '', 'a\0b', 'state.json', 'data.arrow', '__proto__']);
    return {
      tree: new Map<string, Item>([
        ['state.json', JSON.stringify({ _data_files: pick(draw, [[{ filename: name }], [null], [1], {}, null, [{ filename: 1 }]]) })],
        ['dataset_info.json', pick(draw, ['{}', '[', 'null', '{"features":{"__proto__":1}}'])],
        ['data.arrow', noise(draw, 99)],
      ]),
      open: '',
      options: {},
    };
  },
  'splits that lead elsewhere': (draw) => ({
    tree: new Map([
      ['dataset_dict.json', JSON.stringify({ splits: pick(draw, [['../secret'], ['/etc'], [1], null, ['train'], ['train', 'train']]) })],
      ['train/state.json', '{}'],
    ]),
    open: '',
    options: {},
  }),
};
