// What lies beside a model answers as Graft does: `predict.mjs` in Node, `demo.html` in a browser, for pictures, pairs of texts and rows of a table.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load, openUnlabelled, predict } from '../../src/index.ts';
import { chromiumPath, NO_CHROMIUM } from '../support/chromium.ts';
import { numbersModel, pairModel, pictureModel, tableModel, wordsModel } from '../support/small-models.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-beside-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const models = {
  picture: pictureModel(join(root, 'pictures')),
  pair: pairModel(join(root, 'pairs')),
  table: tableModel(join(root, 'rows')),
  words: wordsModel(join(root, 'words')),
};

const LONG = 'a very long answer that says the same again and again, '.repeat(8);
const pairs = [
  { question: 'Where is the soup?', "the answer's text": 'On the table.' },
  { question: 'Was it good?', "the answer's text": LONG },
  { question: LONG, "the answer's text": LONG },
  { question: 'Why?', "the answer's text": '' },
];
const rows = [
  { age: 31, colour: 'green', said: 'Very good, very good!', day: '2021-05-06T07:30', came: '3/4/2021', gone: '3/4/2021 18:15' },
  { age: null, colour: 'blue', said: '', day: '2024-12-31T23:59', came: '04.03.2021', gone: '12/31/2021' },
  { age: 9999, colour: 'red', said: 'bad', day: '2022-02-03', came: '1.2.2021', gone: '1/2/2021' },
];
const csv = (list: readonly Readonly<Record<string, unknown>>[]) => {
  const names = Object.keys(list[0] ?? {});
  const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  return `${[names, ...list.map((row) => names.map((name) => row[name]))].map((line) => line.map(cell).join()).join('\n')}\n`;
};
const files = { picture: [] as string[], pair: join(root, 'pairs.csv'), table: join(root, 'rows.csv'), words: join(root, 'words.csv') };

beforeAll(async () => {
  writeFileSync(files.pair, csv(pairs));
  writeFileSync(files.table, csv(rows));
  const noise = Buffer.alloc(90 * 61 * 3);
  for (let i = 0; i < noise.length; i++) noise[i] = (i * 7919 + (i >> 5) * 31) % 256;
  const raw = { raw: { width: 90, height: 61, channels: 3 } } as const;
  const at = (name: string) => join(root, name);
  await sharp(noise, raw).png().toFile(at('noise.png'));
  await sharp(noise, raw).blur(3).jpeg().withMetadata({ orientation: 6 }).toFile(at('turned.jpg'));
  await sharp(noise, raw).resize(20, 30, { fit: 'fill' }).greyscale().png().toFile(at('small-grey.png'));
  const photos = ['examples/photos/coffee.jpg', 'examples/photos/cat.jpg'].map((path) => resolve(import.meta.dirname, '../..', path));
  files.picture.push(at('noise.png'), at('turned.jpg'), at('small-grey.png'), ...photos);
});

/** What Graft itself says. */
async function own(model: string, paths: string | readonly string[], options = {}): Promise<(readonly number[])[]> {
  const list: (readonly number[])[] = [];
  for await (const { values } of predict(model, paths, options)) list.push(values);
  return list;
}

/** What Graft flags as unlike anything seen. */
async function flagsOf(model: string, paths: string | readonly string[]): Promise<(boolean | undefined)[]> {
  const list: (boolean | undefined)[] = [];
  for await (const { unknown } of predict(model, paths)) list.push(unknown);
  return list;
}

function expectClose(given: readonly number[] | undefined, wanted: readonly number[] | undefined, within: number): void {
  expect(given).toHaveLength(wanted?.length ?? -1);
  wanted?.forEach((value, i) => {
    expect(Math.abs((given?.[i] ?? Number.NaN) - value), `${given} beside ${wanted}`).toBeLessThan(within);
  });
}

describe('predict.mjs', () => {
  const run = (model: string, ...given: readonly string[]) => spawnSync('node', [join(model, 'predict.mjs'), ...given], { encoding: 'utf8' });
  const values = (model: string, ...given: readonly string[]) => {
    const { stdout, stderr } = run(model, ...given);
    expect(stderr).toBe('');
    return stdout
      .trim()
      .split('\n')
      .map((line) => Object.values((JSON.parse(line) as { probabilities: Record<string, number> }).probabilities));
  };

  it('reads pictures to the level as Graft does: turned, grey, smaller than the crop', async () => {
    const wanted = await own(models.picture, files.picture);
    values(models.picture, ...files.picture).forEach((given, i) => {
      expectClose(given, wanted[i], 1e-5);
    });
  });

  it('flags what Graft flags, by the output of the graph', async () => {
    const flags = await flagsOf(models.picture, files.picture);
    expect(new Set(flags)).toEqual(new Set([true, false]));
    const lines = run(models.picture, ...files.picture)
      .stdout.trim()
      .split('\n');
    expect(lines.map((line) => 'unknown' in JSON.parse(line))).toEqual(flags);
  });

  it('reads pairs of texts, the longer cut first', async () => {
    const wanted = await own(models.pair, files.pair);
    values(models.pair, ...pairs.map((pair) => JSON.stringify(pair))).forEach((given, i) => {
      expectClose(given, wanted[i], 1e-5);
    });
    expect(new Set(wanted.map((one) => one[0]?.toFixed(6))).size).toBe(pairs.length);
  });

  it('reads rows of a table with texts and dates', async () => {
    const wanted = await own(models.table, files.table);
    values(models.table, ...rows.map((row) => JSON.stringify(row))).forEach((given, i) => {
      expectClose(given, wanted[i], 1e-5);
    });
  });

  it('reads a date whose year comes first in any column of dates', async () => {
    const row = { age: null, colour: null, said: null, day: null, came: '2021-04-03', gone: '2021-03-04T18:15' };
    expectClose(
      values(models.table, JSON.stringify(row))[0],
      values(models.table, JSON.stringify({ ...row, came: '3/4/2021', gone: '3/4/2021 18:15' }))[0],
      1e-9,
    );
  });

  it('says which columns are not there, and counts them as missing', () => {
    const given = { age: 31, said: 'Very good', came: '3/4/2021', gone: null };
    const { stdout, stderr } = run(models.table, JSON.stringify(given));
    expect(stderr).toBe('Row 1 has no "colour", "day", which counts as missing.\n');
    const known = JSON.parse(run(models.table, JSON.stringify({ ...given, colour: null, day: null })).stdout);
    expect(JSON.parse(stdout).probabilities).toEqual(known.probabilities);
  });

  it('counts the words of two texts, without pairs of words across them', async () => {
    const texts = [{ first: 'Good', second: 'soup, good soup' }];
    writeFileSync(files.words, csv([...texts, { first: 'bad', second: 'Bad soup' }]));
    const [wanted] = await own(models.words, files.words);
    expectClose(values(models.words, JSON.stringify(texts[0]))[0], wanted, 1e-5);
  });

  it.each([
    ['pair', '{"question": "Where?"}', 'This model reads pairs of texts; "the answer\'s text" is missing. Give: node predict.mjs'],
    ['pair', 'Where is it?', 'This model reads cells by the names of their columns, as JSON, not: Where is it?. Give: node predict.mjs'],
    ['table', '31', 'This model reads cells by the names of their columns, as JSON, not: 31. Give: node predict.mjs \'{"age":40,"colour":"red"'],
    [
      'table',
      '{"age":"young"}',
      'Row 1, column "age": the model reads a number, or null where it is missing, there, not "young". Give: node predict.mjs',
    ],
    ['table', '{"age":3,"color":"red"}', 'Row 1: the model reads no column "color"; it reads age, colour'],
    ['table', '{"day":"soon"}', 'Row 1, column "day": the model reads a date such as 2024-05-31T12:00:00 there, not "soon". Give: node predict.mjs'],
    ['table', '{"day":"5/6/2021"}', 'Row 1, column "day": the model reads a date such as 2024-05-31T12:00:00 there, not "5/6/2021". Give:'],
    ['table', '{"day":"2021-02-30"}', 'Row 1, column "day": the model reads a date such as 2024-05-31T12:00:00 there, not "2021-02-30". Give:'],
    [
      'table',
      '{"came":"12/31/2021"}',
      'Row 1, column "came": the model reads a date such as 2024-05-31T12:00:00, or 31/05/2024, there, not "12/31/2021". Give:',
    ],
    [
      'table',
      '{"gone":"31/12/2021"}',
      'Row 1, column "gone": the model reads a date such as 2024-05-31T12:00:00, or 05/31/2024, there, not "31/12/2021". Give:',
    ],
    ['picture', '/no/such.jpg', '/no/such.jpg: Input file is missing: /no/such.jpg. Give: node predict.mjs photo.jpg ...'],
  ] as const)('refuses in one line what the model for a %s cannot read: %s', (kind, given, says) => {
    const { stderr, status } = run(models[kind], given);
    expect([status, stderr.trim().split('\n')]).toEqual([2, [expect.stringContaining(says)]]);
  });

  it('says what to install where it is not', () => {
    const bare = mkdtempSync(join(tmpdir(), 'graft-bare-'));
    writeFileSync(join(bare, 'predict.mjs'), readFileSync(join(models.pair, 'predict.mjs')));
    const { stderr, status } = run(bare, '{}');
    rmSync(bare, { recursive: true, force: true });
    const says = 'onnxruntime-node is not installed. In this folder run: npm install onnxruntime-node @huggingface/tokenizers';
    expect([status, stderr.trim()]).toEqual([2, says]);
  });

  it('says what to give where nothing was', () => {
    const { stderr, status } = run(models.pair);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^Nothing was given\. Give: node predict\.mjs '\{"question":"a text"/)]);
  });
});

it('demo.mjs answers whatever is asked for, and serves on', async () => {
  const server = spawn(process.execPath, [join(models.table, 'demo.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const address = await new Promise<string>((found) => server.stdout.setEncoding('utf8').once('data', (text: string) => found(text.trim())));
    // As `fetch` does not send them.
    const asked = (path: string) =>
      new Promise<number | undefined>((answered, failed) => {
        get({ port: new URL(address).port, path }, (response) => answered(response.resume().statusCode)).once('error', failed);
      });
    const paths = [
      '/constructor',
      '/__proto__/a',
      '/toString',
      '//',
      '//[',
      '/ort/../../../package.json',
      '/ort/..\\..\\package.json',
      '/none',
      '/?a=/b',
    ];
    const codes: (number | undefined)[] = [];
    for (const path of paths) codes.push(await asked(path));
    expect(codes).toEqual([404, 404, 404, 200, 404, 404, 404, 404, 200]);
  } finally {
    server.kill();
  }
});

it('flags rows by class means beside the graph, as models of earlier versions have them', async () => {
  const file = join(root, 'near-and-far.csv');
  writeFileSync(file, 'length,width\n1,3\n2.5,4.5\n10,3\n');
  expect(await flagsOf(numbersModel(join(root, 'earlier')), file)).toEqual([false, false, true]);
});

describe('demo.html', () => {
  let browser: Browser | undefined;
  const servers: ChildProcess[] = [];
  beforeAll(async () => {
    if (chromiumPath !== undefined) browser = await chromium.launch({ executablePath: chromiumPath });
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.kill();
  });

  /** The page of a model, as `demo.mjs` serves it, once it is ready. */
  async function opened(model: string): Promise<Page> {
    const server = spawn(process.execPath, [join(model, 'demo.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    servers.push(server);
    const address = await new Promise<string>((found) => server.stdout.setEncoding('utf8').once('data', (text: string) => found(text.trim())));
    const page = await (browser as Browser).newPage();
    await page.goto(address);
    await page.waitForFunction("document.getElementById('said').textContent === 'Ready.'");
    return page;
  }

  /** What the page says after something was done on it. */
  async function answered(page: Page, act: () => Promise<unknown>): Promise<number[]> {
    await page.evaluate('delete window.answers');
    await act();
    // Without answers that name is the list's on the page.
    await page.waitForFunction('window.answers !== undefined && !(window.answers instanceof Element)');
    return page.evaluate<number[]>('window.answers');
  }

  /** What the page says of the very tensors that Graft feeds. */
  async function ofTensors(page: Page, model: string, paths: string | readonly string[]): Promise<number[]> {
    const own = await load(model);
    const feeds = await own.feeds(await openUnlabelled([paths].flat()), Int32Array.of(0));
    await own.release();
    const plain = Object.entries(feeds).map(([name, { dtype, dims, data }]) => ({
      name,
      dtype,
      dims,
      data: Array.from(data as ArrayLike<unknown>, String),
    }));
    return page.evaluate<number[]>(`(async (feeds) => {
      const ort = await import('/ort/ort.wasm.bundle.min.mjs');
      const values = { int64: (data) => BigInt64Array.from(data, BigInt), float32: (data) => Float32Array.from(data, Number) };
      return window.answer(Object.fromEntries(feeds.map(({ name, dtype, dims, data }) => [name, new ort.Tensor(dtype, values[dtype](data), dims)])));
    })(${JSON.stringify(plain)})`);
  }

  it('answers for pictures as Graft does, and exactly so on the same tensors', async (context) => {
    if (!browser) return context.skip(NO_CHROMIUM);
    const page = await opened(models.picture);
    const wanted = await own(models.picture, files.picture);
    const flags = await flagsOf(models.picture, files.picture);
    for (const [i, file] of files.picture.entries()) {
      // A browser decodes JPEG files by a decoder of its own.
      expectClose(await answered(page, () => page.setInputFiles('input[type=file]', file)), wanted[i], 0.02);
      await page.waitForFunction("document.getElementById('said').textContent.startsWith('Answered')");
      expect((await page.locator('#said').textContent())?.includes('unlike')).toBe(flags[i]);
    }
    expectClose(await ofTensors(page, models.picture, files.picture), wanted[0], 1e-5);
    expect(await page.evaluate("(({ width, height }) => [width, height])(document.getElementById('seen'))")).toEqual([32, 32]);
    expect(await page.locator('#answers li').count()).toBe(3);
  });

  it('answers for pairs of texts as Graft does', async (context) => {
    if (!browser) return context.skip(NO_CHROMIUM);
    const page = await opened(models.pair);
    const wanted = await own(models.pair, files.pair);
    for (const [i, pair] of pairs.entries()) {
      for (const [name, value] of Object.entries(pair)) await page.getByLabel(name, { exact: true }).fill(value);
      expectClose(await answered(page, () => page.getByRole('button').click()), wanted[i], 1e-5);
    }
    expectClose(await ofTensors(page, models.pair, files.pair), wanted[0], 1e-5);
  });

  it('answers for rows of a table with texts as Graft does', async (context) => {
    if (!browser) return context.skip(NO_CHROMIUM);
    const page = await opened(models.table);
    const wanted = await own(models.table, files.table);
    await page.getByLabel('age').fill('31');
    await page.getByLabel('colour').selectOption('green');
    await page.getByLabel('said').fill('Very good, very good!');
    await page.getByLabel('day').fill('2021-05-06T07:30');
    await page.getByLabel('came').fill('2021-04-03T00:00');
    await page.getByLabel('gone').fill('2021-03-04T18:15');
    expectClose(await answered(page, () => page.keyboard.press('Tab').then(() => page.getByRole('button').press('Enter'))), wanted[0], 1e-5);
    await page.getByLabel('age').fill('');
    await page.getByLabel('colour').selectOption('');
    await page.getByLabel('said').fill('');
    await page.getByLabel('day').fill('2024-12-31T23:59');
    await page.getByLabel('came').fill('2021-03-04T00:00');
    await page.getByLabel('gone').fill('2021-12-31T00:00');
    expectClose(await answered(page, () => page.getByRole('button').click()), wanted[1], 1e-5);
  });

  it('is not the only page: what the guide writes answers too', async (context) => {
    if (!browser) return context.skip(NO_CHROMIUM);
    const model = numbersModel(join(root, 'numbers'));
    const guide = readFileSync(resolve(import.meta.dirname, '../../docs/guides/deploy-to-browser.md'), 'utf8');
    writeFileSync(join(model, 'own.html'), /```html\n(.*?)```/s.exec(guide)?.[1] ?? '');
    const page = await opened(model);
    await page.goto(new URL('own.html', page.url()).href);
    const answer = page.locator('#answer');
    await page.waitForFunction("document.getElementById('answer').textContent !== ''");
    const file = join(root, 'numbers.csv');
    writeFileSync(file, 'length,width\n2.1,1.1\n0,0\n');
    const [wanted = []] = await own(model, file);
    const most = Math.max(...wanted);
    expect(await answer.textContent()).toBe(`${['left', 'middle', 'right'][wanted.indexOf(most)]}: ${(100 * most).toFixed(1)} %`);
  });

  it('has a label for everything, on a phone too, and says what to do where it is opened from a file', async (context) => {
    if (!browser) return context.skip(NO_CHROMIUM);
    for (const model of Object.values(models)) {
      const page = await opened(model);
      await page.setViewportSize({ width: 360, height: 700 });
      if (model !== models.picture) await answered(page, () => page.getByRole('button').click());
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      await page.goto(pathToFileURL(join(model, 'demo.html')).href);
      expect(await page.locator('#said').textContent()).toContain('In this folder run: node demo.mjs');
    }
  });
});
