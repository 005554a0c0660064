// A graph made of a network, run over some rows of a source a batch at a time, outside training. Called where statistics are taken and rows are observed.
import { fail } from '../../../core/errors.ts';
import type { Tensor } from '../../../core/tensor.ts';
import type { ExampleSource, Pass } from '../../../data/dataset.ts';
import type { Graph } from '../../../graph/graph.ts';
import { compileGraph } from '../../../lower/run.ts';
import type { Model } from '../../../nn/model.ts';
import { inputsOf, type Sizes, sizesOf } from '../../../nn/sizes.ts';
import { openDevice } from '../../../runtime/device.ts';
import type { Session } from '../../../runtime/session.ts';
import { firstBad } from '../../../train/bad-value.ts';
import type { FitOptions } from '../../../train/fit-options.ts';

/** Where it computes. */
export type Where = Pick<FitOptions, 'device' | 'threads'>;

/** How {@link overRows} goes. */
export interface OverRows {
  /** In this order. */
  readonly rows: Int32Array;
  /** Where they vary by chance, how; left out, they are as they are. */
  readonly pass?: Pass | undefined;
  /** Rows at a time. */
  readonly batch: number;
  /** The graph for batches of these sizes; it takes the model's inputs. */
  graphOf(sizes: Sizes): Graph;
  /** What it gave for the rows at `from` and on. */
  use(outputs: Readonly<Record<string, Tensor>>, from: number, count: number): void;
}

/** @throws GraftError `invalid-data` for rows that hold NaN or infinity; `invalid-shape` when they are not what the model takes. */
export async function overRows(
  model: Model,
  data: ExampleSource,
  { device: wished, threads }: Where,
  { rows, pass, batch, graphOf, use }: OverRows,
): Promise<void> {
  const { device } = await openDevice(wished);
  let open: { readonly key: string; readonly session: Session } | undefined;
  try {
    for (let from = 0; from < rows.length; from += batch) {
      const own = rows.subarray(from, from + batch);
      const examples = await data.gather(own, pass);
      const bad = firstBad(examples);
      if (bad) fail('invalid-data', `\`${data.name}\`: ${bad.what} in example ${own[bad.example]}. Repair or leave out that example.`);
      const sizes = sizesOf(model, examples);
      const key = JSON.stringify(sizes);
      if (open?.key !== key) {
        await open?.session.release();
        open = undefined;
        open = { key, session: await compileGraph(graphOf(sizes), { device, ...(threads !== undefined && { threads }) }) };
      }
      const feeds = Object.fromEntries(inputsOf(model, examples).map(([{ name }, tensor]) => [name, tensor]));
      use(await open.session.run(feeds), from, own.length);
    }
  } finally {
    await open?.session.release();
  }
}
