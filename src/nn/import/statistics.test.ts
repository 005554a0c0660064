// Running statistics that a file stores in one tensor with parameters, as exporters do with equal ones.
import { expect, test } from 'vitest';
import { tensorOf, toNumbers } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { stateOf } from '../model.ts';
import { loadOnnx } from './load-onnx.ts';

/** Two new batch norms behind a convolution; `own` gives what is stored under the name, given the ones and zeros that are stored first. */
function norms(own: (g: Builder, name: string, shared: Value) => Value): Uint8Array {
  const g = new Builder('norms');
  const conv = g.parameter('conv.weight', tensorOf('float32', [1, 2, 3, 4], [2, 2, 1, 1]));
  let x = g.op('Conv', [g.input('x', 'float32', ['batch', 2, 4, 4]), conv]);
  const [ones, zeros] = [g.parameter('bn1.weight', tensorOf('float32', [1, 1])), g.parameter('bn1.bias', tensorOf('float32', [0, 0]))];
  for (const bn of ['bn1', 'bn2']) {
    const [weight, bias] = bn === 'bn1' ? [ones, zeros] : [own(g, 'bn2.weight', ones), own(g, 'bn2.bias', zeros)];
    const statistics = [own(g, `${bn}.running_mean`, zeros), own(g, `${bn}.running_var`, ones)];
    const [y] = g.append(
      'BatchNormalization',
      [x, weight, bias, ...statistics],
      {},
      { name: `/${bn}/BatchNormalization`, outputs: [`/${bn}/y`] },
    ).outputs;
    x = g.relu(y as Value);
  }
  g.output('logits', g.mean(x, [2, 3]));
  return writeOnnx(g);
}

const identity = (g: Builder, name: string, shared: Value) => g.append('Identity', [shared], {}, { outputs: [name] }).outputs[0] as Value;

test.each([
  ['each behind an Identity', identity],
  ['read from there at once', (_: Builder, _name: string, shared: Value) => shared],
])('are buffers of their own under their own names, and the parameters train: %s', async (_, own) => {
  const { graph, parameters } = await loadOnnx(norms(own));
  expect([...parameters.keys()].toSorted()).toEqual(['bn1.bias', 'bn1.weight', 'bn2.bias', 'bn2.weight', 'conv.weight']);
  const statistics = ['bn1.running_mean', 'bn1.running_var', 'bn2.running_mean', 'bn2.running_var'];
  expect(
    graph
      .ofKind('buffer')
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(statistics);
  const norm = graph.nodes.filter(({ op }) => op === 'BatchNormalization');
  expect(norm.flatMap(({ inputs }) => inputs.slice(3).map((value) => value?.id))).toEqual(statistics);
});

test('keep the values of the file', async () => {
  const model = await loadOnnx(norms(identity));
  expect(toNumbers(stateOf(model).get('bn2.running_var') as never)).toEqual([1, 1]);
});

test('stay shared where one batch norm is used twice', async () => {
  const once = new Map<string, Value>();
  const shared = (g: Builder, name: string) => {
    const stem = name.replace(/^bn\d/, 'bn');
    const value = once.get(stem) ?? g.parameter(stem, tensorOf('float32', [2, 3]));
    once.set(stem, value);
    return value;
  };
  const { graph } = await loadOnnx(norms(shared));
  expect(graph.ofKind('buffer').map(({ id }) => id)).toEqual(['bn.running_mean', 'bn.running_var']);
});
