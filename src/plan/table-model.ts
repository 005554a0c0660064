// Models of the numbers of a table: a linear one, a small network, and that of an earlier run as it goes on. Called by the plan.
import { fail } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { readOnnxFile } from '../graph/onnx/read-file.ts';
import { createModel } from '../nn/create-model.ts';
import { dropout, relu } from '../nn/layers/activation.ts';
import { dense } from '../nn/layers/dense.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { type Goal, scoreNames } from './goal.ts';
import { headState } from './headed.ts';
import { isOfFamiliarity } from './looks.ts';
import { isBeside } from './mean-of-two.ts';
import type { EarlierModel } from './run.ts';

/** What a model reads and gives. */
export interface TableForm {
  /** Numbers of a row. */
  readonly width: number;
  /** Of the two hidden layers; without them the model is linear. */
  readonly hidden?: number | undefined;
  readonly goal: Goal;
}

/** A model with fresh values. */
export function tableModel({ width, hidden, goal }: TableForm): Model {
  const head = dense(goal.outputs, { name: 'head' });
  const layers = hidden === undefined ? [head] : [dense(hidden), relu(), dropout(0.1), dense(hidden), relu(), dropout(0.1), head];
  const { task } = goal;
  const classes = task.kind === 'regression' ? undefined : task.classes;
  return createModel({ name: hidden === undefined ? 'linear' : 'network', input: [width], layers, ...(classes && { classes }) });
}

/**
 * The model of an earlier run, with the weights of those classes or targets that it knew; those of new ones are fresh.
 * @param form as it was read, but for the hidden layers, which its file tells.
 * @throws GraftError `invalid-argument` where the file holds weights of other sizes.
 */
export function earlierTableModel({ model: path, task }: EarlierModel, { width, goal }: Omit<TableForm, 'hidden'>): Model {
  const graph = readOnnxFile(path, { kindOf: (name) => (isBeside(name) || isOfFamiliarity(name) ? 'constant' : 'parameter') });
  const own = graph.ofKind('parameter');
  const stored = new Map(own.map(({ name, data }) => [name, data as Tensor]));
  const matrices = [...stored.values()].filter(({ dims }) => dims.length === 2);
  const model = tableModel({ width, goal, hidden: matrices.length > 1 ? matrices[0]?.dims[0] : undefined });
  const other = () => fail('invalid-argument', `"${path}" is not the model as its run wrote it; go on from the folder of the run.`);
  const heads = new Set(model.groups.flatMap(({ kind, members }) => (kind === 'head' ? members : [])));
  const [weight, bias] = headState(model);
  const earlier = [...heads].map((id) => stored.get(id) ?? other());
  const [from, offset] = [earlier.find(({ dims }) => dims.length === 2) ?? other(), earlier.find(({ dims }) => dims.length === 1) ?? other()];
  for (const [id, { data, dims }] of stateOf(model)) {
    if (heads.has(id)) continue;
    const own = stored.get(id) ?? other();
    if (own.dims.join() !== dims.join()) other();
    (data as Float32Array).set(own.data as Float32Array);
  }
  const [inner = 0] = weight.dims.slice(1);
  if (from.dims[1] !== inner) other();
  const known = scoreNames(task);
  scoreNames(goal.task).forEach((name, c) => {
    const row = known.indexOf(name);
    if (row < 0) return;
    weight.data.set((from.data as Float32Array).subarray(row * inner, (row + 1) * inner), c * inner);
    bias.data[c] = (offset.data as Float32Array)[row] as number;
  });
  return model;
}
