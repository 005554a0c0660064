// Networks of any size, named by it: `residual-w16-i64-b16` is a residual network of width 16 on images of side 64, `mlp-h1024-b16` has two hidden
// layers of 1024; b is the batch. networks.py makes the same ones.
import { batchNorm, conv, createModel, dense, globalAveragePool, type Layer, type Model, relu, residual, sequential } from '../../src/index.ts';

export function sized(name: string): { readonly batch: number; load(): Model } | undefined {
  const [, width, side, batch] = /^residual-w(\d+)-i(\d+)-b(\d+)$/.exec(name)?.map(Number) ?? [];
  if (width !== undefined && side !== undefined && batch !== undefined) return { batch, load: () => residualNetwork(width, side) };
  const [, hidden, rows] = /^mlp-h(\d+)-b(\d+)$/.exec(name)?.map(Number) ?? [];
  if (hidden !== undefined && rows !== undefined) return { batch: rows, load: () => perceptron(hidden) };
  return undefined;
}

const perceptron = (hidden: number): Model => createModel({ input: [784], layers: [dense(hidden), relu(), dense(hidden), relu(), dense(10)] });

/** 3x3 convolutions at three resolutions, each half of the one before and twice as wide. */
function residualNetwork(width: number, side: number): Model {
  const normed = (channels: number, kernel: number, stride = 1): Layer[] => [
    conv(channels, kernel, { stride, padding: kernel >> 1, bias: false }),
    batchNorm(),
  ];
  const block = (channels: number, stride: number): Layer[] => [
    residual(
      sequential([...normed(channels, 3, stride), relu(), ...normed(channels, 3)]),
      stride === 1 ? undefined : sequential(normed(channels, 1, stride)),
    ),
    relu(),
  ];
  return createModel({
    input: [3, side, side],
    layers: [...normed(width, 3, 2), relu(), ...block(width, 1), ...block(2 * width, 2), ...block(4 * width, 2), globalAveragePool(), dense(10)],
  });
}
