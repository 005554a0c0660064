// A process that compares the model named by each line it reads, `NAME EXPORTER MODE`, and answers with a line of JSON. Started by bench.ts.
import { createInterface } from 'node:readline';
import { openDevice } from '../../src/index.ts';
import { compare } from './compare.ts';
import type { Exporter, Mode } from './zoo-case.ts';

const { device } = await openDevice('cpu');
for await (const line of createInterface({ input: process.stdin })) {
  const [name = '', exporter, mode] = line.split(' ') as [string, Exporter, Mode];
  const answer = await compare(name, exporter, mode, device).catch((error: unknown) => ({
    error: error instanceof Error ? error.message : String(error),
  }));
  console.log(JSON.stringify(answer));
}
