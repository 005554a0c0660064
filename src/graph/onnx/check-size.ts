// How much memory the messages of a file will take, told from its bytes before any is made: two bytes can stand for an object of hundreds, and a
// small file for messages nested without end. Called before a model is parsed.
import { type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { fail } from '../../core/errors.ts';

/** Far above what large models have: those of 50,000 nodes have half a million. */
const MOST_OBJECTS = 4_000_000;
/** A branch takes three levels. */
const MOST_DEPTH = 400;

/** @throws GraftError `invalid-model` when the bytes hold too many or too deeply nested messages; other errors for bytes that are no messages. */
export function checkSize(bytes: Uint8Array, schema: DescMessage): void {
  const reader = new BinaryReader(bytes);
  const known = new Map<DescMessage, Map<number, FieldKind>>();
  let objects = 0;
  const add = (count: number): void => {
    objects += count;
    if (objects > MOST_OBJECTS)
      fail('invalid-model', `The model holds more than ${MOST_OBJECTS} messages and lists of them, which no network needs.`);
  };
  const walk = (message: DescMessage, end: number, depth: number): void => {
    if (depth > MOST_DEPTH) fail('invalid-model', `The model's messages lie more than ${MOST_DEPTH} deep within each other.`);
    const byNumber = known.get(message) ?? fieldsOf(message);
    known.set(message, byNumber);
    while (reader.pos < end) {
      const [number, wire] = reader.tag();
      const field = byNumber.get(number);
      // The parser would take the number for a length.
      if (field && wire !== field.wire && !(field.packed && wire === WireType.LengthDelimited)) {
        fail('invalid-model', `The bytes are not an ONNX model: field ${number} of ${message.name} is of wire type ${wire}.`);
      }
      if (wire !== WireType.LengthDelimited) {
        // A list of 64-bit integers, one by one.
        if (field?.big) add(1);
        reader.skip(wire, number);
        continue;
      }
      const length = reader.uint32();
      const stop = reader.pos + length;
      if (stop > end) fail('invalid-model', 'The bytes are not an ONNX model, or are cut off: a message is longer than what holds it.');
      if (field?.inner) {
        add(1);
        walk(field.inner, stop, depth + 1);
      } else if (field?.bytes) add(1);
      else if (field?.big) add(varints(bytes, reader.pos, stop));
      reader.pos = stop;
    }
  };
  walk(schema, bytes.length, 0);
}

interface FieldKind {
  readonly inner: DescMessage | undefined;
  /** A list of byte strings, each an object of its own. */
  readonly bytes: boolean;
  /** A list of 64-bit integers, each an object of its own. */
  readonly big: boolean;
  readonly wire: WireType;
  /** Whether it may be a list in one. */
  readonly packed: boolean;
}

const big: readonly (ScalarType | undefined)[] = [ScalarType.INT64, ScalarType.UINT64];
const wires: Readonly<Partial<Record<ScalarType, WireType>>> = {
  [ScalarType.DOUBLE]: WireType.Bit64,
  [ScalarType.FLOAT]: WireType.Bit32,
  [ScalarType.STRING]: WireType.LengthDelimited,
  [ScalarType.BYTES]: WireType.LengthDelimited,
};

function fieldsOf(message: DescMessage): Map<number, FieldKind> {
  return new Map(
    message.fields.map((field) => {
      const list = field.fieldKind === 'list';
      const inner = field.fieldKind === 'message' || list ? field.message : undefined;
      const scalar = field.fieldKind === 'scalar' || list ? field.scalar : undefined;
      const wire = inner ? WireType.LengthDelimited : ((scalar && wires[scalar]) ?? WireType.Varint);
      return [field.number, { inner, bytes: list && scalar === ScalarType.BYTES, big: list && big.includes(scalar), wire, packed: list && !inner }];
    }),
  );
}

/** Each ends with a byte below 128. */
function varints(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if ((bytes[i] as number) < 128) count++;
  return count;
}
