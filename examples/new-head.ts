// Takes an ONNX file made elsewhere, puts a new head on it, trains that on digits and writes it again:
// `npm run example -- examples/new-head.ts model.onnx`. Any classifier of images `[N, 1 or 3, H, W]` will do.
import * as graft from '../src/index.ts';

/** Trains and returns the accuracy on digits held back. */
export async function run(path: string, { epochs = 10, out = 'runs/new-head.onnx' } = {}): Promise<number> {
  const found = await graft.loadOnnx(path);
  console.log(graft.describeModel(graft.inspect(found)));
  const [, channels, height, width] = found.input.shape as [string, number, number, number];
  if (found.input.shape.length !== 4 || found.extras)
    throw new Error(`This example needs a model of images; ${path} takes [${found.input.shape.join(', ')}].`);
  const grey = graft.mapInputs(await graft.loadOptdigits(), graft.resize([height, width]), (images) => repeated(images, channels));
  const { train, test } = graft.fewLabels(grey, 10, 1);
  const model = graft.replaceHead(found, { classes: train.classes ?? [], head: 'mlp' });
  const fit: graft.FitOptions = { epochs, batchSize: 20, schedule: graft.schedules.cosine() };
  await graft.finish(graft.progress(graft.transfer(model, train, { strategy: 'full', fit })));
  const { accuracy = 0 } = await graft.evaluate(model, test);
  const { opset, difference } = await graft.exportOnnx(model, out);
  console.log(`accuracy on ${test.length} digits: ${(100 * accuracy).toFixed(1)} %; ${out} is of opset ${opset}, its scores within ${difference}`);
  return accuracy;
}

/** Grey images for a network that takes colours. */
function repeated({ dims, data }: graft.Tensor<'float32'>, channels: number): graft.Tensor<'float32'> {
  const [count = 0, , height = 0, width = 0] = dims;
  const plane = height * width;
  const values = new Float32Array(count * channels * plane);
  for (let i = 0; i < count * channels; i++)
    values.set(data.subarray(Math.floor(i / channels) * plane, (Math.floor(i / channels) + 1) * plane), i * plane);
  return graft.tensor('float32', [count, channels, height, width], values);
}

const [, script, path] = process.argv;
if (script === import.meta.filename) {
  if (path === undefined) console.error('Usage: npm run example -- examples/new-head.ts model.onnx');
  else await run(path);
}
