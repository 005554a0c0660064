// Loads a file that is not trusted in a process of its own first, so that one that crashes, hangs or eats memory does no harm here.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, fail, GraftError } from '../../core/errors.ts';
import type { Inspection } from './inspect.ts';

/** Bounds of a trial. */
export interface TrialOptions {
  /** Longest that it may take, in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
  /** Most memory that JavaScript may take in it, in MiB; default 2048. */
  readonly memoryMiB?: number;
}

/** What the process prints as its last line. */
export type TrialAnswer = { readonly inspection: Inspection } | { readonly error: { readonly code: ErrorCode; readonly message: string } };

/** Marks the line with the answer among what native libraries may print. */
export const ANSWER = 'graft-trial ';

/**
 * Reads the ONNX file at `path` in a child process, as `loadOnnx` does, compiles it with ONNX Runtime and runs it once on zeros.
 * @returns what `inspect` tells of it; load it here once that is what you expect.
 * @throws GraftError `invalid-model` when the process crashed, ran out of memory or took too long; and what `loadOnnx` throws.
 */
export async function tryOnnx(path: string, { timeoutMs = 60_000, memoryMiB = 2048 }: TrialOptions = {}): Promise<Inspection> {
  for (const [name, value] of Object.entries({ timeoutMs, memoryMiB })) {
    if (!(Number.isInteger(value) && value > 0)) fail('invalid-argument', `\`${name}\` (=${value}) must be a whole number above 0.`);
  }
  if (!existsSync(path)) fail('io', `Could not read ${path}: there is no such file.`);
  // As source, the entry needs what this process loads TypeScript with.
  const source = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(`./trial.worker.${source ? 'ts' : 'js'}`, import.meta.url));
  const { printed, how } = await ran([...(source ? process.execArgv : []), `--max-old-space-size=${memoryMiB}`, entry, path], timeoutMs);
  const line = printed.split('\n').findLast((text) => text.startsWith(ANSWER));
  if (line === undefined) return fail('invalid-model', `${path} was not loaded: the process that tried it ${how}.`);
  const answer = JSON.parse(line.slice(ANSWER.length)) as TrialAnswer;
  if ('error' in answer) throw new GraftError(answer.error.code, answer.error.message);
  return answer.inspection;
}

function ran(args: readonly string[], timeoutMs: number): Promise<{ printed: string; how: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let printed = '';
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new GraftError('io', `No process could be started to try a model: ${cause.message}.`, { cause })));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const end = signal
        ? `was ended by ${signal}, which is what running out of memory or a fault in a native library looks like`
        : `ended with exit code ${code}`;
      resolve({ printed, how: late ? `took longer than ${timeoutMs / 1000} s` : end });
    });
  });
}
