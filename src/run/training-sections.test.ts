import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AugmentationOptions } from '../data/augment/augmentation.ts';
import { decodeImage } from '../data/images/decode.ts';
import { smallJpeg } from '../data/images/picture.ts';
import type { Data } from '../data/open/data.ts';
import { openData } from '../data/open/open-data.ts';
import type { Candidate } from '../plan/candidate.ts';
import type { GallerySection } from '../report/sections/gallery.ts';
import type { Told } from './told.ts';
import { batchSection, movementSection } from './training-sections.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-seen-'));
afterAll(() => rmSync(folder, { recursive: true }));
let data: Data;
beforeAll(async () => {
  for (const [c, name] of ['red', 'blue'].entries()) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < 20; i++) {
      const bytes = Uint8Array.from({ length: 24 * 24 * 3 }, (_, k) => (k % 3 === 2 * c ? 255 : (k * 31 + i * 997) % 200));
      writeFileSync(join(folder, name, `${i}.jpg`), await smallJpeg({ height: 24, width: 24, data: bytes }, 24));
    }
  }
  data = await openData(folder, { duplicates: 'off' });
});

const input = { resize: { size: [16, 16] as const }, mean: [0.5], std: [0.25] };
/** A run whose candidates are as given. */
const toldOf = (...candidates: Partial<Candidate>[]) =>
  ({ fitted: { data, judged: candidates.map((candidate) => ({ candidate })) } }) as unknown as Told;
const reader = { reading: { kind: 'image', backbone: { input } } } as unknown as Candidate['reader'];
const batch = async (augment: AugmentationOptions) =>
  (await batchSection(toldOf({ name: 'linear probe', reader }, { name: 'fine-tuned', reader, augment }))) as GallerySection[];

describe('batchSection', () => {
  it('shows sixteen training pictures with their classes, the same each time', async () => {
    const [section] = await batch({ crop: { minArea: 0.3 }, flip: {} });
    expect(section?.examples).toHaveLength(16);
    expect(section?.note).toContain('“fine-tuned” saw them in its first epoch: random parts of the picture and mirror images');
    expect(await batch({ crop: { minArea: 0.3 }, flip: {} })).toEqual([section]);
    for (const { picture, caption, name } of section?.examples ?? []) {
      const { data } = await decodeImage(picture as Uint8Array);
      const sum = (channel: number) => data.reduce((all, level, i) => (i % 3 === channel ? all + level : all), 0);
      expect(sum(0) > sum(2) ? 'red' : 'blue', name).toBe(caption);
    }
  });

  it('shows what was changed: without a change a picture is itself', async () => {
    const [[changed], [plain]] = [await batch({ crop: { minArea: 0.1, maxArea: 0.2 } }), await batch({ flip: { horizontal: 0 } })];
    expect(changed?.examples.map(({ name }) => name)).toEqual(plain?.examples.map(({ name }) => name));
    expect(
      changed?.examples.filter(({ picture }, i) => Buffer.compare(picture as Uint8Array, plain?.examples[i]?.picture as Uint8Array) === 0),
    ).toEqual([]);
  });

  it('is left out where nothing learnt from changed pictures', async () => {
    expect(await batchSection(toldOf({ name: 'linear probe', reader }))).toEqual([]);
  });
});

it('movementSection tells the fine-tuned candidate by groups, against what it began with', () => {
  const parameters = [
    { id: 'a', numbers: 3, learnt: true, distance: 3, norm: 30 },
    { id: 'b', numbers: 1, learnt: true, distance: 4, norm: 40 },
    { id: 'c', numbers: 9, learnt: false, distance: 0, norm: 100 },
  ];
  const groups = [{ name: 'stem', kind: 'shared' as const, parameters, statistics: { all: 2, changed: 0 } }];
  const [section] = movementSection(toldOf({ name: 'linear probe' }, { name: 'fine-tuned', movement: { from: 'net', groups } }));
  expect(section).toMatchObject({ kind: 'movement', groups: [{ name: 'stem', began: 'net', kept: 2 }] });
  expect(section?.kind === 'movement' && section.groups[0]?.moved).toBeCloseTo(0.1, 10);
  expect(movementSection(toldOf({ name: 'linear probe' }))).toEqual([]);
});
