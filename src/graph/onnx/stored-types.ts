// Which initialisers a file stores in another width than float32: noted in a graph's metadata by the reader, so that an export may write them so again.
import { type DType, dtypes } from '../../core/dtype.ts';
import type { Graph } from '../graph.ts';
import type { TensorProto } from './onnx_pb.ts';

/** Key in the metadata of graphs and files. */
const KEY = 'graft.stored';
const widths = ['float16', 'bfloat16', 'float64'] as const satisfies readonly DType[];

/** Notes the initialisers of other widths, by their names. */
export function noteStoredTypes(graph: Graph, stored: readonly TensorProto[]): void {
  const names = widths.map((dtype) => [dtype, stored.filter(({ dataType }) => dataType === dtypes[dtype].onnx).map(({ name }) => name)] as const);
  const found = names.filter(([, list]) => list.length > 0);
  if (found.length > 0) graph.metadata.set(KEY, JSON.stringify(Object.fromEntries(found)));
}

/** Takes back what was noted: the graph is to be written as it is. */
export function forgetStoredTypes(graph: Graph): void {
  graph.metadata.delete(KEY);
}

/** Element type in which the file that a graph was read from stored an initialiser, by name, where that was not float32. */
export function storedTypes(graph: Graph): ReadonlyMap<string, DType> {
  const noted = parse(graph.metadata.get(KEY) ?? '{}');
  return new Map(widths.flatMap((dtype) => listOf(noted[dtype]).map((name): [string, DType] => [name, dtype])));
}

/** Metadata come from files, which may hold anything. */
function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function listOf(noted: unknown): string[] {
  return Array.isArray(noted) ? noted.filter((name) => typeof name === 'string') : [];
}
