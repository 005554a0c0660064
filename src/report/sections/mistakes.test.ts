import { describe, expect, it } from 'vitest';
import { type Mistake, mistakes } from './mistakes.ts';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16);
const show = (...all: Mistake[]) => String(mistakes({ kind: 'mistakes', title: 'Mistakes', mistakes: all }));
const asCat = { label: 'cat', predicted: 'dog', probability: 0.9 };

describe('mistakes', () => {
  it('holds pictures within the page, with what they are and were taken for', () => {
    const text = show({ ...asCat, picture: png, name: 'cats/1.png' });
    expect(text).toContain(`<img src="data:image/png;base64,${png.toString('base64')}" alt="cats/1.png">`);
    expect(text).toContain('<p><strong>cat</strong> taken for <strong>dog</strong>, 90.0 % sure</p><p class="source">cats/1.png</p>');
    expect(show({ ...asCat, picture: jpeg })).toContain('<img src="data:image/jpeg;base64,/9j/4AAQ" alt="example 1">');
  });

  it('takes a part of a larger buffer for what it is', () => {
    const larger = new Uint8Array(png.length + 20);
    larger.set(png, 7);
    expect(show({ ...asCat, picture: larger.subarray(7, 7 + png.length) })).toContain(`base64,${png.toString('base64')}"`);
  });

  it('puts the surest first', () => {
    const text = show(
      { ...asCat, text: 'b', probability: 0.5 },
      { ...asCat, text: 'a', probability: 0.99 },
      { ...asCat, text: 'c', probability: 0.4 },
    );
    expect([...text.matchAll(/<blockquote dir="auto">(.)</g)].map(([, letter]) => letter)).toEqual(['a', 'b', 'c']);
  });

  it('cuts long texts', () => {
    expect(show({ ...asCat, text: 'x'.repeat(5000) })).toContain(`<blockquote dir="auto">${'x'.repeat(279)}…</blockquote>`);
  });

  it('says that there are none', () => {
    expect(show()).toBe('<p class="empty">There were no mistakes.</p>');
  });

  it('refuses pictures that browsers may not know, and what could be more than a picture', () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(() => show({ ...asCat, picture: svg, name: 'a.svg' })).toThrow(
      'Section `Mistakes`: the picture of a.svg is neither a JPEG nor a PNG file; give its bytes in one of these formats.',
    );
  });
});
