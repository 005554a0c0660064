// Ops that move elements, whose bounds, sizes or pads were attributes in older opsets; and attributes of newer ones that change nothing.
import { tensorOf } from '../../../core/tensor.ts';
import { type Adapter, without } from './adapter.ts';

export const Slice: Adapter = (node) => {
  if (node.opset >= 10) return undefined;
  const list = (name: string) => (name in node.attrs ? node.g.ints(node.ints(name)) : undefined);
  return node.emit(node.op, [node.input(0), node.g.ints(node.ints('starts')), node.g.ints(node.ints('ends')), list('axes')]);
};

/** Sizes were an attribute before opset 13; equal parts were not spelled out before 18. */
export const Split: Adapter = (node) => {
  const attrs = without(node.attrs, 'split');
  if (node.opset >= 18) return undefined;
  if (node.opset < 13 && 'split' in node.attrs) return node.emit(node.op, [node.input(0), node.g.ints(node.ints('split'))], attrs);
  return node.inputs[1] ? undefined : node.emit(node.op, [node.input(0)], { ...attrs, num_outputs: node.outputs });
};

export const Pad: Adapter = (node) => {
  if (node.opset >= 11) return undefined;
  const x = node.input(0);
  const value = node.float('value', 0);
  const filler = value === 0 ? undefined : node.g.scalar(value, x.dtype);
  return node.emit(node.op, [x, node.g.ints(node.ints('pads')), filler], { mode: node.string('mode', 'constant') });
};

/** The largest float32 stood for "no bound". */
export const Clip: Adapter = (node) => {
  if (node.opset >= 11) return undefined;
  const x = node.input(0);
  const bound = (name: string) => {
    const value = node.float(name, Number.POSITIVE_INFINITY);
    return Math.abs(value) > 3.4e38 ? undefined : node.g.scalar(value, x.dtype);
  };
  return node.emit(node.op, [x, bound('min'), bound('max')]);
};

export const TopK: Adapter = (node) =>
  node.opset >= 10 ? undefined : node.emit(node.op, [node.input(0), node.g.ints([node.int('k')])], without(node.attrs, 'k'));

/** The ratio was an attribute before opset 12, the mask no bool before 10. */
export const Dropout: Adapter = (node) => {
  if (node.opset >= 12) return undefined;
  if (node.opset < 10 && node.wanted(1)) node.refuse('its mask is used, which was no bool then. Export the model for inference.');
  const ratio = node.g.constant(tensorOf('float32', node.float('ratio', 0.5)));
  return node.emit(node.op, [node.input(0), ratio], {}, node.wanted(1) ? 2 : 1);
};

export const Scatter: Adapter = (node) => node.emit('ScatterElements', node.inputs, node.attrs);

/** How floats are narrowed to 8 bits says nothing of the types that Graft holds. A cast to a value's own type is the value. */
export const Cast: Adapter = (node) => {
  const x = node.input(0);
  return node.attrs.to === x.dtype ? [x] : node.emit(node.op, [x], without(node.attrs, 'saturate', 'round_mode'));
};

export const CastLike: Adapter = (node) => {
  const [x, { dtype }] = [node.input(0), node.input(1)];
  return dtype === x.dtype ? [x] : node.emit('Cast', [x], { to: dtype });
};

/** Rounding within half precision only. */
export const Range: Adapter = (node) => node.emit(node.op, node.inputs, without(node.attrs, 'stash_type'));

/** Opset 28 names the one order that there was before. */
export const SpaceToDepth: Adapter = (node) => {
  const mode = node.string('mode', 'DCR');
  if (mode !== 'DCR') node.refuse(`its mode is ${mode}; Graft knows DCR. Export the model with opset 22.`);
  return node.emit(node.op, node.inputs, without(node.attrs, 'mode'));
};

/** Opset 19 gave AveragePool dilations. */
export const AveragePool: Adapter = (node) =>
  node.ints('dilations', []).every((step) => step === 1) ? node.emit(node.op, node.inputs, without(node.attrs, 'dilations')) : undefined;
