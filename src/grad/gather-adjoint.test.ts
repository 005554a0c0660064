import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { compileGraph, runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { addAtIndices, addRuns, runsOf } from './gather-adjoint.ts';

test('stretches put together give the sources back', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3)), (sources) => {
      const back = runsOf(sources).flatMap(({ count, source, step }) =>
        Array.from({ length: count }, (_, i) => (step === -1 ? source + count - 1 - i : source + step * i)),
      );
      expect(back).toEqual(sources);
    }),
  );
});

test('a border of each kind is a few stretches', () => {
  expect(runsOf([2, 1, 0, 1, 2, 3, 2])).toEqual([
    { at: 0, count: 3, source: 0, step: -1 },
    { at: 3, count: 3, source: 1, step: 1 },
    { at: 6, count: 1, source: 2, step: 1 },
  ]);
  expect(runsOf([0, 0, 0, 1, 1])).toEqual([
    { at: 0, count: 3, source: 0, step: 0 },
    { at: 3, count: 2, source: 1, step: 0 },
  ]);
});

test('adding stretches equals adding one by one', async () => {
  const lists = fc.sample(fc.array(fc.nat(4), { minLength: 1, maxLength: 9 }), { numRuns: 20, seed: 1 });
  for (const sources of lists) {
    const g = new Builder();
    const dy = g.constant(
      tensorOf(
        'float32',
        sources.map((_, i) => 2 ** i),
      ),
    );
    g.output('dx', addRuns(g, dy, runsOf(sources), 0, 5));
    const wanted = Array<number>(5).fill(0);
    for (const [i, source] of sources.entries()) wanted[source] = (wanted[source] as number) + 2 ** i;
    expect(toNumbers((await runGraph(g)).dx ?? tensorOf('float32', []))).toEqual(wanted);
  }
});

test.each([
  ['one-hot product', 100, 128],
  ['ScatterElements', 1000, 128],
])('%s loses no repeated look-up when several threads compute', async (_, rows, columns) => {
  const taken = 4096;
  const { device } = await openDevice('cpu');
  const g = new Builder();
  const indices = g.input('indices', 'int64', [taken]);
  g.output('dx', addAtIndices(g, g.input('dy', 'float32', [taken, columns]), indices, 0, [rows, columns]));
  const session = await compileGraph(g, { device, threads: 2 });
  const feeds = {
    indices: tensorOf(
      'int64',
      Array.from({ length: taken }, (_, i) => (i % 2 ? -1 : i % 3)),
    ),
    dy: tensorOf('float32', Array<number>(taken * columns).fill(1), [taken, columns]),
  };
  for (let run = 0; run < 10; run++) {
    const dx = toNumbers((await session.run(feeds)).dx ?? tensorOf('float32', []));
    const column = Array.from({ length: rows }, (_, i) => dx[i * columns + (columns - 1)]);
    expect([column[0], column[1], column[2], column.at(-1)]).toEqual([683, 682, 683, 2048]);
    expect(dx.reduce((a, b) => a + b, 0)).toBe(taken * columns);
  }
  await session.release();
});
