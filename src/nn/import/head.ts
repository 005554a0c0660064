// Where a network's features end and its classifier begins. Called by `modelOf`.
import type { Node, Value } from '../../graph/graph.ts';

/** What was found behind the features. */
export interface FoundHead {
  /** Scores, before a softmax at the end. */
  readonly logits: Value;
  /** What the classifier reads; the scores themselves where no classifier was found. */
  readonly features: Value;
  readonly notes: readonly string[];
}

/** Ops that leave the classifier's scores what they are. */
const TRANSPARENT = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout', 'Cast']);
/** Ops between a classifier that is a 1x1 convolution and the scores. */
const POOLING = new Set(['Relu', 'GlobalAveragePool', 'AveragePool', 'ReduceMean']);
const NORMALISING = new Set(['Softmax', 'LogSoftmax', 'Sigmoid']);

/** Walks back from the output to the last layer with a weight: a matrix product, or a 1x1 convolution before a global pool. */
export function findHead(output: Value): FoundHead {
  const notes: string[] = [];
  let logits = output;
  const end = output.node;
  if (end && NORMALISING.has(end.op) && end.inputs[0]) {
    logits = end.inputs[0];
    notes.push(`The output \`${output.name}\` is a ${end.op}; the scores before it are what trains.`);
  }
  let value = logits;
  let pooled = false;
  for (let node = value.node; node; node = value.node) {
    const [data] = node.inputs;
    if (!data) break;
    const weight = weightOf(node);
    if (weight && (node.op === 'Gemm' || node.op === 'MatMul')) return pooled ? none(logits, notes) : { logits, features: data, notes };
    if (weight && node.op === 'Conv' && pooled && weight.shape.slice(2).every((size) => size === 1)) return { logits, features: data, notes };
    if (TRANSPARENT.has(node.op)) value = data;
    else if (POOLING.has(node.op)) [value, pooled] = [data, true];
    else if (node.op === 'Add' && node.inputs.some(isBias)) value = node.inputs.find((input) => input && !isBias(input)) ?? data;
    else break;
  }
  return none(logits, notes);
}

function none(logits: Value, notes: readonly string[]): FoundHead {
  return { logits, features: logits, notes: [...notes, `No classifier was found before \`${logits.name}\`, so that is taken for the features.`] };
}

/** The parameter that a product multiplies with, stored as it is or transposed. */
function weightOf({ inputs: [, weight] }: Node): Value | undefined {
  const stored = weight?.node?.op === 'Transpose' ? weight.node.inputs[0] : weight;
  return stored?.kind === 'parameter' ? stored : undefined;
}

function isBias(value: Value | undefined): boolean {
  return value?.kind === 'parameter' && value.shape.length === 1;
}
