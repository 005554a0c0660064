// A hundred broken or hostile models: each is read or refused by name, at once and without much memory.
import { expect, it } from 'vitest';
import { mutants } from '../../../tests/support/mutate-onnx.ts';
import { GraftError } from '../../core/errors.ts';
import { readOnnx } from './read.ts';

it('reads or refuses whatever a file holds', { timeout: 120_000 }, () => {
  const refusals: string[] = [];
  let read = 0;
  for (const { what, bytes } of mutants(1, 100)) {
    const start = process.hrtime.bigint();
    try {
      readOnnx(bytes, { dequantise: true });
      read++;
    } catch (error) {
      expect(error, what).toBeInstanceOf(GraftError);
      refusals.push((error as Error).message);
    }
    expect(Number(process.hrtime.bigint() - start) / 1e6, what).toBeLessThan(5000);
  }
  expect(read).toBeGreaterThan(10);
  expect(new Set(refusals).size).toBeGreaterThan(30);
});
