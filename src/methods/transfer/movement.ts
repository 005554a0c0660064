// How far training moved a model: its values before and after, by groups of parameters. Called by the plan, for reports.
import type { Tensor } from '../../core/tensor.ts';
import { type Group, type Model, stateOf } from '../../nn/model.ts';

/** What became of one parameter. */
export interface ParameterMovement {
  readonly id: string;
  /** Numbers that it holds. */
  readonly numbers: number;
  /** Whether any of them changed. */
  readonly learnt: boolean;
  /** `||after - before||` and `||before||`. */
  readonly distance: number;
  readonly norm: number;
}

/** What became of the parameters of one group. */
export interface GroupMovement {
  readonly name: string;
  readonly kind: Group['kind'];
  readonly parameters: readonly ParameterMovement[];
  /** Running statistics: how many tensors of them, and how many changed. */
  readonly statistics: { readonly all: number; readonly changed: number };
}

/**
 * The groups of a model in their order.
 * @param before its values when training began, by id, as `stateOf` gives them for a model of the same form.
 */
export function movement(model: Model, before: ReadonlyMap<string, Tensor>): GroupMovement[] {
  const after = stateOf(model);
  const pair = (id: string) => [before.get(id)?.data, after.get(id)?.data] as [Float32Array, Float32Array];
  return model.groups.map(({ name, kind, members }) => {
    const buffers = members.filter((id) => !model.parameters.has(id));
    return {
      name,
      kind,
      parameters: members.filter((id) => model.parameters.has(id)).map((id) => ({ id, ...moved(...pair(id)) })),
      statistics: { all: buffers.length, changed: buffers.filter((id) => moved(...pair(id)).learnt).length },
    };
  });
}

function moved(before: Float32Array, after: Float32Array): Omit<ParameterMovement, 'id'> {
  let [distance, norm] = [0, 0];
  for (let i = 0; i < after.length; i++) {
    const [from, to] = [Number(before[i]), Number(after[i])];
    distance += (to - from) ** 2;
    norm += from * from;
  }
  return { numbers: after.length, learnt: distance > 0, distance: Math.sqrt(distance), norm: Math.sqrt(norm) };
}

/** `||after - before|| / ||before||` over several parameters; nothing where all were 0. */
export function relativeDistance(parameters: readonly ParameterMovement[]): number | undefined {
  const length = (of: (one: ParameterMovement) => number) => Math.hypot(...parameters.map(of));
  const norm = length((one) => one.norm);
  return norm === 0 ? undefined : length((one) => one.distance) / norm;
}
