// Two thousand broken and hostile models: how many are read, how many refused with an error of Graft's own, what else happened, how long it took.
import { GraftError, readOnnx } from '../../src/index.ts';
import { mutants } from '../../tests/support/mutate-onnx.ts';
import type { Bench } from '../bench.ts';

export const bench: Bench = {
  about: 'Reads 2,000 mutated ONNX files; each must be read, or refused with an error that names what is wrong.',
  columns: {
    case: { label: 'what was changed' },
    files: { label: 'files', format: 'count' },
    graft: { label: 'read or refused by name', format: 'count' },
    read: { label: 'read', format: 'count' },
    messages: { label: 'different refusals', format: 'count' },
    slowest: { label: 'slowest, ms', format: 'count' },
    rssMiB: { label: 'memory after, MiB', format: 'count' },
  },
  async *rows({ quick, note }) {
    const groups = new Map<string, { files: number; read: number; refused: Set<string>; named: number; slowest: number }>();
    for (const { what, kind, bytes } of mutants(2, quick ? 200 : 2000)) {
      const group = groups.get(kind) ?? { files: 0, read: 0, refused: new Set<string>(), named: 0, slowest: 0 };
      groups.set(kind, group);
      group.files++;
      const start = performance.now();
      try {
        readOnnx(bytes, { dequantise: true });
        group.read++;
      } catch (error) {
        if (error instanceof GraftError && error.code !== 'internal') {
          group.named++;
          group.refused.add(error.message);
        } else note(`${what}: ${(error as Error).stack}`);
      }
      group.slowest = Math.max(group.slowest, performance.now() - start);
    }
    for (const [kind, { files, read, refused, named, slowest }] of [...groups].sort()) {
      const rssMiB = Math.round(process.memoryUsage().rss / 2 ** 20);
      yield { case: kind, files, graft: read + named, read, messages: refused.size, slowest: Math.round(slowest), rssMiB };
    }
  },
};
