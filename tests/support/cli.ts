// Runs the command line as a user would: words come in, what it printed and its exit code leave. Called by its tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const fromHere = (path: string) => new URL(path, import.meta.url);

/** The words that start the program, before its own. */
export const program: readonly string[] = [
  '--import',
  fromHere('../../scripts/typescript.mjs').href,
  fileURLToPath(fromHere('../../apps/cli/graft.ts')),
];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Circumstances {
  /** Default the system's folder for temporary files. */
  readonly cwd?: string;
  /** Variables besides those of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Modules that Node loads before the program. */
  readonly imports?: readonly string[];
  /** Is given the process once it runs. */
  readonly meanwhile?: (child: ChildProcess) => void;
}

/** The variables that the program is started with: no colours are forced or forbidden, and TypeScript is found wherever it runs. */
export function variables(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  // Where `CI` is set, Node shows no colours.
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...own } = process.env;
  return { ...own, TSX_TSCONFIG_PATH: fileURLToPath(fromHere('../../tsconfig.json')), ...env };
}

/** Runs `graft` with these words. */
export function graft(words: readonly string[], { cwd = tmpdir(), env, imports = [], meanwhile }: Circumstances = {}): Promise<Ended> {
  const preloads = imports.flatMap((url) => ['--import', url]);
  const child = spawn(process.execPath, [...preloads, ...program, ...words], { cwd, env: variables(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  meanwhile?.(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...printed }));
  });
}
