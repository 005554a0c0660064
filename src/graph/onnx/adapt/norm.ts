// Normalisations of older opsets.
import { type Adapter, without } from './adapter.ts';

/** Before opset 14 a node was in training mode when it had more than one output; from 7 to 8 it could take every place for a channel. */
export const BatchNormalization: Adapter = (node) => {
  const attrs = without(node.attrs, 'spatial', 'is_test', 'consumed_inputs');
  if (node.int('spatial', 1) === 0) node.refuse('`spatial` 0 has a mean for each place. Export the model with opset 9 or newer.');
  if (node.wanted(3) || node.wanted(4)) node.refuse('its saved mean or variance is used. Export the model for inference.');
  const running = node.wanted(1) || node.wanted(2);
  if (node.opset < 14)
    return running ? node.emit(node.op, node.inputs, { ...attrs, training_mode: 1 }, 3) : node.emit(node.op, node.inputs, attrs, 1);
  return running || node.int('training_mode', 0) ? undefined : node.emit(node.op, node.inputs, attrs, 1);
};

/** Before opset 21, scale and bias had one value a group. */
export const GroupNormalization: Adapter = (node) => {
  if (node.opset >= 21) return undefined;
  const channels = node.input(0).shape[1];
  const groups = node.int('num_groups');
  if (typeof channels !== 'number') return node.refuse('the number of its channels is not known. Export the model with fixed channels.');
  const spread = (i: number) => {
    const column = node.g.reshape(node.input(i), [groups, 1]);
    return node.g.reshape(node.g.expand(column, [groups, channels / groups]), [channels]);
  };
  return node.emit(node.op, [node.input(0), spread(1), spread(2)], node.attrs);
};
