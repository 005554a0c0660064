// Models of scikit-learn as skl2onnx writes them (tests/golden/make_sklearn.py).
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadOnnx } from './load-onnx.ts';

async function said(name: string): Promise<string> {
  const bytes = readFileSync(new URL(`../../../tests/fixtures/sklearn/${name}.onnx`, import.meta.url));
  return loadOnnx(bytes).then(
    (model) => `loaded: ${[...model.parameters.keys()]}`,
    (error: Error) => error.message,
  );
}

test('models of scikit-learn are refused by their first op that is not for networks, with the remedy', async () => {
  const names = ['logistic-regression', 'random-forest', 'scaler-and-ridge', 'mlp'];
  const messages = await Promise.all(names.map(said));
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "ai.onnx.ml:LinearClassifier node \`LinearClassifier\` of opset 1: ops of classical machine learning (trees, linear models, label tables; skl2onnx writes them) cannot be fine-tuned. Rebuild the model as a network, or cut the file before this node.
    ai.onnx.ml:TreeEnsembleClassifier node \`TreeEnsembleClassifier\` of opset 1: ops of classical machine learning (trees, linear models, label tables; skl2onnx writes them) cannot be fine-tuned. Rebuild the model as a network, or cut the file before this node.
    ai.onnx.ml:Scaler node \`Scaler\` of opset 1: ops of classical machine learning (trees, linear models, label tables; skl2onnx writes them) cannot be fine-tuned. Rebuild the model as a network, or cut the file before this node.
    ai.onnx.ml:ZipMap node \`ZipMap\` of opset 1: ops of classical machine learning (trees, linear models, label tables; skl2onnx writes them) cannot be fine-tuned. Rebuild the model as a network, or cut the file before this node."
  `);
});
