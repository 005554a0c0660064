// One compiled graph: feeds in, results out, computed by ONNX Runtime on a device. Made and run by the training engine and by inference.
import { fail } from '../core/errors.ts';
import { knownOptions, type OptionKinds } from '../core/known-options.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import type { Device, DeviceName } from './device.ts';
import { discard } from './discard.ts';
import { ortError } from './ort-error.ts';
import { checkThreads } from './threads.ts';

type Ort = Device['ort'];
type OrtSession = Awaited<ReturnType<Ort['InferenceSession']['create']>>;
type OrtTensor = InstanceType<Ort['Tensor']>;
/** Tensors by the name of an input or output. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Where and how {@link createSession} compiles a model. */
export interface SessionOptions {
  readonly device: Device;
  /** Threads within an operator; default `device.defaultThreads`. Part of what makes a result repeatable. */
  readonly threads?: number;
  /** How far ORT rewrites the graph before running it; default `'all'`. */
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /** What ORT itself may print: 0 everything ... 4 fatal only. Default 4, since errors are thrown. */
  readonly logSeverity?: 0 | 1 | 2 | 3 | 4;
  /** When given, ORT writes a Chrome trace of every node to `<profile>_<time>.json` as the session is released (cpu only). */
  readonly profile?: string;
}

const KINDS: OptionKinds<SessionOptions> = {
  device: { kind: 'object', like: '(await openDevice()).device' },
  threads: 'number',
  graphOptimizationLevel: ['disabled', 'basic', 'extended', 'layout', 'all'],
  logSeverity: 'number',
  profile: 'string',
};

/** A compiled model, ready to run any number of times; holds native memory until it is released. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly device: DeviceName;
  readonly threads: number;
  /**
   * Runs the graph once, blocking this thread while it computes.
   * @param feeds a tensor for each of `inputNames`, read in place; other entries are ignored.
   * @param into tensors that outputs are written to in place, on every device. One may be an input too where only element-wise nodes read it.
   *   ORT's JavaScript binding copies each output once more either way; that copy is freed at once.
   * @param fetch further outputs to return as new tensors; default: all that `into` does not name. Large ones cost page faults, so ask for little.
   * @returns the tensors of `into` and `fetch` by output name.
   * @throws GraftError `invalid-argument` for a missing feed or unknown output; `device` for what ORT refuses, naming the node.
   */
  run(feeds: Tensors, into?: Tensors, fetch?: readonly string[]): Promise<Record<string, Tensor>>;
  /** Frees the session's memory; it cannot run afterwards. */
  release(): Promise<void>;
}

/**
 * Compiles an ONNX model for `options.device`.
 * @param model the bytes of the ONNX file; free to be reused once the promise settles.
 * @throws GraftError `device` when ORT does not accept the model, naming the op or node; `invalid-argument` when `threads` is no whole number, or far more than there are processors.
 */
export async function createSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  if (options?.device === undefined) fail('invalid-argument', '`createSession` needs a `device`: `{ device: (await openDevice()).device }`.');
  knownOptions(options, KINDS, 'createSession');
  const { device, threads = device.defaultThreads, graphOptimizationLevel = 'all', logSeverity = 4, profile } = options;
  checkThreads(threads);
  const ortOptions = {
    ...device.configure(threads),
    graphOptimizationLevel,
    logSeverityLevel: logSeverity,
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
  };
  const session = await device.ort.InferenceSession.create(model, ortOptions).catch((error: unknown) => {
    throw ortError('load the model', error);
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    device: device.name,
    threads,
    run: runner(session, device),
    release: async () => {
      if (profile !== undefined) session.endProfiling();
      await session.release().catch((error: unknown) => {
        throw ortError('release the session', error);
      });
    },
  };
}

function runner(session: OrtSession, device: Device): Session['run'] {
  const { inputNames, outputNames } = session;
  const known = new Set(outputNames);
  return async (feeds, into = {}, fetch) => {
    const names = [...new Set([...Object.keys(into), ...(fetch ?? outputNames)])];
    const unknown = names.find((name) => !known.has(name));
    if (unknown !== undefined) fail('invalid-argument', `\`${unknown}\` is not an output; outputs are ${outputNames.join(', ')}.`);
    if (names.length === 0) fail('invalid-argument', 'No output is asked for; name one in `into` or `fetch`.');
    const inputs: Record<string, OrtTensor> = {};
    for (const name of inputNames)
      inputs[name] = toOrt(device, feeds[name] ?? fail('invalid-argument', `Input \`${name}\` is missing in \`feeds\`.`), name);
    const wanted: Record<string, OrtTensor | null> = {};
    for (const name of names) {
      const own = into[name];
      wanted[name] = own && device.writesOutputs ? toOrt(device, own, name) : null;
    }
    const outputs = await session.run(inputs, wanted).catch((error: unknown) => {
      throw ortError('run the session', error);
    });
    const results: Record<string, Tensor> = {};
    const copies: ArrayBufferLike[] = [];
    for (const name of names) {
      const own = into[name];
      const output = outputs[name] as OrtTensor;
      if (own && !device.writesOutputs) copy(output, own, name);
      results[name] = own ?? fromOrt(output, name);
      if (own) copies.push((output.data as Float32Array).buffer);
    }
    discard(copies);
    return results;
  };
}

function toOrt({ ort }: Device, { dtype, data, dims }: Tensor, name: string): OrtTensor {
  if (dtype === 'bfloat16') fail('invalid-dtype', `\`${name}\` is bfloat16, which ONNX Runtime does not take from JavaScript; cast it to float32.`);
  return new ort.Tensor(dtype, data as Float32Array, dims);
}

function fromOrt({ type, data, dims }: OrtTensor, name: string): Tensor {
  if (type === 'string' || type === 'int4' || type === 'uint4')
    fail('invalid-dtype', `Output \`${name}\` holds ${type}, which Graft's tensors do not.`);
  if (type !== 'float16') return tensor(type, dims, data as Float32Array<ArrayBuffer>);
  // Where JavaScript has a Float16Array, ORT returns one; Graft holds the bits.
  const { buffer, byteOffset, length } = data as Uint16Array<ArrayBuffer>;
  return tensor(type, dims, new Uint16Array(buffer, byteOffset, length));
}

/** What a device that writes outputs in place does by itself, with the same checks. */
function copy(output: OrtTensor, own: Tensor, name: string): void {
  const result = fromOrt(output, name);
  if (result.dtype !== own.dtype || result.dims.join() !== own.dims.join()) {
    fail(
      'device',
      `Output \`${name}\` is ${result.dtype} [${result.dims.join(', ')}], but \`into\` holds ${own.dtype} [${own.dims.join(', ')}] for it.`,
    );
  }
  (own.data as Float32Array).set(result.data as Float32Array<ArrayBuffer>);
}
