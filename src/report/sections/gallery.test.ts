import { expect, it } from 'vitest';
import { gallery } from './gallery.ts';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const show = (...examples: Parameters<typeof gallery>[0]['examples']) => String(gallery({ kind: 'gallery', title: 'Batch', examples }));

it('shows examples in their order, each with its caption', () => {
  const text = show({ picture: png, caption: 'seven' }, { picture: png, caption: 'three' });
  expect([...text.matchAll(/<li><img [^>]*alt="(.*?)"><p>(.*?)<\/p><\/li>/g)].map(([, alt, caption]) => [alt, caption])).toEqual([
    ['example 1', 'seven'],
    ['example 2', 'three'],
  ]);
});

it('gives texts more room than pictures', () => {
  expect(show({ picture: png, caption: 'a' })).toContain('<ol class="cards">');
  expect(show({ text: 'a b c', caption: 'a' })).toContain('<ol class="cards wide-cards">');
});

it('says that there are none', () => {
  expect(show()).toBe('<p class="empty">There are no examples.</p>');
});
