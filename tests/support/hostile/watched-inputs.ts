// Hostile inputs opened in processes that are watched: one that crashes, hangs or takes too much memory ends with its process, not with this one. Called by the
// benchmark `fuzz` and by its small version among the tests.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Told } from './hostile-process.ts';

/** What came of an input, whatever it was. */
export interface Watched extends Omit<Told, 'what'> {
  readonly index: number;
  readonly what: Told['what'] | 'crash' | 'hang' | 'memory';
}

export interface WatchOptions {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Processes at a time. */
  readonly processes: number;
  /** For so long an input may give no sign of life. */
  readonly seconds: number;
  /** Of the whole process. */
  readonly mebibytes: number;
}

/** What a process sends. */
interface Sent {
  readonly ready?: true;
  /** What is being opened, and still is. */
  readonly alive?: Pick<Told, 'format' | 'kind'>;
  readonly ended?: Told;
}

/** Opens inputs `from` up to `to`; gives each once it is done. */
export async function* watchedInputs({ seed, from, to, processes, seconds, mebibytes }: WatchOptions): AsyncGenerator<Watched, void, void> {
  const root = mkdtempSync(join(tmpdir(), 'graft-hostile-'));
  const done: Watched[] = [];
  let next = from;
  let wake: () => void = () => undefined;
  const work = async () => {
    let process: Opener | undefined;
    try {
      while (next < to) {
        process ??= await opener(seed, root);
        const index = next++;
        const watched = await process.open(index, seconds);
        const spent = watched.peakMiB > mebibytes;
        done.push({ index, ...watched, ...(spent && { what: 'memory' as const }) });
        // What a process took once it keeps counting: another one begins anew.
        if (spent || watched.what === 'crash' || watched.what === 'hang') {
          process.end();
          process = undefined;
        }
        wake();
      }
    } finally {
      process?.end();
    }
  };
  const all = Promise.all(Array.from({ length: processes }, work));
  let finished = false;
  const settled = all.finally(() => {
    finished = true;
    wake();
  });
  settled.catch(() => undefined);
  try {
    while (!finished || done.length > 0) {
      const one = done.shift();
      if (one) yield one;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (finished) resolve();
        });
    }
    await settled;
  } finally {
    next = to;
    rmSync(root, { recursive: true, force: true });
  }
}

interface Opener {
  open(index: number, seconds: number): Promise<Omit<Watched, 'index'>>;
  end(): void;
}

async function opener(seed: number, root: string): Promise<Opener> {
  const child = fork(new URL('hostile-process.ts', import.meta.url), [String(seed), root], {
    execArgv: ['--import', new URL('../../../scripts/typescript.mjs', import.meta.url).href],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2000);
  });
  await sent(child, ({ ready }) => ready);
  return {
    async open(index, seconds) {
      let began: Pick<Told, 'format' | 'kind'> = { format: 'none', kind: 'none' };
      const start = performance.now();
      child.send(index);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'hang'>((resolve) => {
        timer = setTimeout(() => resolve('hang'), seconds * 1000);
      });
      const ended = sent(child, (message) => {
        began = message.alive ?? began;
        timer?.refresh();
        return message.ended;
      }).catch(() => 'crash' as const);
      const result = await Promise.race([ended, late]);
      clearTimeout(timer);
      if (typeof result !== 'string') return result;
      return { ...began, what: result, said, ms: performance.now() - start, peakMiB: 0 };
    },
    end: () => {
      child.kill('SIGKILL');
    },
  };
}

/** The first message of a process in which `find` finds something; rejects when the process ends before. */
function sent<T>(child: ChildProcess, find: (message: Sent) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', listen);
      child.off('exit', gone);
    };
    const listen = (message: unknown) => {
      const found = find(message as Sent);
      if (found === undefined) return;
      stop();
      resolve(found);
    };
    const gone = (code: number | null, signal: string | null) => {
      stop();
      reject(new Error(`It ended with ${signal ?? code}.`));
    };
    child.on('message', listen);
    child.on('exit', gone);
  });
}
