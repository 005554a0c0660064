// The features that a linear model reads, as what it needs of them: products with its weights. Dense rows through ONNX Runtime, sparse ones directly.
import { type Tensor, tensor } from '../../core/tensor.ts';
import type { SparseColumn } from '../../data/table/column.ts';
import { Builder } from '../../graph/builder.ts';
import { compileGraph, type RunOptions } from '../../lower/run.ts';

/** Features `X [N, D]` of N examples. Holds native memory until it is released. */
export interface Design {
  readonly length: number;
  readonly width: number;
  /** `X W`: weights `[D, C]` to scores `[N, C]`. */
  scores(weights: Float32Array, outputs: number): Promise<Float32Array>;
  /** `G^T X`: the scores' gradient `[N, C]` to the weights', transposed, `[C, D]`. */
  gradient(slopes: Float32Array, outputs: number): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Rows handled at once: their copy within ONNX Runtime stays small. */
const CHUNK = 2 ** 14;

/** Of features that all have a value, float32 `[N, D]`. */
export async function denseDesign(features: Tensor<'float32'>, outputs: number, run: RunOptions = {}): Promise<Design> {
  const [length = 0, width = 0] = features.dims;
  const starts = Array.from({ length: Math.ceil(length / CHUNK) }, (_, i) => i * CHUNK);
  const rows = (data: Float32Array, start: number, size: number) => {
    const count = Math.min(CHUNK, length - start);
    return tensor('float32', [count, size], data.subarray(start * size, (start + count) * size) as Float32Array<ArrayBuffer>);
  };
  // Two graphs: ONNX Runtime computes all of a graph, whatever is asked of it.
  const forward = new Builder('scores');
  forward.output('scores', forward.matMul(forward.input('x', 'float32', ['N', width]), forward.input('w', 'float32', [width, outputs])));
  const back = new Builder('gradient');
  const slopesIn = back.input('slopes', 'float32', ['N', outputs]);
  back.output('gradient', back.matMul(back.transpose(slopesIn, [1, 0]), back.input('x', 'float32', ['N', width])));
  const [scoring, differentiating] = [await compileGraph(forward, run), await compileGraph(back, run)];
  return {
    length,
    width,
    async scores(weights) {
      const scores = new Float32Array(length * outputs);
      const w = tensor('float32', [width, outputs], weights as Float32Array<ArrayBuffer>);
      for (const start of starts) {
        const { scores: part } = await scoring.run({ x: rows(features.data, start, width), w });
        scores.set((part as Tensor<'float32'>).data, start * outputs);
      }
      return scores;
    },
    async gradient(slopes) {
      const total = new Float32Array(outputs * width);
      for (const start of starts) {
        const { gradient } = await differentiating.run({ x: rows(features.data, start, width), slopes: rows(slopes, start, outputs) });
        const { data } = gradient as Tensor<'float32'>;
        for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (data[i] as number);
      }
      return total;
    },
    async release() {
      await scoring.release();
      await differentiating.release();
    },
  };
}

/** Share of numbers that are not 0 up to which rows are faster sparse. */
const SPARSE = 0.1;

/** The same of rows that are mostly 0, sparse; `undefined` where they are not. */
export function sparseRowsOf({ dims, data }: Tensor<'float32'>): SparseRows | undefined {
  const [length = 0, width = 0] = dims;
  const most = SPARSE * data.length;
  let count = 0;
  // Dense rows are known after a few of them.
  for (let i = 0; i < data.length; i++) if (data[i] !== 0 && ++count > most) return undefined;
  const [starts, indices, values] = [new Float64Array(length + 1), new Int32Array(count), new Float32Array(count)];
  let at = 0;
  for (let row = 0; row < length; row++) {
    for (let d = 0; d < width; d++) {
      const value = data[row * width + d] as number;
      if (value === 0) continue;
      indices[at] = d;
      values[at++] = value;
    }
    starts[row + 1] = at;
  }
  return { length, width, starts, indices, values };
}

/** What {@link sparseDesign} reads of a column. */
export type SparseRows = Pick<SparseColumn, 'length' | 'width' | 'starts' | 'indices' | 'values'>;

/** Of rows that are mostly 0. */
export function sparseDesign({ length, width, starts, indices, values }: SparseRows): Design {
  const each = (row: number, body: (index: number, value: number) => void) => {
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) body(indices[at] as number, values[at] as number);
  };
  return {
    length,
    width,
    async scores(weights, outputs) {
      const scores = new Float32Array(length * outputs);
      for (let row = 0; row < length; row++) {
        each(row, (index, value) => {
          for (let c = 0; c < outputs; c++) {
            const to = row * outputs + c;
            scores[to] = (scores[to] as number) + value * (weights[index * outputs + c] as number);
          }
        });
      }
      return scores;
    },
    async gradient(slopes, outputs) {
      const total = new Float32Array(outputs * width);
      for (let row = 0; row < length; row++) {
        each(row, (index, value) => {
          for (let c = 0; c < outputs; c++) {
            const to = c * width + index;
            total[to] = (total[to] as number) + value * (slopes[row * outputs + c] as number);
          }
        });
      }
      return total;
    },
    release: async () => undefined,
  };
}
