// What a model is made of, as data and as text: layers, groups, parameters, ties, what trains, what does not and why. Called by users and the CLI.
import { sizeOf } from '../../core/tensor.ts';
import { formatShape } from '../../graph/types.ts';
import type { Model } from '../model.ts';
import type { Barrier, ConstantInfo, Merge, Tie } from './record.ts';

/** One parameter of an {@link Inspection}. */
export interface InspectedParameter {
  readonly id: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly decay: boolean;
  /** Keeps its value, since an adapter learns in its place. */
  readonly frozen?: true;
}

/** Parameters that are frozen and carried over together. */
export interface InspectedGroup {
  readonly name: string;
  readonly kind: 'shared' | 'head';
  readonly parameters: readonly InspectedParameter[];
  /** Running statistics, by id. */
  readonly buffers: readonly string[];
  /** Numbers that its parameters hold together. */
  readonly count: number;
}

/** What {@link inspect} tells. */
export interface Inspection {
  readonly name: string;
  /** Inputs and output with their types: `float32 [N, 3, 224, 224]`. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly output: string;
  /** What the head reads. */
  readonly features: { readonly name: string; readonly type: string };
  /** How many nodes of each op, the most frequent first. */
  readonly ops: Readonly<Record<string, number>>;
  readonly groups: readonly InspectedGroup[];
  /** Numbers that its parameters hold, in all. */
  readonly count: number;
  /** Those of them that learn unless their group is frozen: all but what adapters stand beside. */
  readonly learning: number;
  readonly constants: readonly ConstantInfo[];
  readonly ties: readonly Tie[];
  readonly merges: readonly Merge[];
  readonly barriers: readonly Barrier[];
  readonly notes: readonly string[];
}

/** Tells what a model is made of. */
export function inspect(model: Model): Inspection {
  const { graph, imported } = model;
  const type = ({ dtype, shape }: typeof model.logits) => `${dtype} ${formatShape(shape)}`;
  const shapes = new Map(graph.ofKind('parameter').map(({ id = '', shape }) => [id, shape as number[]]));
  const groups = model.groups.map(({ name, kind, members }): InspectedGroup => {
    const parameters = members.flatMap((id): InspectedParameter[] => {
      const shape = shapes.get(id);
      const { decay = false, frozen } = model.parameters.get(id) ?? {};
      return shape ? [{ id, shape, count: sizeOf(shape), decay, ...(frozen && { frozen }) }] : [];
    });
    const count = parameters.reduce((sum, parameter) => sum + parameter.count, 0);
    return { name, kind, parameters, buffers: members.filter((id) => !shapes.has(id)), count };
  });
  const ops = new Map<string, number>();
  for (const { op } of graph.nodes) ops.set(op, (ops.get(op) ?? 0) + 1);
  return {
    name: model.name,
    inputs: Object.fromEntries([model.input, ...(model.extras ?? [])].map((value) => [value.name, type(value)])),
    output: type(model.logits),
    features: { name: model.features.name, type: type(model.features) },
    ops: Object.fromEntries([...ops].sort(([, a], [, b]) => b - a)),
    groups,
    count: groups.reduce((sum, group) => sum + group.count, 0),
    learning: groups.flatMap(({ parameters }) => parameters).reduce((sum, { count, frozen }) => sum + (frozen ? 0 : count), 0),
    constants: imported?.constants ?? [],
    ties: imported?.ties ?? [],
    merges: imported?.merges ?? [],
    barriers: imported?.barriers ?? [],
    notes: imported?.notes ?? [],
  };
}

/** Entries of a list that are shown; the number of the others is told. */
const SHOWN = 12;

/** An {@link Inspection} as lines of text. */
export function describeModel({
  name,
  inputs,
  output,
  features,
  ops,
  groups,
  count,
  learning,
  constants,
  ties,
  merges,
  barriers,
  notes,
}: Inspection): string {
  const width = Math.max(5, ...groups.map((group) => group.name.length));
  const number = (value: number) => value.toLocaleString('en-US');
  const list = <T>(title: string, items: readonly T[], line: (item: T) => string): string[] => {
    if (items.length === 0) return [];
    const more = items.length > SHOWN ? [`  ... and ${items.length - SHOWN} more`] : [];
    return ['', title, ...items.slice(0, SHOWN).map((item) => `  ${line(item)}`), ...more];
  };
  return [
    learning === count
      ? `${name}: ${number(count)} trainable numbers in ${groups.reduce((sum, { parameters }) => sum + parameters.length, 0)} parameters`
      : `${name}: ${number(learning)} of ${number(count)} numbers learn, beside weights that stay as they are`,
    ...Object.entries(inputs).map(([input, type]) => `  input     ${input}: ${type}`),
    `  output    ${output}`,
    `  features  ${features.name}: ${features.type}`,
    `  ops       ${Object.entries(ops)
      .slice(0, SHOWN)
      .map(([op, times]) => `${op} ${times}`)
      .join(', ')}`,
    '',
    `${'group'.padEnd(width)}  kind    parameters      numbers`,
    ...groups.map(
      (group) =>
        `${group.name.padEnd(width)}  ${group.kind.padEnd(6)}  ${String(group.parameters.length).padStart(10)}  ${number(group.count).padStart(11)}`,
    ),
    ...list('Shared by several places:', ties, (tie) => `${tie.name}: ${tie.nodes.join(', ')}`),
    ...list(
      'Merged in the file because their values were equal, and given back to each place:',
      merges,
      (merge) => `${merge.name}: ${merge.names.join(', ')}`,
    ),
    ...list('Not trained:', constants, (constant) => `${constant.name} ${formatShape(constant.shape)}: ${constant.why}`),
    ...list('No gradient passes:', barriers, ({ op, node, why }) => `${op} node ${node}: ${why}`),
    ...list('Notes:', notes, (note) => note),
  ].join('\n');
}
