// What the values of a graph are called in an ONNX file, where an output is the value that has its name. Called by the writer.
import { fail } from '../../core/errors.ts';
import type { Graph, Value } from '../graph.ts';

/** Names in the file. */
export interface FileNames {
  readonly of: ReadonlyMap<Value, string>;
  /** Outputs whose value cannot bear their name, because it is no node's result or is an output already: copies of these values. */
  readonly copies: ReadonlyMap<string, Value>;
}

/**
 * Gives each graph output its name: the result that it stands for takes it, and what was called so before gives way with a number added.
 * @throws GraftError `invalid-model` when an output has the name of an input, parameter or buffer that is another value.
 */
export function fileNames(graph: Graph): FileNames {
  const of = new Map<Value, string>();
  const copies = new Map<string, Value>();
  for (const [name, value] of graph.outputs) {
    if (value.name !== name && (value.kind !== 'result' || of.has(value) || graph.outputs.get(value.name) === value)) copies.set(name, value);
    else of.set(value, name);
  }
  const taken = new Set(graph.outputs.keys());
  for (const value of graph.values.values()) {
    if (of.has(value)) continue;
    if (taken.has(value.name) && value.kind !== 'result' && value.kind !== 'constant') {
      fail('invalid-model', `Output \`${value.name}\` has the name of another value, of kind ${value.kind}. Give the output a name of its own.`);
    }
    let name = value.name;
    for (let i = 1; taken.has(name) || (name !== value.name && graph.values.has(name)); i++) name = `${value.name}_${i}`;
    taken.add(name);
    of.set(value, name);
  }
  return { of, copies };
}
