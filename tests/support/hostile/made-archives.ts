// Hostile archives: entries that lead elsewhere, directories that lie, bombs. Called by `hostileInputs`.
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';
import { zipFile } from '../zip-file.ts';
import { noise, pick } from './draw.ts';
import { bomb, EVIL, file, type Makers, pictureOf, picturesIn, renamed } from './make.ts';

async function tarOf(entries: readonly (Partial<Header> & { readonly name: string; readonly bytes?: Uint8Array })[]): Promise<Buffer> {
  const archive = pack();
  for (const { bytes, ...header } of entries) {
    if (bytes) archive.entry(header, Buffer.from(bytes));
    else archive.entry(header);
  }
  archive.finalize();
  return buffer(archive as unknown as AsyncIterable<Uint8Array>);
}

/** An archive whose directory says something else of sizes or ways of packing. */
function withDirectory(archive: Buffer, change: (entry: Buffer) => void): Buffer {
  for (let at = archive.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = archive.indexOf('PK\x01\x02', at + 4, 'latin1'))
    change(archive.subarray(at));
  return archive;
}

export const zip: Makers = {
  'names that lead elsewhere': async (draw, seed) => {
    const [place, picture] = ['q'.repeat(24), pictureOf(seed)];
    return file(
      'a.zip',
      renamed(
        await zipFile(
          new Map([
            [`${place}.png`, picture],
            ['a/1.png', picture],
            ['b/1.png', picture],
          ]),
        ),
        place,
        pick(draw, EVIL),
      ),
      {},
    );
  },
  'a directory that lies': async (draw, seed) => {
    const archive = await zipFile(picturesIn(seed));
    return file(
      'a.zip',
      withDirectory(archive, (entry) => {
        if (draw(3) > 0) return;
        const [at, width] = pick(draw, [
          [8, 2],
          [10, 2],
          [16, 4],
          [20, 4],
          [24, 4],
          [28, 2],
          [30, 2],
          [32, 2],
          [38, 4],
          [42, 4],
        ] as const);
        entry.writeUIntLE(pick(draw, [0, 1, 12, 255, 65535, 2 ** 31, 2 ** 32 - 1]) % 2 ** (8 * width), at, width);
      }),
      {},
    );
  },
  'links and devices': async (draw, seed) =>
    file(
      'a.zip',
      withDirectory(await zipFile(picturesIn(seed)), (entry) => {
        entry.writeUInt16LE(0x0314, 4);
        entry.writeUInt32LE((pick(draw, [0o120777, 0o010777, 0o060777, 0o040777, 0o100000]) << 16) >>> 0, 38);
      }),
      {},
    ),
  // Stored: to pack each entry takes yazl a buffer of its own, two gigabytes for all.
  'many entries': async (draw) => {
    const entries = Array.from({ length: 10 ** (1 + draw(4)) }, (_, i) => [`${i % 3}/${i}.png`, new Uint8Array(i % 2)] as const);
    return file('a.zip', await zipFile(new Map(entries), false), {});
  },
  'a bomb': async (draw) =>
    file('a.zip', await zipFile(new Map(Array.from({ length: 2 + draw(10) }, (_, i) => [`${i % 2}/${i}.png`, new Uint8Array(2 ** 25)]))), {}),
  'a zip in a zip': async (draw, seed) =>
    file(
      'a.zip',
      await zipFile(
        new Map([
          ['a/1.png', await zipFile(picturesIn(seed))],
          ['b.zip', noise(draw, 99)],
        ]),
      ),
      {},
    ),
};

/** A tar file whose first entry claims another size, with the checksum that goes with it. */
function ofSize(archive: Buffer, size: string): Buffer {
  const changed = Buffer.from(archive);
  changed.write(size, 124, 12, 'latin1');
  changed.fill(' ', 148, 156);
  const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}

export const tar: Makers = {
  'names that lead elsewhere': async (draw, seed) => {
    const picture = pictureOf(seed);
    return file(
      'a.tar',
      await tarOf([
        {
          name: pick(
            draw,
            EVIL.filter((name) => name !== ''),
          ),
          bytes: picture,
        },
        { name: 'a/1.png', bytes: picture },
        { name: 'b/1.png', bytes: picture },
      ]),
      {},
    );
  },
  'links and devices': async (draw) => {
    const type = pick(draw, ['symlink', 'link', 'character-device', 'block-device', 'fifo', 'directory', 'contiguous-file'] as const);
    return file(
      'a.tar',
      await tarOf([
        {
          name: 'a/x.png',
          type,
          linkname: pick(draw, ['/etc/passwd', '../../x', 'a/x.png', '']),
          // Only of such an entry a writer expects bytes, and waits for them.
          ...(type === 'contiguous-file' && { bytes: new Uint8Array(9) }),
        },
        { name: 'a/x.png/y.png', bytes: new Uint8Array(9) },
        { name: 'b/1.png', bytes: new Uint8Array(9) },
      ]),
      {},
    );
  },
  'sizes that lie': async (draw, seed) => {
    const archive = await tarOf([...picturesIn(seed)].map(([name, bytes]) => ({ name, bytes })));
    const size = pick(draw, [
      '77777777777',
      '00000000000',
      '-0000000001',
      '\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
      '           ',
      'zzzzzzzzzzz',
    ]);
    return file(
      'a.tar',
      draw(2) ? ofSize(archive, size) : Buffer.concat([archive.subarray(0, 124), Buffer.from(size, 'latin1'), archive.subarray(124 + size.length)]),
      {},
    );
  },
  'headers for names': async (draw) =>
    file(
      'a.tar',
      await tarOf([
        {
          name: 'a/1.png',
          pax: { path: pick(draw, EVIL), size: pick(draw, ['1e99', '-1', '99999999999999', 'x']), linkpath: '/etc' },
          bytes: new Uint8Array(9),
        },
      ]),
      {},
    ),
  'a gzip bomb': (draw) => file('a.tgz', bomb(draw(2) ? '\0' : 'a', 600), {}),
  'a picture that is a bomb': async (draw) => {
    const header = (await tarOf([{ name: 'a/1.png', bytes: new Uint8Array(1) }])).subarray(0, 512);
    const mebibytes = pick(draw, [100, 250, 300]);
    return file('a.tgz', bomb('\0', mebibytes, ofSize(header, `${(mebibytes * 2 ** 20).toString(8).padStart(11, '0')}\0`)), {});
  },
};
