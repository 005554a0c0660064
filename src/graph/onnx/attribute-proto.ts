// Node attributes <-> AttributeProto. Which kind a number is, INT or FLOAT, comes from the op's schema or, for ops without one, from the file itself.
import { create } from '@bufbuild/protobuf';
import { type DType, dtypes } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { AttrType, AttrValue } from '../types.ts';
import { type AttributeProto, AttributeProtoSchema, AttributeProto_AttributeType as Kind, type TensorProto } from './onnx_pb.ts';
import { tensorFromProto, tensorToProto } from './tensor-proto.ts';
import { dtypeFromOnnx, int64FromNumber, numberFromInt64 } from './type-proto.ts';

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true });

/** An attribute as read: its value and the kind that the file gives it. */
export interface ReadAttr {
  readonly value: AttrValue;
  readonly type: AttrType;
}

/** How attributes are read. */
export interface ReadAttrOptions {
  /** What the op's schema says of this attribute, if it has one. */
  readonly expected?: AttrType | undefined;
  /** How a tensor and an element type are taken; as they stand unless given. */
  readonly tensor?: (proto: TensorProto) => Tensor;
  readonly dtype?: (dtype: DType) => DType;
}

/**
 * The attribute's value. An INT that the schema calls a `dtype` becomes the name of the element type.
 * @throws GraftError `invalid-model` for kinds that a graph cannot hold (subgraphs, sparse tensors, types) and for a kind other than the schema's.
 */
export function readAttribute(
  proto: AttributeProto,
  place: string,
  { expected, tensor = tensorFromProto, dtype = (same) => same }: ReadAttrOptions,
): ReadAttr {
  const here = `${place}: attribute \`${proto.name}\``;
  const read = readByKind(proto, here, tensor);
  if (expected === 'dtype' && read.type === 'int') return { type: 'dtype', value: dtype(dtypeFromOnnx(Number(proto.i), here)) };
  if (expected && expected !== read.type) fail('invalid-model', `${here} is of kind ${read.type}, but ${expected} is asked for.`);
  return read;
}

function readByKind(proto: AttributeProto, here: string, tensor: (proto: TensorProto) => Tensor): ReadAttr {
  if (proto.refAttrName) fail('invalid-model', `${here} refers to \`${proto.refAttrName}\` of a function. Inline the model's functions first.`);
  switch (proto.type) {
    case Kind.INT:
      return { type: 'int', value: numberFromInt64(proto.i, here) };
    case Kind.FLOAT:
      return { type: 'float', value: proto.f };
    case Kind.STRING:
      return { type: 'string', value: text.decode(proto.s) };
    case Kind.INTS:
      return { type: 'ints', value: proto.ints.map((value) => numberFromInt64(value, here)) };
    case Kind.FLOATS:
      return { type: 'floats', value: proto.floats };
    case Kind.STRINGS:
      return { type: 'strings', value: proto.strings.map((value) => text.decode(value)) };
    case Kind.TENSOR:
      return { type: 'tensor', value: tensor(proto.t ?? fail('invalid-model', `${here} is empty.`)) };
    case Kind.GRAPH:
    case Kind.GRAPHS:
      return fail(
        'invalid-model',
        `${here} is a subgraph; Graft reads graphs without control flow. Export the model with fixed branches and unrolled loops.`,
      );
    default:
      return fail('invalid-model', `${here} is of kind ${nameOf(proto.type)}, which Graft does not read.`);
  }
}

/** The attribute as a message. @throws GraftError `invalid-argument` when the value is not of the kind `type`. */
export function writeAttribute(name: string, value: AttrValue, type: AttrType, place: string): AttributeProto {
  const here = `${place}: attribute \`${name}\``;
  const int = (number: unknown) => int64FromNumber(number as number, here);
  switch (type) {
    case 'dtype':
      return create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(dtypes[value as keyof typeof dtypes].onnx) });
    case 'int':
      return create(AttributeProtoSchema, { name, type: Kind.INT, i: int(value) });
    case 'float':
      return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: value as number });
    case 'string':
      return create(AttributeProtoSchema, { name, type: Kind.STRING, s: utf8.encode(value as string) });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: (value as readonly number[]).map(int) });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: Kind.FLOATS, floats: [...(value as readonly number[])] });
    case 'strings':
      return create(AttributeProtoSchema, { name, type: Kind.STRINGS, strings: (value as readonly string[]).map((item) => utf8.encode(item)) });
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: Kind.TENSOR, t: tensorToProto(value as Tensor) });
  }
}

/** The kind of an attribute that neither a schema nor a file has named, where the value alone tells it. */
export function kindOf(value: AttrValue): AttrType | undefined {
  if (typeof value === 'string') return 'string';
  return typeof value === 'object' && 'dtype' in value ? 'tensor' : undefined;
}

function nameOf(kind: number): string {
  return Object.entries(Kind).find(([, value]) => value === kind)?.[0] ?? String(kind);
}
