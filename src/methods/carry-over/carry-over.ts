// Values of one model or state -> another model, in place, with an account of what moved, what did not, and why. Called by users before `transfer`.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { suggest } from '../../core/nearest.ts';
import type { Model } from '../../nn/model.ts';
import { requireModel } from '../../nn/require-model.ts';
import type { NamedState } from '../../train/state-file.ts';
import { partOf } from '../adapt/adapter-names.ts';
import { type Member, pathOf, type Side, sameType, sideOf, typeText } from './layers.ts';
import { counterpart, matchLayers } from './match.ts';
import type { Moved, TransferReport, Unmoved } from './report.ts';
import { type Selection, selection } from './select.ts';

/** Which tensors {@link carryOver} copies, and how strictly. */
export interface CarryOverOptions {
  /**
   * What carries over. `auto`, the default: all layers that find their like, heads only where both models name the same classes. `whole`: everything,
   * heads included, and everything must fit. A name or a list of them: layers or groups, which must fit, and globs such as `conv*` or `block?`,
   * less those that begin with `!`; heads among them carry over. A record: the source's id for each id of the target, both of which must exist and fit.
   */
  readonly select?: string | readonly string[] | Readonly<Record<string, string>>;
  /** Throws where a selected tensor would stay as it is; default false. */
  readonly strict?: boolean;
}

const KINDS: OptionKinds<CarryOverOptions> = { select: 'any', strict: 'boolean' };

/**
 * Copies parameters and running statistics into `target`. Layers find their like by path, then by name and shapes, then by order among equal shapes,
 * each only where one answer is possible; a layer whose shapes differ from those of its namesake stays as it is.
 * @param source a model, or tensors by id as `readState` gives them.
 * @returns which tensors moved, which of the target's did not and which of the source's were not used, with reasons; `describeTransfer` prints it.
 * @throws GraftError `invalid-argument` for names that match nothing; `invalid-shape` when what is named, or with `strict` anything selected, does
 *   not fit. Nothing is changed then.
 */
export function carryOver(source: Model | NamedState, target: Model, options: CarryOverOptions = {}): TransferReport {
  knownOptions(options, KINDS, 'carryOver');
  requireModel('carryOver', target);
  if (!('tensors' in Object(source))) requireModel('carryOver', source);
  const { select: given = 'auto', strict = given === 'whole' } = options;
  const select = typeof given === 'string' && given !== 'auto' && given !== 'whole' ? [given] : given;
  if (source === target) fail('invalid-argument', `Source and target are the same model, \`${target.name}\`; create one for the target.`);
  const sides = { source: sideOf(source), target: sideOf(target) };
  const plan = select === 'auto' || select === 'whole' || isList(select) ? planBySelection(sides, select, strict) : planByMap(sides, select);
  for (const { to, from } of plan.moves) (to.tensor.data as Float32Array).set(from.tensor.data as Float32Array);
  return reportOf(sides, plan);
}

interface Sides {
  readonly source: Side;
  readonly target: Side;
}

interface Plan {
  readonly moves: readonly { readonly to: Member; readonly from: Member }[];
  /** Why a member of the target stays as it is, by id. */
  readonly fresh: ReadonlyMap<string, string>;
  /** Why a member of the source is not used, by id. */
  readonly unused: ReadonlyMap<string, string>;
}

function planBySelection({ source, target }: Sides, select: 'auto' | 'whole' | readonly string[], strict: boolean): Plan {
  const asked = select !== 'auto';
  const sameClasses = target.classes !== undefined && target.classes.join('\n') === source.classes?.join('\n');
  const heads = asked || sameClasses;
  const paths = target.layers.flatMap((layer) => layer.members.map((member) => pathOf(layer, member)));
  const chosen: Selection = selection(isList(select) ? select : ['**'], paths, `model \`${target.name}\``);
  const plan = { moves: [] as { to: Member; from: Member }[], fresh: new Map<string, string>(), unused: new Map<string, string>() };
  const missing = new Set<string>();
  for (const [layer, match] of matchLayers(target, source, heads)) {
    for (const to of layer.members) {
      const path = pathOf(layer, to);
      const from = typeof match === 'string' ? undefined : counterpart(match, to);
      const reason = typeof match === 'string' ? match : `\`${match.path}\` of \`${source.name}\` has no \`${to.role}\``;
      if (!chosen.has(path)) {
        plan.fresh.set(to.id, 'not selected');
        if (from) plan.unused.set(from.id, 'not selected');
      } else if (from) plan.moves.push({ to, from });
      else {
        plan.fresh.set(to.id, reason);
        if (chosen.requires(path) || (strict && (heads || !layer.head))) missing.add(`\`${layer.path}\`: ${reason}`);
      }
    }
  }
  if (missing.size > 0) {
    fail(
      'invalid-shape',
      `Model \`${target.name}\` cannot take from \`${source.name}\` what it was asked to:\n${listed([...missing])}\nNothing was changed.`,
    );
  }
  for (const layer of source.layers) {
    for (const { id } of layer.members) if (!heads && layer.head) plan.unused.set(id, `a head belongs to its task`);
  }
  return plan;
}

function planByMap({ source, target }: Sides, map: Readonly<Record<string, string>>): Plan {
  if (Object.keys(map).length === 0) fail('invalid-argument', `\`select\` is empty; map tensors of model \`${target.name}\`, or leave it out.`);
  const [targets, sources] = [membersOf(target), membersOf(source)];
  const find = (members: ReadonlyMap<string, Member>, id: string, name: string) =>
    members.get(id) ?? fail('invalid-argument', `\`select\`: \`${name}\` has no tensor \`${id}\`; ${suggest(id, [...members.keys()])}`);
  const moves = Object.entries(map).map(([to, from]) => ({ to: find(targets, to, target.name), from: find(sources, from, source.name) }));
  const wrong = moves.filter(({ to, from }) => !sameType(to.tensor, from.tensor));
  if (wrong.length > 0) {
    const lines = wrong.map(({ to, from }) => `\`${to.id}\` is ${typeText(to.tensor)}, but \`${from.id}\` is ${typeText(from.tensor)}`);
    fail('invalid-shape', `\`select\` maps tensors of \`${source.name}\` to others in shape or type:\n${listed(lines)}\nNothing was changed.`);
  }
  const moved = new Set(moves.map(({ to }) => to.id));
  const fresh = new Map([...targets.keys()].flatMap((id) => (moved.has(id) ? [] : [[id, 'not in the map'] as const])));
  const unused = new Map([...sources.keys()].map((id) => [id, 'not in the map']));
  return { moves, fresh, unused };
}

function reportOf({ source, target }: Sides, { moves, fresh, unused }: Plan): TransferReport {
  const origin = new Map(moves.map(({ to, from }) => [to.id, from.id]));
  const used = new Set(origin.values());
  const moved: Moved[] = [];
  const unmoved: Unmoved[] = [];
  for (const { id, tensor } of membersOf(target).values()) {
    const [from, dims] = [origin.get(id), Object.freeze([...tensor.dims])];
    if (from === undefined)
      unmoved.push(Object.freeze({ id, dims, reason: fresh.get(id) ?? fail('internal', `\`${id}\` neither moved nor stayed.`) }));
    else moved.push(Object.freeze({ id, from, dims }));
  }
  const rest = [...membersOf(source).values()].filter(({ id }) => !used.has(id));
  return Object.freeze({
    source: source.name,
    target: target.name,
    moved: Object.freeze(moved),
    fresh: Object.freeze(unmoved),
    unused: Object.freeze(
      rest.map(
        ({ id, tensor }): Unmoved => Object.freeze({ id, dims: Object.freeze([...tensor.dims]), reason: unused.get(id) ?? whyUnused(id, target) }),
      ),
    ),
  });
}

function whyUnused(id: string, target: Side): string {
  if (partOf(id)) return "an adapter's: what it learnt carries over from the model that `mergeAdapters` makes";
  return `nothing in \`${target.name}\` takes it`;
}

function membersOf({ layers }: Side): Map<string, Member> {
  return new Map(layers.flatMap(({ members }) => members.map((member) => [member.id, member])));
}

/** The first few of many lines. */
function listed(lines: readonly string[]): string {
  const shown = lines.slice(0, 8).map((line) => `  ${line}`);
  return [...shown, ...(lines.length > 8 ? [`  ... and ${lines.length - 8} more`] : [])].join('\n');
}

function isList(select: CarryOverOptions['select']): select is readonly string[] {
  return Array.isArray(select);
}
