// Products of matrices through ONNX Runtime, which computes them with all cores. Called by methods of domain adaptation for covariances, similarities and maps.
import { type Tensor, tensor } from '../../../core/tensor.ts';
import { Builder } from '../../../graph/builder.ts';
import { compileGraph } from '../../../lower/run.ts';
import type { Session } from '../../../runtime/session.ts';

const sessions = new Map<string, Promise<Session>>();

/** `A B`, with A `[n, k]` or, transposed, `[k, n]`, and B `[k, m]` or, transposed, `[m, k]`: `[n, m]`. */
export async function product(
  a: Tensor<'float32'>,
  b: Tensor<'float32'>,
  { transA = false, transB = false }: { readonly transA?: boolean; readonly transB?: boolean } = {},
): Promise<Tensor<'float32'>> {
  const key = `${transA} ${transB}`;
  const session = sessions.get(key) ?? opened(transA, transB);
  sessions.set(key, session);
  const { c } = await (await session).run({ a, b });
  return c as Tensor<'float32'>;
}

function opened(transA: boolean, transB: boolean): Promise<Session> {
  const g = new Builder('product');
  const [n, m, k] = ['n', 'm', 'k'];
  const a = g.input('a', 'float32', transA ? [k, n] : [n, k]);
  const b = g.input('b', 'float32', transB ? [m, k] : [k, m]);
  g.output('c', g.matMul(transA ? g.transpose(a, [1, 0]) : a, transB ? g.transpose(b, [1, 0]) : b));
  return compileGraph(g);
}

/** Rows of length 1; one of length 0 stays as it is. */
export function unitRows({ dims, data }: Tensor<'float32'>): Tensor<'float32'> {
  const width = dims[1] as number;
  const out = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += width) {
    let squares = 0;
    for (let d = at; d < at + width; d++) squares += (data[d] as number) ** 2;
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let d = at; d < at + width; d++) out[d] = (data[d] as number) * factor;
  }
  return tensor('float32', dims, out);
}

/** The rows of both, those of `a` first. */
export function joinRows(a: Tensor<'float32'>, b: Tensor<'float32'>): Tensor<'float32'> {
  const out = new Float32Array(a.data.length + b.data.length);
  out.set(a.data);
  out.set(b.data, a.data.length);
  return tensor('float32', [(a.dims[0] as number) + (b.dims[0] as number), a.dims[1] as number], out);
}

/** Ones on the diagonal, `[size, size]`. */
export function identity(size: number): Tensor<'float32'> {
  const data = new Float32Array(size * size);
  for (let i = 0; i < size; i++) data[i * size + i] = 1;
  return tensor('float32', [size, size], data);
}
