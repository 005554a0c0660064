import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadBackbone } from '../src/backbones/load-backbone.ts';
import { DEFAULT_BACKBONES, TEXT_BLOCKS } from '../src/plan/pretrained.ts';
import { averagedFeatures, featuresOf, headed } from '../src/plan/headed.ts';
import { pictureRows, textRows } from '../src/plan/sources.ts';
const D = '/work/shared/data'; const O = '/tmp/wb-feat'; mkdirSync(O, { recursive: true });
const save = (name: string, data: Float32Array, width: number, labels: string[]) => { writeFileSync(join(O, name + '.f32'), Buffer.from(data.buffer, data.byteOffset, data.byteLength)); writeFileSync(join(O, name + '.json'), JSON.stringify({ width, labels })); console.log(name, data.length / width, width); };
// images
{
  const b = await loadBackbone(DEFAULT_BACKBONES.image); if (b.kind !== 'image') throw 0;
  const h = headed(await b.load(), 2);
  const folder = (root: string, most: number) => readdirSync(root).flatMap((c) => readdirSync(join(root, c)).slice(0, most).map((f) => ({ name: f, source: join(root, c, f), label: c })));
  const digits: any[] = [];
  const raw = gunzipSync(readFileSync(join(D, 'usps', readdirSync(join(D, 'usps')).find((f) => /test.*image/.test(f)) as string)));
  for (let i = 0; i < 300; i++) digits.push({ name: 'd' + i, label: 'digit', source: await sharp(raw.subarray(16 + i * 256, 16 + (i + 1) * 256), { raw: { width: 16, height: 16, channels: 1 } }).resize(224, 224).png().toBuffer() });
  const noise: any[] = [];
  for (let i = 0; i < 150; i++) { const a = Buffer.alloc(64 * 64 * 3); for (let k = 0; k < a.length; k++) a[k] = (Math.random() * 256) | 0; noise.push({ name: 'n' + i, label: 'noise', source: await sharp(a, { raw: { width: 64, height: 64, channels: 3 } }).resize(224, 224, {kernel: i % 2 ? 'nearest':'cubic'}).png().toBuffer() }); }
  const sets: Record<string, any[]> = { amazon: folder(join(D, 'office-caltech10/amazon'), 1000), webcam: folder(join(D, 'office-caltech10/webcam'), 1000), caltech: folder(join(D, 'office-caltech10/caltech10'), 60), cifar: folder(join(D, 'cifar10/test'), 40), digits, noise };
  for (const [name, list] of Object.entries(sets)) {
    const inputs: any = { kind: 'image', photos: { name: 'p', length: list.length, kind: 'photo', values: list } };
    const src = pictureRows(inputs, b.input, { name, rows: Int32Array.from(list.keys()) });
    const f = await featuresOf(h, src, {}); await src.close();
    save('img-' + name, f.data as Float32Array, h.width, list.map((p) => p.label));
  }
}
{
  const b = await loadBackbone(DEFAULT_BACKBONES.text); if (b.kind !== 'text') throw 0;
  const h = headed(averagedFeatures(await b.load(), TEXT_BLOCKS), 2);
  const tsv = (f: string) => readFileSync(join(D, 'sentiment-sentences', f + '.tsv'), 'utf8').split('\n').filter((l) => l).map((l) => { const [t, y] = l.split('\t'); return { t: t as string, y: (y ?? '').trim() }; });
  const lines = (p: string) => { const dir = join(D, 'lafand-mt', p); const f = readdirSync(dir); console.log(p, f); return f; };
  const cells = tsv('amazon_cells'); const words = cells.flatMap(({ t }) => t.split(' '));
  const chars = 'abcdefghijklmnopqrstuvwxyz';
  const foreign = (lang: string) => { const dir = join(D, 'lafand-mt', 'en-' + lang); const f = lines('en-' + lang).find((x) => x.includes('test') && (x.includes('.' + lang) )) as string; return gunzipSync(readFileSync(join(dir, f))).toString('utf8').split('\n').slice(0, 300); };
  const english = () => { const dir = join(D, 'lafand-mt', 'en-swa'); const f = readdirSync(dir).find((x) => x.includes('test') && x.includes('.en')) as string; return gunzipSync(readFileSync(join(dir, f))).toString('utf8').split('\n').slice(0, 300); };
  const R = (n: number) => (Math.random() * n) | 0;
  const sets: Record<string, { t: string; y: string }[]> = {
    cells, imdb: tsv('imdb').slice(0, 300),
    swa: foreign('swa').map((t) => ({ t, y: 'x' })), news: english().map((t) => ({ t, y: 'x' })),
    gibberish: Array.from({ length: 300 }, () => ({ t: Array.from({ length: 5 + R(12) }, () => Array.from({ length: 2 + R(8) }, () => chars[R(26)]).join('')).join(' '), y: 'x' })),
    shuffled: Array.from({ length: 300 }, () => ({ t: Array.from({ length: 5 + R(12) }, () => words[R(words.length)]).join(' '), y: 'x' })),
  };
  for (const [name, list] of Object.entries(sets)) {
    const col: any = { name: 't', length: list.length, kind: 'string', values: { length: list.length, at: (i: number) => list[i]?.t } };
    const f = await featuresOf(h, textRows([col], b, { name, rows: Int32Array.from(list.keys()) }), {});
    save('txt-' + name, f.data as Float32Array, h.width, list.map((p) => p.y));
    writeFileSync(join(O, 'txt-' + name + '.txt'), list.map((p) => p.t.replaceAll('\n', ' ')).join('\n'));
  }
}
