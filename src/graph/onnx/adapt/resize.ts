// Upsample and the older forms of Resize, GridSample and RoiAlign.
import { tensorOf } from '../../../core/tensor.ts';
import type { Value } from '../../graph.ts';
import { type Adapter, type FileNode, without } from './adapter.ts';

/** Up to opset 10, outputs took the input at place / scale, rounded down where `mode` is nearest. */
function stretch(node: FileNode, scales: Value): readonly (Value | undefined)[] {
  const mode = node.string('mode', 'nearest').replace('bilinear', 'linear');
  return node.emit('Resize', [node.input(0), undefined, scales], {
    mode,
    coordinate_transformation_mode: 'asymmetric',
    ...(mode === 'nearest' && { nearest_mode: 'floor' }),
  });
}

export const Upsample: Adapter = (node) =>
  stretch(node, node.opset < 9 ? node.g.constant(tensorOf('float32', node.floats('scales'))) : node.input(1));

/** From opset 11 on files may hold empty tensors for the inputs that they leave out. */
export const Resize: Adapter = (node) => {
  if (node.opset < 11) return stretch(node, node.input(1));
  const inputs = node.inputs.map((value, i) => (i > 0 && value?.shape[0] === 0 ? undefined : value));
  return node.emit(node.op, inputs, node.attrs);
};

const samplings: Readonly<Record<string, string>> = { bilinear: 'linear', bicubic: 'cubic' };

/** Opset 20 renamed the modes. */
export const GridSample: Adapter = (node) => {
  const mode = node.string('mode', 'linear');
  return node.emit(node.op, node.inputs, { ...node.attrs, mode: samplings[mode] ?? mode });
};

/** Before opset 16, regions were not shifted by half a pixel. */
export const RoiAlign: Adapter = (node) =>
  node.opset >= 16 ? undefined : node.emit(node.op, node.inputs, { ...without(node.attrs), coordinate_transformation_mode: 'output_half_pixel' });
