// The networks whose steps are timed, 10 classes each: made here, or read from files that networks.py exports. It holds the same ones by the same names.
import {
  conv,
  createModel,
  dense,
  encoderLayer,
  flatten,
  type Layer,
  loadBackbone,
  loadOnnx,
  type Model,
  maxPool,
  relu,
  replaceHead,
} from '../../src/index.ts';
import { sized } from './sized.ts';

export interface Network {
  readonly batch: number;
  /** Read from a file that networks.py writes. */
  readonly exported?: boolean;
  /** @param folder where such files are. */
  load(folder: string): Model | Promise<Model>;
}

const cnn = (): Model =>
  createModel({
    input: [1, 28, 28],
    layers: [conv(32, 3), relu(), maxPool(2), conv(64, 3), relu(), maxPool(2), flatten(), dense(64), relu(), dense(10)],
  });

const mlp = (): Model => createModel({ input: [784], layers: [dense(512), relu(), dense(512), relu(), dense(10)] });

const meanOverTokens: Layer = { kind: 'mean', build: ({ g }, x) => g.mean(x, [1], false) };
const transformer = (): Model =>
  createModel({
    input: [64, 128],
    layers: [encoderLayer({ heads: 4, hidden: 512 }), encoderLayer({ heads: 4, hidden: 512 }), meanOverTokens, dense(10)],
  });

const minilm = async (): Promise<Model> => {
  const backbone = await loadBackbone('all-minilm-l6-v2');
  return replaceHead(await backbone.load(), { classes: 10 });
};

const exported = (name: string): Network => ({ batch: 16, exported: true, load: (folder) => loadOnnx(`${folder}/${name}.onnx`) });

const EXPORTED = ['efficientnet-lite0', 'mobilenetv2', 'resnet18', 'resnet50', 'convnext-atto', 'vit-tiny'];

export const networks: Readonly<Record<string, Network>> = {
  ...Object.fromEntries(EXPORTED.map((name) => [name, exported(name)])),
  'minilm-l6': { batch: 16, load: minilm },
  lstm: exported('lstm'),
  'cnn-32': { batch: 32, load: cnn },
  'cnn-128': { batch: 128, load: cnn },
  'mlp-128': { batch: 128, load: mlp },
  'transformer-32': { batch: 32, load: transformer },
};

/** One of those above, or one named by its sizes. */
export function networkOf(name: string): Network {
  const network = networks[name] ?? sized(name);
  if (!network) throw new Error(`There is no network \`${name}\`.`);
  return network;
}
