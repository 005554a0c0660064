import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { stringsBuilder } from '../table/strings.ts';
import { textDuplicates } from './duplicate-texts.ts';

async function groupsOf(texts: readonly (string | null)[]) {
  const builder = stringsBuilder();
  for (const text of texts) builder.append(text);
  const { groups } = await textDuplicates(builder.finish());
  return groups.map(({ indices, kind }) => [kind, ...indices]);
}

const REVIEW =
  'I bought this phone for my mother in March and she has used it every day since then; the battery lasts for two days, the screen is bright ' +
  'enough to read outside, and calls are clear even on the train. Only the camera disappoints: pictures taken indoors come out dark and grainy.';

describe('textDuplicates', () => {
  it('finds the same characters, and the same words', async () => {
    expect(
      await groupsOf(['Works great.', 'works   GREAT!!', 'Works great.', 'Worked great.', 'Great works.', null, 'Ｗｏｒｋｓ great', null]),
    ).toEqual([['near', 0, 1, 2, 6]]);
    expect(await groupsOf(['Excellent', 'Bad', 'Excellent'])).toEqual([['exact', 0, 2]]);
    expect(await groupsOf(["It's café-like", 'it’s cafe\u0301 like'])).toEqual([['near', 0, 1]]);
  });

  it('leaves apart what one sign tells apart, and texts without words', async () => {
    expect(await groupsOf(['C++', 'C', '👍', '👎', 'x < 3', 'x > 3', '...', '!!!', '', ' ', 'not good', 'good'])).toEqual([]);
    expect(await groupsOf(['...', '...'])).toEqual([['exact', 0, 1]]);
  });

  it('finds long texts that share most of their words', async () => {
    const edited = REVIEW.replace('mother', 'father').replace('grainy.', 'grainy. Recommended anyway.');
    const shortened = REVIEW.slice(REVIEW.indexOf('Only'));
    expect(await groupsOf([REVIEW, shortened, 'Five stars.', edited])).toEqual([['near', 0, 3]]);
  });

  it('does not take a sentence for its negation', async () => {
    expect(
      await groupsOf([
        'The waiter brought the food quickly, it was warm, and we would come back here with our friends any time.',
        'The waiter brought the food quickly, it was not warm, and we would never come back here with our friends any time.',
      ]),
    ).toEqual([]);
  });

  it('finds texts with a few words in front or behind', async () => {
    const tweet = 'the battery of this phone lasts two whole days';
    const texts = [
      tweet,
      `RT: ${tweet}!`,
      `${tweet} -- Sent from my phone, John Smith`,
      `RT @anna: ${tweet} (via web)`,
      `No, ${tweet.replace('two', 'three')}`,
      'works great',
      'RT: works great',
      REVIEW,
      `${REVIEW} Anna Miller, Product Manager, Example Inc., 12 High Street`,
    ];
    expect(await groupsOf(texts)).toEqual([
      ['near', 0, 1, 2, 3],
      ['near', 7, 8],
    ]);
  });

  it('finds long texts of scripts without spaces', async () => {
    const chinese = '这款手机的电池可以使用两天屏幕在户外也足够明亮通话清晰但是室内拍摄的照片又暗又模糊总体来说我还是推荐给需要长续航的朋友';
    expect(await groupsOf([chinese, '完全不同的一句话说的是餐厅里的服务员态度很好菜也很快就上来了', chinese.replace('推荐', '介绍')])).toEqual([
      ['near', 0, 2],
    ]);
  });

  it('finds all pairs that share nine tenths, and none that share half, among many', async () => {
    const [vocabulary, length] = [3000, 60];
    const words = stream(7, 'words').integers(500 * length, vocabulary);
    const texts = Array.from({ length: 500 }, (_, i) => Array.from(words.subarray(i * length, (i + 1) * length), (word) => `word${word}`));
    const changed = (text: readonly string[], every: number) => text.map((word, at) => (at % every === every - 1 ? `${word}s` : word)).join(' ');
    const plain = texts.map((text) => text.join(' '));
    // One word in sixty changed leaves 55 of 61 runs in common; one in nine, a third of them.
    const near = texts.map((text) => changed(text, 60));
    const far = texts.map((text) => changed(text, 9));
    expect(await groupsOf([...plain, ...near, ...far])).toEqual(plain.map((_, i) => ['near', i, 500 + i]));
  });

  it('goes through a thousand copies of one text', async () => {
    const copies = Array.from({ length: 1000 }, (_, i) => `${REVIEW} ${i}`);
    const groups = await groupsOf(copies);
    expect(groups).toHaveLength(1);
    expect(groups[0]).toHaveLength(1001);
  });

  it('tells how far it is, and stops when told', async () => {
    const builder = stringsBuilder();
    for (let i = 0; i < 3000; i++) builder.append(`Text ${i}`);
    const texts = builder.finish();
    const states: { done: number; of: number }[] = [];
    await textDuplicates(texts, { progress: (state) => states.push(state) });
    expect(states.at(-1)).toEqual({ done: 3000, of: 3000 });
    expect(states.length).toBeGreaterThan(1);
    const controller = new AbortController();
    const stopped = textDuplicates(texts, { signal: controller.signal, progress: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'aborted', message: 'The search for duplicates was stopped; nothing of it was kept.' });
  });
});
