// Turns what ONNX Runtime throws into a GraftError: which node, why, and what to do. In: any thrown value. Used by session.ts and device.ts.
import { GraftError } from '../core/errors.ts';

/** What ORT says (a pattern), and what the caller can do about it. The first match counts. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /No Op registered for|is not a registered function\/op/,
    "This build of ONNX Runtime does not have the op at the model's opset; lower it to other ops or declare a newer opset.",
  ],
  [/Could not find an implementation/, 'This build has no kernel for the op with these element types; cast its inputs to float32.'],
  [/ShapeInferenceError/, 'The shapes that the model states contradict its ops; write or export it again.'],
  [/opset \d+ is under development|till opset \d+/, 'Declare an opset that this build knows.'],
  [
    /protobuf parsing failed|data pointer is null|ModelProto does not have a graph/,
    'The bytes are not a complete ONNX model; write or download the file again.',
  ],
  [
    /Got invalid (dimensions|rank) for|pre-allocated/,
    'A session is made for concrete shapes; pass tensors of those shapes, or make a session for the new ones.',
  ],
  [/Unexpected (input|output) data type/, 'Convert the tensor to the element type that the model declares.'],
  [/Failed to allocate|bad_alloc|out of memory/i, 'Use smaller batches, or free sessions that are no longer needed.'],
  [/already disposed|invalid session handle/i, 'The session was released; make a new one.'],
  [/^Invalid argument$/, 'ONNX Runtime takes typed arrays over an ordinary ArrayBuffer only; copy shared or detached memory first.'],
];

/** A `device` error for `error` thrown by ORT while doing `action` ("run the session"); names the op and node where ORT does. */
export function ortError(action: string, error: unknown): GraftError {
  const said = error instanceof Error ? error.message : String(error);
  const [, op, node] =
    /running (\S+) node\. Name:'([^']*)'/.exec(said) ?? /implementation for (\w+)\(\d+\) node with name '([^']*)'/.exec(said) ?? [];
  const place = op === undefined ? '' : ` at ${op} node ${node ? `\`${node}\`` : '(unnamed)'}`;
  const remedy =
    remedies.find(([pattern]) => pattern.test(said))?.[1] ?? 'Check the model with the same inputs on the other device (`cpu` or `wasm`).';
  return new GraftError('device', `ONNX Runtime could not ${action}${place}: ${reason(said)} ${remedy}`, { cause: error });
}

/** The sentence meant for people: without status codes, source lines and C++ signatures. */
function reason(said: string): string {
  const text = said
    .replace(/^.*?Status Message: /s, '')
    .replace(/^.*?ERROR_MESSAGE: /s, '')
    .replace(/^\/\S+:\d+ .*?\)(?: const)? (?=\S)/, '')
    .replace(/^\[ONNXRuntimeError\] : \d+ : \w+ : /, '')
    .replace(/\s+/g, ' ')
    .trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
