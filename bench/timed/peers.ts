// What the benchmarks against PyTorch start: processes of either library for a case, and the files that they share. Called by the benchmarks.
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { networkOf } from './networks.ts';
import { type Contestant, compiledScript, printed, python } from './steppers.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What a Python must have. */
export const REMEDY = 'a Python with torch 2.13, timm, transformers and onnx is needed: GRAFT_PYTHON=/path/to/python.';

/** Of PyTorch and what its networks are made of; empty where they are not installed. */
export const torchVersions = (): Readonly<Record<string, string>> => JSON.parse(printed([python, script('networks.py'), 'versions']) ?? '{}');

/** The folder of exported files, kept between runs, with that of `name` in it where it needs one. */
export function exportedTo(torch: string, name: string): string {
  const folder = join(process.env.GRAFT_CACHE ?? tmpdir(), 'graft-bench', `torch-${torch}`);
  mkdirSync(folder, { recursive: true });
  const there = !networkOf(name).exported || existsSync(join(folder, `${name}.onnx`));
  if (!there && printed([python, script('networks.py'), 'export', folder, name]) === undefined)
    throw new Error(`networks.py could not export ${name}.`);
  return folder;
}

/** Graft's process for a case. */
export function graft(name: string, mode: string, threads: number, folder = ''): Contestant {
  return { name: 'graft', command: [...compiledScript(new URL('graft-run.ts', import.meta.url)), name, mode, String(threads), folder] };
}

/** PyTorch's, `eager` or with `torch.compile`. */
export function torch(variant: 'eager' | 'compile', name: string, mode: string, threads: number, folder = ''): Contestant {
  const state = networkOf(name).exported ? [join(folder, `${name}.pt`)] : [];
  return { name: variant, command: [python, script('torch_run.py'), name, mode, variant, String(threads), ...state] };
}
