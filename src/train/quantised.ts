// A weight in eight bits: numbers come in, whole numbers with a scale for each output channel leave. Called by the export.
import type { Tensor } from '../core/tensor.ts';
import { attrsOf, type Node, type Value } from '../graph/graph.ts';

/** `value = numbers * scales` along an axis. */
export interface Quantised {
  readonly numbers: Int8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
}

/** The axis of a weight that its outputs lie along, by the node that reads it: one scale for all of them would spoil the small ones. */
export function outputAxis(nodes: readonly Node[], weight: Value): number {
  const reader = nodes.find(({ inputs }) => inputs.includes(weight));
  const rank = weight.shape.length;
  if (reader?.op === 'MatMul' && reader.inputs[1] === weight) return rank - 1;
  if (reader?.op === 'Gemm' && reader.inputs[1] === weight) return attrsOf(reader).transB === 1 ? 0 : 1;
  return reader?.op === 'ConvTranspose' ? 1 : 0;
}

/** Symmetric, rounded to the nearest. */
export function quantised({ dims, data }: Tensor<'float32'>, axis: number): Quantised {
  const channels = dims[axis] as number;
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  data.forEach((value, i) => {
    const c = channelOf(i);
    scales[c] = Math.max(scales[c] as number, Math.abs(value) / 127);
  });
  const numbers = Int8Array.from(data, (value, i) => {
    const scale = scales[channelOf(i)] as number;
    return scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(value / scale)));
  });
  return { numbers, scales };
}
