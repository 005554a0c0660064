// Runs a piece of TypeScript-importing code in a Node process of its own, for what would end or change the test's process.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `code`, an ES module that imports by absolute URL, with `imports` loaded before it. */
export function runModule(code: string, imports: readonly string[] = []): Promise<ChildResult> {
  const preloads = [new URL('../../scripts/typescript.mjs', import.meta.url).href, ...imports].flatMap((url) => ['--import', url]);
  // A process that aborts may leave a core file behind: not in the repository.
  const child = spawn(process.execPath, [...preloads, '--input-type=module', '--eval', code], { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ code: exitCode, signal, stdout, stderr }));
  });
}

/** A module for `imports` that makes `specifier` fail to load with `message`, as a native library does on a platform it was not built for. */
export function withoutPackage(specifier: string, message: string): string {
  const hook = `export const resolve = async (name, context, next) => { if (name === ${JSON.stringify(specifier)}) throw new Error(${JSON.stringify(message)}); return next(name, context); };`;
  return dataUrl(`import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))});`);
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
