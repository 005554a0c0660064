// Ninety hostile data sets of all formats, opened in a process that is watched: each opens, or is refused by name. `bench/fuzz` tries ten thousand.
import { expect, test } from 'vitest';
import { type Watched, watchedInputs } from './support/hostile/watched-inputs.ts';

test('hostile data opens or is refused by name: no crash, no hang, no other error, nothing outside of its folder', async () => {
  const wrong: Watched[] = [];
  const counts = { opened: 0, refused: 0 };
  for await (const input of watchedInputs({ seed: 3, from: 0, to: 90, processes: 1, seconds: 60, mebibytes: 2048 })) {
    if (input.what === 'opened' || input.what === 'refused') counts[input.what]++;
    else wrong.push(input);
  }
  expect(wrong).toEqual([]);
  expect(counts.opened).toBeGreaterThan(9);
  expect(counts.refused).toBeGreaterThan(35);
}, 300_000);
