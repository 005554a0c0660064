// A fresh process that trains a network for some steps, with or without recomputing, and prints its peak memory and the time of a step. Started by
// bench.ts.
import { dataset, type FitOptions, fit, stream, tensor } from '../../src/index.ts';
import { resnet50, vitTiny } from '../networks.ts';

const [, , network, recompute, ...numbers] = process.argv;
const [size, batchSize, count] = numbers.map(Number) as [number, number, number];
const model = network === 'resnet-50' ? resnet50(size) : vitTiny(size);
// Whole batches, with each class among them.
const length = batchSize * Math.ceil(10 / batchSize);
const inputs = tensor('float32', [length, 3, size, size], stream(0, 'images').uniforms(length * 3 * size * size) as Float32Array<ArrayBuffer>);
const classes = Array.from({ length: 10 }, (_, i) => String(i));
const data = dataset({ name: 'noise', inputs, labels: Int32Array.from({ length }, (_, i) => i % 10), classes });
const options: FitOptions = { recompute: recompute as 'none' | 'blocks', epochs: count, batchSize };
const times: { wall: number; cpu: number }[] = [];
const losses: number[] = [];
let [wall, cpu] = [0, process.cpuUsage()];
for await (const event of fit(model, data, options)) {
  if (event.type !== 'step') continue;
  const used = process.cpuUsage(cpu);
  times.push({ wall: performance.now() - wall, cpu: (used.user + used.system) / 1000 });
  [wall, cpu] = [performance.now(), process.cpuUsage()];
  losses.push(event.loss);
  if (losses.length === count) break;
}
const least = (of: (time: (typeof times)[number]) => number) => Math.min(...times.slice(1).map(of));
console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS / 1024, wall: least(({ wall }) => wall), cpu: least(({ cpu }) => cpu), losses }));
