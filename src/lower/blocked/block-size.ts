// Finds out which blocked kernels ONNX Runtime has on this machine, by asking them where they put some numbers. Called once for each engine.
import { type Tensor, tensorOf } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import type { Device } from '../../runtime/device.ts';
import { createSession } from '../../runtime/session.ts';
import { Blocks } from './layout.ts';

/** Block sizes that the lowering is tested with. */
const KNOWN = [8, 16];

const CHANNELS = 32;

/** Channels in a block on `device`, or `undefined` where it has no blocked kernels, or some that Graft does not know. */
export async function blockSizeOf(device: Device): Promise<number | undefined> {
  // WebAssembly has no such kernels, and a session would settle its number of threads for good.
  if (device.name !== 'cpu') return undefined;
  const g = new Builder('block size');
  const x = g.input('x', 'float32', [1, CHANNELS, 1, 2]);
  g.output('y', new Blocks(g, { block: CHANNELS, threads: 1 }).of(x));
  const values = Array.from({ length: 2 * CHANNELS }, (_, i) => i);
  try {
    const session = await createSession(writeOnnx(g), { device, threads: 1 });
    const { y } = await session.run({ x: tensorOf('float32', values, [1, CHANNELS, 1, 2]) });
    await session.release();
    // The second place of the first channel comes after the first places of a block.
    const found = Array.from((y as Tensor<'float32'>).data);
    const block = found.indexOf(1);
    return KNOWN.includes(block) && found.every((value, i) => value === placeOf(i, block)) ? block : undefined;
  } catch {
    return undefined;
  }
}

/** The number that lies at `i` where blocks of `block` channels do. */
function placeOf(i: number, block: number): number {
  const [lane, place, outer] = [i % block, Math.floor(i / block) % 2, Math.floor(i / (2 * block))];
  return 2 * (outer * block + lane) + place;
}
