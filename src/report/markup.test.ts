import fc from 'fast-check';
import { expect, it } from 'vitest';
import { html } from './markup.ts';

it('escapes text and keeps markup, in lists too', () => {
  const item = (text: string) => html`<li>${text}</li>`;
  expect(String(html`<ul title="${'"><b>\''}">${[item('a & b'), item('<script>')]}</ul>`)).toBe(
    '<ul title="&quot;&gt;&lt;b&gt;&#39;"><li>a &amp; b</li><li>&lt;script&gt;</li></ul>',
  );
});

it('leaves nothing for undefined and false, and writes 0', () => {
  expect(String(html`[${undefined}${false}${0}${''}]`)).toBe('[0]');
});

it('takes no other object for markup', () => {
  const forged = { toString: () => '<script>' } as unknown as string;
  expect(() => String(html`${forged}`)).toThrow(TypeError);
});

it('never lets a value open a tag or leave an attribute', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const escaped = String(html`${text}`);
      expect(escaped).not.toMatch(/[<>"']/);
      const back = escaped.replace(
        /&(amp|lt|gt|quot|#39);/g,
        (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name as string] ?? '',
      );
      expect(back).toBe(text);
    }),
  );
});
