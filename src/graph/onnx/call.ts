// Puts the nodes of a function in place of its call, and those of a branch in place of an If whose condition is known. Called by the reader of nodes.
import { create } from '@bufbuild/protobuf';
import { fail } from '../../core/errors.ts';
import { elementsOf, numbersOf } from '../elements.ts';
import { type AttributeProto, AttributeProtoSchema, type FunctionProto, type NodeProto } from './onnx_pb.ts';
import { declareStored, ownDomain, type Reading } from './reading.ts';
import { define, inputNamed, type Scope, valueNamed, within } from './scope.ts';

/** The node's attributes; those that refer to an attribute of the function around it are taken from its call, or left out where that has none. */
export function attributesOf(proto: NodeProto, scope: Scope): AttributeProto[] {
  return proto.attribute.flatMap((attribute) => {
    if (!attribute.refAttrName || scope.depth === 0) return [attribute];
    const given = scope.attributes.get(attribute.refAttrName);
    return given ? [create(AttributeProtoSchema, { ...given, name: attribute.name })] : [];
  });
}

/** Reads the body of a function as if it stood where `proto` calls it. What it makes is called `<call>/<name>`, its results as the call's. */
export function inlineCall(r: Reading, fn: FunctionProto, proto: NodeProto, scope: Scope, place: string): void {
  const attributes = new Map([...fn.attributeProto, ...attributesOf(proto, scope)].map((attribute) => [attribute.name, attribute]));
  const opsets = new Map([...scope.opsets, ...fn.opsetImport.map(({ domain, version }) => [ownDomain(domain), Number(version)] as const)]);
  const prefix = `${scope.prefix}${proto.name || proto.output.find((name) => name) || fn.name}/`;
  const inner = within(scope, place, { opsets, attributes, prefix, given: givenNames(fn.output, proto.output, scope) });
  if (proto.input.length > fn.input.length)
    fail('invalid-model', `${place} has ${proto.input.length} inputs; its function takes ${fn.input.length}.`);
  fn.input.forEach((name, i) => {
    const given = proto.input[i];
    define(inner, name, (given ? inputNamed(scope, given, place) : null) ?? null, place);
  });
  r.nodes(fn.node, inner);
  passOn(fn.output, inner, proto, scope, place);
}

/** Reads the branch that the If node takes. @throws GraftError `unsupported-op` when the condition is not known before the model runs. */
export function inlineBranch(r: Reading, proto: NodeProto, scope: Scope, place: string): void {
  const name = proto.input[0] ?? '';
  const [taken] = numbersOf(elementsOf(valueNamed(scope, name, place))) ?? [];
  if (taken === undefined) {
    fail(
      'unsupported-op',
      `${place}: its condition \`${name}\` is known only when the model runs; Graft takes the branch of a known one. ` +
        'If it depends on sizes, bind them with the option `sizes`; else export the model with one branch.',
    );
  }
  const branch = taken ? 'then_branch' : 'else_branch';
  const body =
    attributesOf(proto, scope).find((attribute) => attribute.name === branch)?.g ?? fail('invalid-model', `${place} has no \`${branch}\`.`);
  const outputs = body.output.map((output) => output.name);
  const inner = within(scope, place, { outer: scope, given: givenNames(outputs, proto.output, scope) });
  declareStored(r, body.initializer, inner);
  r.nodes(body.node, inner);
  passOn(outputs, inner, proto, scope, place);
}

/** The names that results of the inner scope take over from what the node around it calls them. */
function givenNames(inner: readonly string[], outer: readonly string[], scope: Scope): Map<string, string> {
  return new Map(
    inner.flatMap((name, i) => {
      const own = outer[i];
      return own ? [[name, scope.given.get(own) ?? scope.prefix + own]] : [];
    }),
  );
}

function passOn(results: readonly string[], inner: Scope, proto: NodeProto, scope: Scope, place: string): void {
  proto.output.forEach((name, i) => {
    if (name === '') return;
    const result = results[i] ?? fail('invalid-model', `${place} has ${proto.output.length} outputs, but what it stands for has ${results.length}.`);
    define(scope, name, valueNamed(inner, result, place), place);
  });
}
