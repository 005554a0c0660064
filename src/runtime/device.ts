// Opens a device: loads the ONNX Runtime build that computes on it, and says so when it had to take another one.
// In: a preference. Out: the device and notes for the user. Called by whoever makes sessions; the only place that loads onnxruntime-*.
import { fail } from '../core/errors.ts';
import { withoutTelemetry } from './no-telemetry.ts';
import { physicalCores } from './threads.ts';

/** The part of an ONNX Runtime package that sessions use; onnxruntime-node and -web share it. */
type Ort = Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor' | 'env'>;
type OrtOptions = NonNullable<Parameters<Ort['InferenceSession']['create']>[1]>;

interface DeviceRecord {
  /** The package that computes on this device, for messages. */
  readonly runtime: string;
  /** Whether a run writes into output tensors that the caller brings; where not, results are copied. */
  readonly writesOutputs: boolean;
  load(): Promise<Ort>;
  /** ORT's options for computing with `threads` threads. */
  configure(ort: Ort, threads: number): OrtOptions;
}

const devices = {
  cpu: {
    runtime: 'onnxruntime-node',
    writesOutputs: true,
    load: () => {
      withoutTelemetry();
      return import('onnxruntime-node');
    },
    // A pattern of memory would be one more block of the size of all that a run needs at a time, beside the blocks that the first run left behind.
    configure: (_, threads) => ({ executionProviders: ['cpu'], intraOpNumThreads: threads, enableMemPattern: false }),
  },
  wasm: {
    runtime: 'onnxruntime-web',
    // ORT's WebAssembly build ignores a preallocated output and leaves its old contents in place.
    writesOutputs: false,
    load: () => import('onnxruntime-web'),
    configure: ({ env }, threads) => {
      const fixed = env.wasm.numThreads;
      if (fixed !== undefined && fixed !== threads) {
        fail('device', `\`threads\` (=${threads}) must equal ${fixed}: on wasm the first session fixes the thread count of the whole process.`);
      }
      env.wasm.numThreads = threads;
      return { executionProviders: ['wasm'] };
    },
  },
} satisfies Record<string, DeviceRecord>;

/** A device that Graft computes on: `cpu` with ONNX Runtime's native library, `wasm` with its WebAssembly build, several times slower. */
export type DeviceName = keyof typeof devices;

/** A loaded device. */
export interface Device extends Omit<DeviceRecord, 'load' | 'configure'> {
  readonly name: DeviceName;
  /** Version of the runtime package; results repeat bit for bit only within one version. */
  readonly version: string;
  /** Threads that a session takes unless told otherwise: the physical cores. */
  readonly defaultThreads: number;
  /** @internal The loaded package. */
  readonly ort: Ort;
  /** @internal ORT's options for a session with `threads` threads. */
  configure(threads: number): OrtOptions;
}

/**
 * Loads the runtime of `preference`. `auto` takes `cpu`; where its native library does not load, `wasm`, with a note that says why.
 * @throws GraftError `device` when no build of that device loads here.
 */
export async function openDevice(preference: 'auto' | DeviceName = 'auto'): Promise<{ device: Device; notes: string[] }> {
  if (preference !== 'auto' && !Object.hasOwn(devices, preference)) {
    fail('invalid-argument', `\`device\` (=${JSON.stringify(preference)}) must be one of auto, ${Object.keys(devices).join(', ')}.`);
  }
  if (preference !== 'auto') return { device: await open(preference), notes: [] };
  try {
    return { device: await open('cpu'), notes: [] };
  } catch (error) {
    const why = (error as Error).message;
    const device = await open('wasm').catch((wasmError: Error) => fail('device', `${why} ${wasmError.message}`, { cause: error }));
    return { device, notes: [`${why} Computing with ${device.runtime} (WebAssembly) instead, which is several times slower.`] };
  }
}

async function open(name: DeviceName): Promise<Device> {
  const { load, configure, ...record }: DeviceRecord = devices[name];
  const ort = await load().catch((error: unknown) => {
    const why = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
    fail('device', `${record.runtime} did not load on ${process.platform} ${process.arch}: ${why}. Reinstall it for this platform (npm install).`, {
      cause: error,
    });
  });
  const version = (name === 'cpu' ? ort.env.versions.node : ort.env.versions.web) ?? ort.env.versions.common;
  return { ...record, name, version, defaultThreads: physicalCores(), ort, configure: (threads) => configure(ort, threads) };
}
