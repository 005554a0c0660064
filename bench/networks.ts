// Large networks whose start, memory and step are measured, written in Graft's own layers: random weights do as well there as trained ones.
import {
  batchNorm,
  conv,
  createModel,
  dense,
  encoderLayer,
  globalAveragePool,
  type Layer,
  layerNorm,
  type Model,
  maxPool,
  meanPool,
  positionalEmbedding,
  relu,
  residual,
  sequential,
} from '../src/index.ts';

const normed = (filters: number, kernel: number, stride = 1): Layer[] => [
  conv(filters, kernel, { stride, padding: (kernel - 1) / 2, bias: false }),
  batchNorm(),
];

function bottleneck(width: number, stride: number, widened: boolean): Layer {
  const body = sequential([...normed(width, 1), relu(), ...normed(width, 3, stride), relu(), ...normed(4 * width, 1)]);
  return sequential([residual(body, widened ? sequential(normed(4 * width, 1, stride)) : undefined), relu()]);
}

/** ResNet-50 (He et al. 2016, table 1), the stride in its 3x3 convolutions; images `[3, size, size]`. */
export function resnet50(size = 224, classes = 10): Model {
  const stages = [3, 4, 6, 3].flatMap((blocks, stage) =>
    Array.from({ length: blocks }, (_, block) => bottleneck(64 * 2 ** stage, stage > 0 && block === 0 ? 2 : 1, block === 0)),
  );
  const layers = [...normed(64, 7, 2), relu(), maxPool(3, { stride: 2, padding: 1 }), ...stages, globalAveragePool(), dense(classes)];
  return createModel({ name: 'resnet-50', input: [3, size, size], layers });
}

const tokens: Layer = {
  kind: 'tokens',
  build: ({ g }, x) => {
    const [, width, height, length] = x.shape as [string, number, number, number];
    return g.transpose(g.reshape(x, [0, width, height * length]), [0, 2, 1]);
  },
};

/** ViT-tiny with patches of 16 (Touvron et al. 2021), mean-pooled; images `[3, size, size]`. */
export function vitTiny(size = 224, classes = 10, depth = 12): Model {
  const blocks = Array.from({ length: depth }, () => encoderLayer({ heads: 3, hidden: 768 }));
  const layers = [conv(192, 16, { stride: 16 }), tokens, positionalEmbedding(), ...blocks, layerNorm(), meanPool(), dense(classes)];
  return createModel({ name: 'vit-tiny', input: [3, size, size], layers });
}
