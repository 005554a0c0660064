// A process of its own that trains the small problem with checkpoints in the folder named by its argument, and prints when it
// starts and the hash of the result.
// Started and killed by the kill test and by `bench/kill`.
import { join } from 'node:path';
import { fit } from '../../src/index.ts';
import { modelHash, smallDigits, smallModel, smallOptions } from './small-problem.ts';

const folder = process.argv[2] as string;
const { train, test } = await smallDigits();
const model = smallModel();
const options = {
  ...smallOptions,
  epochs: 40,
  validation: test,
  evaluateEvery: 11,
  checkpoints: { folder, every: 2 },
  log: join(folder, 'log.jsonl'),
};
for await (const event of fit(model, train, options)) {
  if (event.type === 'start') process.stdout.write('start\n');
  if (event.type === 'end') process.stdout.write(`${event.reason} ${modelHash(model)}`);
}
