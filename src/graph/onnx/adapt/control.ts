// What a graph of tensors cannot hold: loops, sequences, optional values, strings. Each is refused with what to do about it.
import { refused } from './adapter.ts';

const loop = refused(
  'Graft reads graphs without loops. Export with the loop unrolled (fixed lengths, the dynamo exporter, or `unroll=True` of a Keras layer), or with an op for it such as LSTM, GRU or CumSum.',
);
const sequence = refused(
  'Graft reads tensors, and sequences of them only where they are split, listed, indexed or joined. Export the model with tensors in and out.',
);
const optional = refused('Graft reads tensors, not optional values. Export the model with all its inputs given.');
const text = refused('Graft reads numbers, not strings. Cut the model behind its tokeniser and feed it token ids.');

export const Loop = loop;
export const Scan = loop;
export const SequenceEmpty = sequence;
export const SequenceErase = sequence;
export const SequenceInsert = sequence;
export const SequenceMap = sequence;
export const Optional = optional;
export const OptionalGetElement = optional;
export const OptionalHasElement = optional;
export const StringConcat = text;
export const StringNormalizer = text;
export const StringSplit = text;
export const RegexFullMatch = text;
export const TfIdfVectorizer = text;
export const ImageDecoder = refused('Graft decodes no images within a model. Cut the model behind it and feed it pixels.');
