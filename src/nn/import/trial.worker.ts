// Entry of the process in which `tryOnnx` loads a file: prints one line of JSON and ends.
import { type ErrorCode, GraftError } from '../../core/errors.ts';
import { type Tensor, zeros } from '../../core/tensor.ts';
import { specialise } from '../../graph/rewrite.ts';
import { runGraph } from '../../lower/run.ts';
import { BATCH, type Model } from '../model.ts';
import { inspect } from './inspect.ts';
import { loadOnnx } from './load-onnx.ts';
import { ANSWER, type TrialAnswer } from './trial.ts';

/** What open sizes other than the batch are tried as. */
const LENGTH = 8;

async function attempt(path: string): Promise<TrialAnswer> {
  try {
    const model = await loadOnnx(path);
    const inspection = inspect(model);
    await runOnce(model);
    return { inspection };
  } catch (error) {
    const { message } = error as Error;
    const code: ErrorCode = error instanceof GraftError ? error.code : 'invalid-model';
    return { error: { code, message } };
  }
}

async function runOnce({ graph, input, extras = [] }: Model): Promise<void> {
  const inputs = [input, ...extras];
  const names = inputs.flatMap(({ shape }) => shape.filter((dim) => typeof dim === 'string'));
  const sizes = Object.fromEntries(names.map((name) => [name, name === BATCH ? 1 : LENGTH]));
  const feeds = inputs.map(({ name, dtype, shape }): [string, Tensor] => {
    const dims = shape.map((dim) => (typeof dim === 'number' ? dim : (sizes[dim] as number)));
    return [name, zeros(dtype, dims)];
  });
  await runGraph(specialise(graph, sizes).graph, Object.fromEntries(feeds), { threads: 1 });
}

const answer = await attempt(process.argv[2] ?? '');
process.stdout.write(`\n${ANSWER}${JSON.stringify(answer)}\n`);
