// What happened at a step of a training -> the bytes of TensorBoard's `Event`. Here because protocol buffers are the graph's alone; called by the writer of event files.
// https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto and framework/summary.proto: the numbers of fields are theirs.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A number by its name. */
export interface Scalar {
  readonly tag: string;
  readonly value: number;
}

/** When something happened: seconds since 1970, and after how many updates. */
export interface EventTime {
  readonly seconds: number;
  readonly step?: number;
}

const VERSION = 'brain.Event:2';
/** `SessionLog.START`: a run goes on at this step, and what was written of later ones counts no more. */
const STARTED = 1;

/** The event that a file begins with. */
export function versionEvent(at: EventTime): Uint8Array {
  return begun(at).tag(3, WireType.LengthDelimited).string(VERSION).finish();
}

/** Numbers at a step. */
export function scalarsEvent(at: EventTime, scalars: readonly Scalar[]): Uint8Array {
  const event = begun(at).tag(5, WireType.LengthDelimited).fork();
  for (const { tag, value } of scalars) {
    event.tag(1, WireType.LengthDelimited).fork();
    event.tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(value);
    event.join();
  }
  return event.join().finish();
}

/** That a run goes on at a step. */
export function startEvent(at: EventTime): Uint8Array {
  return begun(at).tag(7, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(STARTED).join().finish();
}

function begun({ seconds, step = 0 }: EventTime): BinaryWriter {
  const event = new BinaryWriter().tag(1, WireType.Bit64).double(seconds);
  return step > 0 ? event.tag(2, WireType.Varint).int64(step) : event;
}
