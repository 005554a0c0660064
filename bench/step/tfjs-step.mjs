// The cases of networks.ts in TensorFlow.js: for each line read, takes that many steps and prints the seconds they took. Its backend is WebAssembly where
// that can train the case; it has no gradient of a convolution, so the CNN runs on the plain one.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../peers/package.json', import.meta.url));
const tf = require('@tensorflow/tfjs');
const [name] = process.argv.slice(2);
if (name === '--version') {
  console.log(tf.version.tfjs);
  process.exit();
}
const wasm = name.startsWith('mlp') || name.startsWith('transformer');
if (wasm) require('@tensorflow/tfjs-backend-wasm');
await tf.setBackend(wasm ? 'wasm' : 'cpu');
await tf.ready();

const glorot = (shape) => tf.variable(tf.randomUniform(shape, -1, 1).mul(Math.sqrt(6 / (shape[0] + shape.at(-1)))));
const zeros = (shape) => tf.variable(tf.zeros(shape));
const ones = (shape) => tf.variable(tf.ones(shape));
const dense = (from, to) => {
  const [w, b] = [glorot([from, to]), zeros([to])];
  return (x) =>
    (x.rank === 2
      ? x.matMul(w)
      : x
          .reshape([-1, from])
          .matMul(w)
          .reshape([...x.shape.slice(0, -1), to])
    ).add(b);
};
const relu = (x) => x.relu();
const chain =
  (...layers) =>
  (x) =>
    layers.reduce((value, layer) => layer(value), x);

function cnn() {
  const conv = (from, to) => {
    const [w, b] = [glorot([3, 3, from, to]), zeros([to])];
    return (x) => tf.conv2d(x, w, 1, 'valid').add(b);
  };
  const pool = (x) => tf.maxPool(x, 2, 2, 'valid');
  return chain(
    (x) => x.reshape([-1, 28, 28, 1]),
    conv(1, 32),
    relu,
    pool,
    conv(32, 64),
    relu,
    pool,
    (x) => x.reshape([-1, 1600]),
    dense(1600, 64),
    relu,
    dense(64, 10),
  );
}

const mlp = () => chain(dense(784, 512), relu, dense(512, 512), relu, dense(512, 10));

function transformer() {
  const [width, heads, length] = [128, 4, 64];
  const norm = () => {
    const [scale, shift] = [ones([width]), zeros([width])];
    return (x) => {
      const centred = x.sub(x.mean(-1, true));
      return centred.mul(centred.square().mean(-1, true).add(1e-5).rsqrt()).mul(scale).add(shift);
    };
  };
  const attention = () => {
    const [query, key, value, output] = Array.from({ length: 4 }, () => dense(width, width));
    const split = (x) => x.reshape([-1, length, heads, width / heads]).transpose([0, 2, 1, 3]);
    return (x) => {
      const weights = tf.softmax(tf.matMul(split(query(x)), split(key(x)), false, true).mul(Math.sqrt(heads / width)));
      return output(
        tf
          .matMul(weights, split(value(x)))
          .transpose([0, 2, 1, 3])
          .reshape([-1, length, width]),
      );
    };
  };
  const gelu = (x) => x.mul(x.mul(Math.SQRT1_2).erf().add(1).mul(0.5));
  const residual = (layer) => (x) => x.add(layer(x));
  const encoder = () => chain(residual(chain(norm(), attention())), residual(chain(norm(), dense(width, 512), gelu, dense(512, width))));
  return chain(encoder(), encoder(), (x) => x.mean(1), dense(width, 10));
}

const [make, shape, batch] = {
  'cnn-32': [cnn, [1, 28, 28], 32],
  'cnn-128': [cnn, [1, 28, 28], 128],
  'mlp-128': [mlp, [784], 128],
  'transformer-32': [transformer, [64, 128], 32],
}[name];
const model = make();
const optimiser = tf.train.adam(1e-3);
const inputs = tf.randomUniform([batch, ...shape]);
const labels = tf.oneHot(tf.range(0, batch, 1, 'int32').mod(tf.scalar(10, 'int32')), 10);

function step() {
  const loss = optimiser.minimize(() => tf.losses.softmaxCrossEntropy(labels, model(inputs)), true);
  loss.dataSync();
  loss.dispose();
}

for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  for (let i = 0; i < Number(line); i++) step();
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    `${JSON.stringify({ examples: Number(line) * batch, seconds, peakMiB: process.resourceUsage().maxRSS / 1024, backend: tf.getBackend() })}\n`,
  );
}
