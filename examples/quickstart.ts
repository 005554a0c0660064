// `npm run quickstart`: MNIST to optdigits with few labels, five ways, three seeds; a table, a report and an ONNX file at the end.
// Ctrl-C stops it; run again, it goes on with the source model where it stopped, and with the target models that are not finished.
import { fileURLToPath } from 'node:url';
import { quickstart } from './quickstart/run.ts';

const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
const folder = fileURLToPath(new URL('../runs/quickstart', import.meta.url));
const done = await quickstart({ folder, signal: abort.signal, print: (line) => console.log(line) });
process.exitCode = done ? 0 : 130;
