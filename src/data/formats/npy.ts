// A NumPy array in a file: each row along its first axis is an example. Read piece by piece, but for arrays in Fortran's order. Called through `formats`.
import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import { npyArray } from '../arrays/npy-array.ts';
import { isNpy, NPY_HEAD, npyHeader } from '../arrays/npy-header.ts';
import { defineFormat, type RowBatch } from '../reading/format.ts';

/** Rows handed on at once take about so many bytes, and are no more than so many. */
const [BATCH_BYTES, BATCH] = [2 ** 22, 1000];

export const npy = defineFormat({
  name: 'npy',
  about: 'a NumPy array: each row along its first axis is an example',
  extensions: ['.npy'],
  sniff: isNpy,
  options: defineOptions({}),
  async read(input, _options, { signal }) {
    const whole = input.gzipped ? await input.bytes() : undefined;
    const header = npyHeader(whole?.subarray(0, NPY_HEAD) ?? (await input.head(NPY_HEAD)), input.path);
    const { shape, start, type, fortran } = header;
    const array = npyArray(header, whole?.length ?? input.size, input.path);
    const isTurned = fortran && shape.length > 1;
    return { facts: { type, shape: `[${shape.join(', ')}]`, order: isTurned ? 'Fortran' : 'C' }, rows: array.rows, batches: batches() };

    async function* batches(): AsyncGenerator<RowBatch, void, void> {
      const all = isTurned ? array.inRowOrder((whole ?? (await input.bytes())).subarray(start)) : whole?.subarray(start);
      const count = Math.max(1, Math.min(BATCH, Math.floor(BATCH_BYTES / array.rowBytes)));
      for (let row = 0; row < array.rows; row += count) {
        if (signal?.aborted) fail('aborted', 'Reading was stopped.');
        const [from, to] = [row * array.rowBytes, Math.min(row + count, array.rows) * array.rowBytes];
        const bytes = all?.subarray(from, to) ?? (await input.slice(start + from, start + to));
        if (bytes.length < to - from) fail('io', `"${input.path}" became shorter while it was read; read it again.`);
        yield { columns: ['values'], rows: array.cells(bytes).map((cell) => [cell]) };
      }
    }
  },
});
