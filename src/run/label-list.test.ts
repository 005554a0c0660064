import { expect, it } from 'vitest';
import { labelList } from './label-list.ts';

it('can be taken apart again', () => {
  expect(labelList(['rain', 'wind, strong', 'so-called "fog"'])).toBe('rain, "wind, strong", "so-called ""fog"""');
  expect(labelList(['rain', 'wind, strong'], ';')).toBe('rain;wind, strong');
  expect(labelList([])).toBe('');
});
