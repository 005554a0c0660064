// The tensors of a PyTorch model's safetensors file -> a model read from an ONNX file of the same architecture. Called by users after `loadOnnx`.
import { fail } from '../../core/errors.ts';
import { inWords, knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { type Tensor, tensor, toNumbers } from '../../core/tensor.ts';
import type { Node } from '../../graph/graph.ts';
import { modulePath } from '../../nn/import/ties.ts';
import { type Model, stateOf } from '../../nn/model.ts';
import { requireModel } from '../../nn/require-model.ts';
import type { NamedState } from '../../train/state-file.ts';
import { carryOver } from './carry-over.ts';
import { typeText } from './layers.ts';
import type { TransferReport } from './report.ts';

/** Which tensor goes where in {@link pourWeights}. */
export interface PourOptions {
  /**
   * The file's name for an id of the model, as a record or a function; where it gives none, the name is found: the same, the same behind a prefix such
   * as `bert.`, or that of the layer whose node uses the tensor.
   */
  readonly names?: Readonly<Record<string, string>> | ((id: string) => string | undefined);
  /**
   * Ids of matrices that the ONNX file holds transposed, as exporters do with the weights of linear layers. Default: found by their shapes; square ones
   * that a product reads go with the others of the file.
   */
  readonly transpose?: readonly string[];
  /** Whether every parameter and statistic of the model must get a value; default true. */
  readonly strict?: boolean;
}

const KINDS: OptionKinds<PourOptions> = { names: 'any', transpose: 'list', strict: 'boolean' };

/**
 * Copies the values of `source` into `model`, in place, widened to the model's type and turned where the ONNX file holds a matrix transposed.
 * @param source tensors by PyTorch's names, as `readState` gives them.
 * @returns what moved and what did not; `describeTransfer` prints it.
 * @throws GraftError `invalid-argument` when a name is not in the source, or when with `strict` a tensor of the model finds none;
 *   `invalid-shape` when shapes differ, or when nothing tells whether a square matrix is transposed. Nothing is changed then.
 */
export function pourWeights(model: Model, source: NamedState, options: PourOptions = {}): TransferReport {
  requireModel('pourWeights', model);
  if (!(source?.tensors instanceof Map)) {
    const path = typeof source === 'string' ? source : 'model.safetensors';
    fail('invalid-argument', `\`pourWeights\` takes a file's tensors as \`await readState('${path}')\` gives them, not ${inWords(source)}.`);
  }
  knownOptions(options, KINDS, 'pourWeights');
  const { strict = true } = options;
  const state = stateOf(model);
  const users = usersOf(model);
  const select: Record<string, string> = {};
  for (const id of state.keys()) {
    const name = nameFor(id, users.get(id), source, options);
    if (name !== undefined) select[id] = name;
  }
  const missing = [...state.keys()].filter((id) => select[id] === undefined);
  if (strict && missing.length > 0) fail('invalid-argument', missingText(model, source, missing, new Set(Object.values(select))));
  const pairs = Object.entries(select).map(([id, name]): Pair => {
    return { id, to: state.get(id) as Tensor, from: source.tensors.get(name) as Tensor, product: isProduct(users.get(id), id) };
  });
  const turned = turnedIds(pairs, options.transpose);
  const tensors = new Map(pairs.map(({ id, to, from }) => [id, converted(turned.has(id) ? transposed(from) : from, to)] as const));
  const unused = [...source.tensors].filter(([name]) => !Object.values(select).includes(name));
  const report = carryOver({ name: source.name, tensors: new Map([...tensors, ...unused.filter(([name]) => !tensors.has(name))]) }, model, {
    select: Object.fromEntries(pairs.map(({ id }) => [id, id])),
  });
  return { ...report, moved: report.moved.map((moved) => ({ ...moved, from: select[moved.id] as string })) };
}

interface Pair {
  readonly id: string;
  readonly to: Tensor;
  readonly from: Tensor;
  /** Whether a matrix product reads it as it is stored. */
  readonly product: boolean;
}

/** The first node that reads each parameter or buffer. */
function usersOf({ graph }: Model): Map<string, Node> {
  const users = new Map<string, Node>();
  for (const node of graph.nodes) {
    for (const value of node.inputs) if (value?.id !== undefined && !users.has(value.id)) users.set(value.id, node);
  }
  return users;
}

function nameFor(id: string, user: Node | undefined, { name: file, tensors }: NamedState, { names }: PourOptions): string | undefined {
  const given = typeof names === 'function' ? names(id) : names?.[id];
  if (given !== undefined) {
    return tensors.has(given) ? given : fail('invalid-argument', `\`names\` takes \`${id}\` from \`${given}\`, which \`${file}\` does not hold.`);
  }
  if (tensors.has(id)) return id;
  const behind = [...tensors.keys()].filter((name) => name.endsWith(`.${id}`) || id.endsWith(`.${name}`));
  if (behind.length === 1) return behind[0];
  const path = user && modulePath(user.name);
  const roles = user?.op === 'Add' ? ['bias'] : ['weight'];
  return roles.map((role) => `${path}.${role}`).find((name) => path !== undefined && tensors.has(name));
}

/** Whether the node multiplies by the matrix in the orientation in which PyTorch's layers would have to turn it. */
function isProduct(user: Node | undefined, id: string): boolean {
  if (user?.inputs[1]?.id !== id) return false;
  return user.op === 'MatMul' || (user.op === 'Gemm' && !user.attrs.transB);
}

function turnedIds(pairs: readonly Pair[], given: readonly string[] | undefined): Set<string> {
  if (given) {
    const unknown = given.find((id) => pairs.every((pair) => pair.id !== id || pair.from.dims.length !== 2));
    if (unknown !== undefined) fail('invalid-argument', `\`transpose\` names \`${unknown}\`, which is no matrix that gets a value.`);
    return new Set(given);
  }
  const matrices = pairs.filter(({ from, to }) => from.dims.length === 2 && to.dims.length === 2);
  const isSquare = ({ to }: Pair) => to.dims[0] === to.dims[1];
  const turned = matrices.filter((pair) => !isSquare(pair) && pair.from.dims.toReversed().join() === pair.to.dims.join());
  const doubtful = matrices.filter((pair) => isSquare(pair) && pair.product);
  const [first] = doubtful;
  if (first) {
    const oblong = matrices.filter((pair) => !isSquare(pair) && pair.product);
    const share = oblong.filter((pair) => turned.includes(pair)).length;
    if (oblong.length === 0 || (share > 0 && share < oblong.length)) {
      fail(
        'invalid-shape',
        `Nothing tells whether the square matrix \`${first.id}\` [${first.to.dims.join(', ')}] is stored transposed. Name the ids that are in \`transpose\`, or give [].`,
      );
    }
    if (share > 0) turned.push(...doubtful);
  }
  return new Set(turned.map(({ id }) => id));
}

function transposed({ dtype, dims, data }: Tensor): Tensor {
  const [rows, columns] = dims as [number, number];
  const out = data.slice();
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c] as number;
  return tensor(dtype, [columns, rows], out);
}

/** In the type of `to`; shapes are compared later, with names. */
function converted(from: Tensor, { dtype }: Tensor): Tensor {
  if (from.dtype === dtype || dtype !== 'float32') return from;
  return tensor('float32', from.dims, Float32Array.from(toNumbers(from)));
}

function missingText(model: Model, { name, tensors }: NamedState, missing: readonly string[], used: ReadonlySet<string>): string {
  const state = stateOf(model);
  const listed = (lines: readonly string[]) =>
    [...lines.slice(0, 6), ...(lines.length > 6 ? [`... and ${lines.length - 6} more`] : [])].map((line) => `  ${line}`).join('\n');
  const free = [...tensors].filter(([tensorName]) => !used.has(tensorName)).map(([tensorName, value]) => `${tensorName}: ${typeText(value)}`);
  const without = missing.map((id) => `${id}: ${typeText(state.get(id) as Tensor)}`);
  return `\`${name}\` has no tensor for ${missing.length} of \`${model.name}\`:\n${listed(without)}\nNot used of it are\n${listed(free)}\nGive \`names\`, or \`strict: false\` to leave them as they are. Nothing was changed.`;
}
