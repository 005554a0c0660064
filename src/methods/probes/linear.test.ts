import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { tensor } from '../../core/tensor.ts';
import { columnBuilder, type SparseColumn } from '../../data/table/column.ts';
import { binaryCrossEntropy, crossEntropy, meanSquaredError } from '../../nn/losses/index.ts';
import { denseDesign, type SparseRows, sparseDesign, sparseRowsOf } from './design.ts';
import { minimise } from './lbfgs.ts';
import { linearScores, linearTrainer } from './linear.ts';

const normal = (name: string, count: number) => Float32Array.from(stream(3, name).normals(count));

describe('L-BFGS', () => {
  it('finds the minimum of the Rosenbrock function', async () => {
    const rosenbrock = async (x: Float64Array) => {
      const [a = 0, b = 0] = x;
      const value = (1 - a) ** 2 + 100 * (b - a * a) ** 2;
      return { value, gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)) };
    };
    const { point, converged, iterations } = await minimise(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 1e-8 });
    expect(converged).toBe(true);
    expect(point[0]).toBeCloseTo(1, 6);
    expect(point[1]).toBeCloseTo(1, 6);
    expect(iterations).toBeLessThan(60);
  });

  it('steps back from where the function is not finite', async () => {
    const barrier = async (x: Float64Array) => {
      const [a = 0] = x;
      return { value: a <= 0 ? Number.NaN : a - Math.log(a), gradient: Float64Array.of(1 - 1 / a) };
    };
    expect((await minimise(barrier, Float64Array.of(0.01))).point[0]).toBeCloseTo(1, 4);
  });

  it('ends where it is when it is stopped', async () => {
    const start = Float64Array.of(3);
    const bowl = async (x: Float64Array) => ({ value: (x[0] as number) ** 2, gradient: Float64Array.of(2 * (x[0] as number)) });
    const { point, converged } = await minimise(bowl, start, { signal: AbortSignal.abort() });
    expect([...point, converged]).toEqual([3, false]);
  });
});

describe('a linear model', () => {
  const [rows, width, outputs] = [200, 6, 3];
  const x = tensor('float32', [rows, width], normal('x', rows * width));
  const truth = normal('w', width * outputs);
  const labels = Int32Array.from({ length: rows }, (_, i) => {
    const scores = Array.from({ length: outputs }, (_, c) =>
      truth.reduce((sum, w, at) => sum + (at % outputs === c ? w * (x.data[i * width + Math.floor(at / outputs)] as number) : 0), 0),
    );
    return scores.indexOf(Math.max(...scores));
  });

  it('has the gradient 0 that its optimum must have', async () => {
    const l2 = 0.05;
    const trainer = await linearTrainer(await denseDesign(x, outputs), labels, { loss: crossEntropy(), outputs });
    const { weights, bias, converged } = await trainer.fit(l2);
    await trainer.release();
    expect(converged).toBe(true);
    const gradient = new Float64Array(width * outputs);
    const shifts = new Float64Array(outputs);
    for (let i = 0; i < rows; i++) {
      const scores = Array.from({ length: outputs }, (_, c) => {
        let sum = bias[c] as number;
        for (let d = 0; d < width; d++) sum += (x.data[i * width + d] as number) * (weights[d * outputs + c] as number);
        return Math.exp(sum);
      });
      const total = scores.reduce((a, b) => a + b);
      for (let c = 0; c < outputs; c++) {
        const slope = ((scores[c] as number) / total - (labels[i] === c ? 1 : 0)) / rows;
        shifts[c] = (shifts[c] as number) + slope;
        for (let d = 0; d < width; d++) gradient[d * outputs + c] = (gradient[d * outputs + c] as number) + slope * (x.data[i * width + d] as number);
      }
    }
    for (const [i, value] of gradient.entries()) expect(value + l2 * (weights[i] as number)).toBeCloseTo(0, 4);
    for (const value of shifts) expect(value).toBeCloseTo(0, 4);
  });

  it('is the same from dense and from sparse rows', async () => {
    const builder = columnBuilder('features', 0);
    for (let i = 0; i < rows; i++) {
      const values = x.data.slice(i * width, (i + 1) * width);
      builder.append({ indices: Int32Array.from(values.keys()), values }, () => '');
    }
    const sparse = sparseDesign(builder.finish() as SparseColumn);
    const fits = [];
    for (const design of [await denseDesign(x, outputs), sparse]) {
      const trainer = await linearTrainer(design, labels, { loss: crossEntropy(), outputs });
      const fitted = await trainer.fit(0.01);
      fits.push({ fitted, scores: await linearScores(design, fitted) });
      await trainer.release();
    }
    const [dense, other] = fits as [(typeof fits)[0], (typeof fits)[0]];
    dense.fitted.weights.forEach((weight, i) => {
      expect(other.fitted.weights[i]).toBeCloseTo(weight, 3);
    });
    dense.scores.data.forEach((score, i) => {
      expect(other.scores.data[i]).toBeCloseTo(score, 2);
    });
  });

  it('finds rows that are mostly 0, and reads them as they are', async () => {
    const few = tensor('float32', [rows, 20], new Float32Array(rows * 20));
    for (let i = 0; i < rows; i++) few.data[i * 20 + ((7 * i) % 20)] = i % 3 === 2 ? 0 : i + 1;
    const found = sparseRowsOf(few);
    expect(found?.values.length).toBe(few.data.filter((value) => value !== 0).length);
    const weights = Float32Array.from({ length: 40 }, (_, i) => i - 11);
    const slopes = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 5) - 2);
    const [dense, sparse] = [await denseDesign(few, 2), sparseDesign(found as SparseRows)];
    expect(await sparse.scores(weights, 2)).toEqual(await dense.scores(weights, 2));
    expect(await sparse.gradient(slopes, 2)).toEqual(await dense.gradient(slopes, 2));
    await dense.release();
    expect(sparseRowsOf(x)).toBeUndefined();
  });

  it('solves least squares, and labels that hold or not', async () => {
    const targets = tensor(
      'float32',
      [rows, 1],
      Float32Array.from({ length: rows }, (_, i) => 2 * (x.data[i * width] as number) - 1),
    );
    const regression = await linearTrainer(await denseDesign(x, 1), targets, { loss: meanSquaredError(), outputs: 1 });
    const { weights, bias } = await regression.fit(1e-8);
    await regression.release();
    expect(weights[0]).toBeCloseTo(2, 3);
    expect(weights[1]).toBeCloseTo(0, 3);
    expect(bias[0]).toBeCloseTo(-1, 3);
    const flags = tensor(
      'float32',
      [rows, 2],
      Float32Array.from({ length: rows * 2 }, (_, i) => ((x.data[Math.floor(i / 2) * width + (i % 2)] as number) > 0 ? 1 : 0)),
    );
    const design = await denseDesign(x, 2);
    const several = await linearTrainer(design, flags, { loss: binaryCrossEntropy(), outputs: 2 });
    const scores = await linearScores(design, await several.fit(1e-3));
    await several.release();
    const right = scores.data.filter((score, i) => score > 0 === (flags.data[i] as number) > 0.5).length;
    expect(right / scores.data.length).toBeGreaterThan(0.97);
  });

  it('refuses another number of labels', async () => {
    const design = await denseDesign(x, outputs);
    await expect(linearTrainer(design, labels.slice(1), { loss: crossEntropy(), outputs })).rejects.toThrow(
      'There are 200 rows of features but 199 labels.',
    );
    await design.release();
  });
});
