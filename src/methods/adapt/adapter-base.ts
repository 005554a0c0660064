// The base that an adapter was made for, as the metadata of its file: hashes of the weights before the head, and the operations that use them. Called when
// adapters are saved and loaded.
import { isFloat } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { attrsOf, type Node, type Value } from '../../graph/graph.ts';
import type { AttrValue } from '../../graph/types.ts';
import { type Model, stateOf } from '../../nn/model.ts';
import { bytesOf, hashOf } from '../../train/fingerprint.ts';
import type { Safetensors } from '../../train/safetensors.ts';

/** What a file says of its base. */
export function baseFacts(base: Model): Safetensors['metadata'] {
  const { operations, joints } = operationsOf(base);
  return { ...hashesOf(base), operations: operations.map(({ text }) => text).join('\n'), joints };
}

/**
 * Compares a model with what a file says of its base: PEFT's say nothing, and early ones of Graft tell no operations.
 * @param source named in errors: the file's path.
 * @throws GraftError `invalid-checkpoint` when the model is another base than the file's, saying in what.
 */
export function requireBase(model: Model, { metadata }: Safetensors, source: string, sameOperations: boolean): void {
  const { graft, layers, base, operations, joints } = metadata;
  if (graft === undefined || base === undefined) return;
  const own = hashesOf(model);
  if (layers !== undefined && layers !== own.layers) {
    fail(
      'invalid-checkpoint',
      `${source} was made for a base of other layers or shapes than model \`${model.name}\` has before its head. Load the model that the adapter was made for.`,
    );
  }
  if (base !== own.base) {
    fail(
      'invalid-checkpoint',
      `${source} was made for a base with other weights than model \`${model.name}\` has before its head. Load the model as it was before that training: not merged, not trained further.`,
    );
  }
  const difference = sameOperations && operations !== undefined && differenceFrom(operations.split('\n'), joints, model);
  if (!difference) return;
  fail(
    'invalid-checkpoint',
    `${source} was made for a base with the weights of model \`${model.name}\` that uses them otherwise: ${difference}. Load the model that the adapter was made for, or give \`{ sameOperations: false }\` where this is the same network written otherwise.`,
  );
}

/** Of ids and shapes, and of the values too. */
function hashesOf(base: Model): { layers: string; base: string } {
  const shared = new Set(base.groups.filter(({ kind }) => kind === 'shared').flatMap(({ members }) => members));
  const parts = [...stateOf(base)].flatMap(([id, { dims, data }]) => (shared.has(id) ? [[`${id} [${dims.join()}]`, bytesOf(data)] as const] : []));
  return { layers: hashOf(...parts.map(([text]) => text)), base: hashOf(...parts.flat()) };
}

interface Operation {
  readonly node: Node;
  /** The op with its attributes and the single numbers that it takes: `Conv dilations=1,1 group=1 ...`, `Clip 1=0 2=6`. */
  readonly text: string;
}

/**
 * What makes the features, in order, and a hash of what reads what. Dropout says nothing of a network's answers, and how sizes are computed depends on the
 * sizes that it was loaded for; both are left out.
 */
function operationsOf({ graph, features }: Model): { operations: Operation[]; joints: string } {
  const operations: Operation[] = [];
  const joints: string[] = [];
  const names = new Map<Value, string>();
  const nameOf = (value: Value | undefined) => (value ? (names.get(value) ?? value.id ?? value.kind) : 'none');
  for (const node of before(graph.nodes, features)) {
    const [output] = node.outputs;
    if (node.op === 'Dropout' || node.op === 'Identity') {
      if (output) names.set(output, nameOf(node.inputs[0]));
      continue;
    }
    if (!node.outputs.some((value) => value && isFloat(value.dtype))) continue;
    node.outputs.forEach((value, i) => {
      if (value) names.set(value, `${operations.length}.${i}`);
    });
    operations.push({ node, text: [node.op, ...settingsOf(node)].join(' ') });
    joints.push(node.inputs.map(nameOf).join());
  }
  return { operations, joints: hashOf(joints.join('\n')) };
}

function before(nodes: readonly Node[], value: Value): Node[] {
  const needed = new Set<Value>([value]);
  const found = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((output) => output && needed.has(output))) return false;
    for (const input of node.inputs) if (input) needed.add(input);
    return true;
  });
  return found.toReversed();
}

function settingsOf(node: Node): string[] {
  const attrs = Object.entries(attrsOf(node)).sort(([a], [b]) => (a < b ? -1 : 1));
  const numbers = node.inputs.flatMap((value, i): [number, AttrValue][] => {
    const { kind, dtype, data } = value ?? {};
    return kind === 'constant' && dtype && isFloat(dtype) && data?.data.length === 1 ? [[i, data]] : [];
  });
  return [...attrs, ...numbers].map(([name, value]) => `${name}=${textOf(value)}`);
}

function textOf(value: AttrValue): string {
  if (typeof value === 'object' && 'data' in value) return value.data.length === 1 ? String(value.data[0]) : hashOf(bytesOf(value.data));
  if (typeof value === 'string') return value.replaceAll(/\s/g, '_');
  // As files hold them, which keep 32 bits.
  return typeof value === 'number' ? String(Math.fround(value)) : value.map(textOf).join();
}

/** In what the operations of a model are others than a file's; nothing where they are the same. */
function differenceFrom(theirs: readonly string[], joints: string | undefined, model: Model): string | undefined {
  const own = operationsOf(model);
  const most = Math.max(theirs.length, own.operations.length);
  const at = Array.from({ length: most }, (_, i) => i).find((i) => theirs[i] !== own.operations[i]?.text);
  if (at === undefined) return joints === own.joints ? undefined : 'the same operations read one another in another order';
  const [wanted, given] = [theirs[at]?.split(' '), own.operations[at]];
  if (!wanted || !given) return `it has ${theirs.length} operations before the head, and the model ${own.operations.length}`;
  const words = given.text.split(' ');
  const place = `operation ${at + 1}, \`${given.node.name}\`, is ${words[0]}`;
  if (words[0] !== wanted[0]) return `${place} in the model, and ${wanted[0]} there`;
  const besides = (one: readonly string[], other: readonly string[]) => one.filter((word) => !other.includes(word)).join(' ') || 'nothing such';
  return `${place} with ${besides(words, wanted)} in the model, and with ${besides(wanted, words)} there`;
}
