// Ops whose axes were an attribute before opset 13 or 18.
import { type Adapter, without } from './adapter.ts';

const axesAsInput =
  (since: number): Adapter =>
  (node) => {
    if (node.opset >= since) return undefined;
    const axes = 'axes' in node.attrs ? node.g.ints(node.ints('axes')) : undefined;
    return node.emit(node.op, [node.input(0), axes], without(node.attrs, 'axes'));
  };

export const Squeeze = axesAsInput(13);
export const Unsqueeze = axesAsInput(13);
export const ReduceSum = axesAsInput(13);
export const ReduceL1 = axesAsInput(18);
export const ReduceL2 = axesAsInput(18);
export const ReduceLogSum = axesAsInput(18);
export const ReduceLogSumExp = axesAsInput(18);
export const ReduceMax = axesAsInput(18);
export const ReduceMean = axesAsInput(18);
export const ReduceMin = axesAsInput(18);
export const ReduceProd = axesAsInput(18);
export const ReduceSumSquare = axesAsInput(18);
