// Two sides -> which layer takes its values from which, or why from none. Never guesses: where two answers are possible, there is none.
import { type Member, type OwnedLayer, type Side, sameType, typeText } from './layers.ts';

/** For each layer of the target the source's layer, or the reason why there is none. */
export type Matches = ReadonlyMap<OwnedLayer, OwnedLayer | string>;

/**
 * Matches whole layers: first those of the same ids, then those that alone share a name and all shapes, then, between two models, the remaining ones
 * of equal shapes in their order, where each has a partner and no two pairs cross.
 * @param heads whether heads take part.
 */
export function matchLayers(target: Side, source: Side, heads: boolean): Matches {
  const matches = new Map<OwnedLayer, OwnedLayer | string>();
  const taken = new Set<OwnedLayer>();
  const open = (layer: OwnedLayer) => heads || !layer.head;
  for (const layer of target.layers) {
    const other = source.layers.find(({ stem }) => stem === layer.stem);
    const conflict = other && conflictOf(layer, other, source.name);
    if (!open(layer)) matches.set(layer, `a head belongs to its task${conflict ? ` (${conflict})` : ''}`);
    else if (other && !open(other)) matches.set(layer, `\`${other.path}\` is the head of \`${source.name}\``);
    else if (other) {
      matches.set(layer, conflict ?? other);
      taken.add(other);
    }
  }
  const rest = () => target.layers.filter((layer) => !matches.has(layer));
  const free = () => source.layers.filter((layer) => open(layer) && !taken.has(layer));
  const pair = (pairs: readonly Pair[]) => {
    for (const [layer, other] of pairs) {
      matches.set(layer, other);
      taken.add(other);
    }
  };
  pair(
    byKey(rest(), free(), (layer) => `${layer.path.split('/').at(-1)} ${signature(layer)}`)
      .filter(({ length }) => length === 1)
      .flat(),
  );
  const inOrder = source.ordered ? byKey(rest(), free(), signature).flat() : [];
  const known = [...matches].flatMap(([layer, other]): Pair[] => (typeof other === 'string' ? [] : [[layer, other]]));
  const crosses = crossing([...known, ...inOrder], target, source);
  if (!crosses) pair(inOrder);
  for (const layer of rest()) {
    const fits = free().filter((other) => signature(other) === signature(layer));
    const candidates = fits.map(({ path }) => `\`${path}\``).join(', ');
    const why = fits.length === 1 ? `only the shapes of ${candidates} fit, which is too little to tell` : `ambiguous: ${candidates} fit`;
    matches.set(layer, fits.length === 0 ? `nothing in \`${source.name}\` has its name or shapes` : why);
  }
  return matches;
}

type Pair = readonly [OwnedLayer, OwnedLayer];

/** Layers of equal key, paired in their order where both sides have as many of them. */
function byKey(targets: readonly OwnedLayer[], sources: readonly OwnedLayer[], keyOf: (layer: OwnedLayer) => string): Pair[][] {
  return [...new Set(targets.map(keyOf))].map((key) => {
    const [left, right] = [targets, sources].map((layers) => layers.filter((layer) => keyOf(layer) === key)) as [OwnedLayer[], OwnedLayer[]];
    return left.length === right.length ? left.map((layer, i): Pair => [layer, right[i] as OwnedLayer]) : [];
  });
}

function crossing(pairs: readonly Pair[], target: Side, source: Side): boolean {
  const places = new Map(pairs.map(([layer, other]) => [layer, source.layers.indexOf(other)]));
  const sequence = target.layers.flatMap((layer) => places.get(layer) ?? []);
  return sequence.some((place, i) => i > 0 && place < (sequence[i - 1] as number));
}

/** Kind, roles, element types and shapes of a layer: layers of equal signature can stand for each other. */
function signature({ head, members }: OwnedLayer): string {
  const roles = members.map(({ role, tensor }) => `${role} ${tensor.dtype} [${tensor.dims.join()}]`).sort();
  return `${head ? 'head' : 'shared'}: ${roles.join('; ')}`;
}

/** The roles that both layers have with different types; `undefined` when there are none. */
function conflictOf(layer: OwnedLayer, other: OwnedLayer, source: string): string | undefined {
  const different = layer.members.filter((member) => {
    const opposite = counterpart(other, member);
    return opposite && !sameType(member.tensor, opposite.tensor);
  });
  const texts = different.map((member) => {
    const opposite = counterpart(other, member) as Member;
    return `\`${member.role}\` is ${typeText(member.tensor)}, but ${typeText(opposite.tensor)} in \`${source}\``;
  });
  return texts.length === 0 ? undefined : texts.join('; ');
}

/** The member of `layer` that has the role of `member`. */
export function counterpart(layer: OwnedLayer, { role }: Member): Member | undefined {
  return layer.members.find((other) => other.role === role);
}
