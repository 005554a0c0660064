// The blocks of a network made elsewhere: from the names of its parameters or nodes, or, where names are gone, from its shape. Called by `modelOf`.
import type { Graph, Node, Value } from '../../graph/graph.ts';
import type { Group } from '../model.ts';
import { modulePath } from './ties.ts';

/** A parameter or running statistic, and the first node that uses it. */
interface Member {
  readonly value: Value;
  readonly node: Node;
  readonly at: number;
}

/** A group is split further while it holds more than this share of the tensors, and more than so many. */
const [LARGEST_SHARE, LARGEST_COUNT] = [1 / 3, 8];

/** Groups in the order in which the network uses them. `isHead` tells nodes that belong to the task. */
export function groupsOf(graph: Graph, isHead: (node: Node) => boolean): Group[] {
  const members = membersOf(graph);
  const body = members.filter(({ node }) => !isHead(node));
  const paths = new Map(members.flatMap((member) => [[member, pathOf(member)] as const]));
  const named = body.filter((member) => paths.get(member) !== undefined).length >= 0.9 * body.length;
  const names = named ? blocksByName(body, paths) : blocksByShape(graph, body);
  const groups = new Map<string, { kind: Group['kind']; members: string[] }>();
  for (const member of members) {
    const name = names.get(member) ?? headName(names, paths.get(member));
    const kind = names.has(member) ? 'shared' : 'head';
    const group = groups.get(name) ?? { kind, members: [] };
    groups.set(name, group);
    group.members.push(member.value.id as string);
  }
  return Array.from(groups, ([name, group]) => ({ name, ...group }));
}

/** Parameters and statistics in the order of their first use. */
function membersOf(graph: Graph): Member[] {
  const seen = new Map<Value, Member>();
  graph.nodes.forEach((node, at) => {
    for (const value of node.inputs) {
      if ((value?.kind === 'parameter' || value?.kind === 'buffer') && !seen.has(value)) seen.set(value, { value, node, at });
    }
  });
  return [...seen.values()];
}

/** The module that a parameter belongs to, by its own name or by that of the node that uses it. */
function pathOf({ value: { name }, node }: Member): string | undefined {
  const told = /^[\p{L}_][\w-]*(?:[./][\w-]+)+$/u.test(name) && !name.startsWith('onnx::');
  return told ? name.replaceAll('/', '.').replace(/\.[^.]*$/, '') : modulePath(node.name);
}

function headName(taken: ReadonlyMap<Member, string>, path: string | undefined): string {
  const name = path ?? 'head';
  return [...taken.values()].includes(name) ? `${name} (head)` : name;
}

/** `layer1.0` of `layer1.0.conv1`: up to the numbers that tell a block from its siblings. */
function blocksByName(members: readonly Member[], paths: ReadonlyMap<Member, string | undefined>): Map<Member, string> {
  let last = 'start';
  const parts = new Map(
    members.map((member) => {
      last = paths.get(member) ?? last;
      return [member, last.split('.')] as const;
    }),
  );
  const containers = new Set<string>();
  const numbered = (path: readonly string[]): number => {
    const first = path.findIndex((part) => /^\d+$/.test(part));
    if (first < 0) return 0;
    const next = path.slice(first).findIndex((part) => !/^\d+$/.test(part));
    return next < 0 ? path.length : first + next;
  };
  for (const path of parts.values()) for (let end = 1; end < numbered(path); end++) containers.add(path.slice(0, end).join('.'));
  const depth = new Map(
    Array.from(parts, ([member, path]) => {
      let end = numbered(path) || 1;
      if (!numbered(path)) while (end < path.length && containers.has(path.slice(0, end).join('.'))) end++;
      return [member, end] as const;
    }),
  );
  const block = (member: Member) => (parts.get(member) as string[]).slice(0, depth.get(member)).join('.');
  for (;;) {
    const sizes = new Map<string, number>();
    for (const member of members) sizes.set(block(member), (sizes.get(block(member)) ?? 0) + 1);
    const large = members.filter((member) => {
      const size = sizes.get(block(member)) as number;
      const path = parts.get(member) as string[];
      const divisible = numbered(path) === 0 && (depth.get(member) as number) < path.length;
      return divisible && size > LARGEST_COUNT && size > LARGEST_SHARE * members.length;
    });
    if (large.length === 0) break;
    for (const member of large) depth.set(member, (depth.get(member) as number) + 1);
  }
  return new Map(members.map((member) => [member, block(member)]));
}

/** Blocks end where a single value carries everything on: behind a layer of a chain, behind the addition that ends a residual block. */
function blocksByShape(graph: Graph, members: readonly Member[]): Map<Member, string> {
  const active = new Set<Value>(graph.ofKind('input'));
  const lastUse = new Map<Value, number>();
  graph.nodes.forEach((node, at) => {
    if (!node.inputs.some((value) => value && active.has(value))) return;
    for (const value of node.outputs) if (value) active.add(value);
    for (const value of node.inputs) if (value && active.has(value)) lastUse.set(value, at);
  });
  const cuts: number[] = [];
  const open = new Set<Value>();
  graph.nodes.forEach((node, at) => {
    for (const value of node.outputs) if (value && active.has(value) && (lastUse.get(value) ?? -1) > at) open.add(value);
    for (const value of open) if ((lastUse.get(value) as number) <= at) open.delete(value);
    if (open.size <= 1) cuts.push(at);
  });
  const segment = (at: number) => cuts.filter((cut) => cut < at).length;
  const order = [...new Set(members.map(({ at }) => segment(at)))];
  return new Map(members.map((member) => [member, `block${order.indexOf(segment(member.at)) + 1}`]));
}
