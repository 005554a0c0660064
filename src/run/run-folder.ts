// The folder of a run: `runs/<name>-<n>`, taken by one process, with its options and its log. Called by `fit` and `resume`.
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fail, GraftError } from '../core/errors.ts';
import { followed, ioError, reasonOf, writeFileDurably } from '../train/durable.ts';
import { lockFolder } from '../train/folder-lock.ts';

/** Files and folders of a run. */
export interface RunPaths {
  readonly folder: string;
  readonly options: string;
  readonly metrics: string;
  readonly checkpoints: string;
  /** What was decided by measuring time. */
  readonly decisions: string;
  /** Keys of the rows that the model has learnt from. */
  readonly learnt: string;
  readonly report: string;
  readonly model: string;
}

/** Names tried; a folder with more runs than this wants tidying. */
const MOST_RUNS = 10_000;

/** What lies where in the folder of a run. */
export function pathsIn(folder: string): RunPaths {
  return {
    folder,
    options: join(folder, 'options.json'),
    metrics: join(folder, 'metrics.jsonl'),
    checkpoints: join(folder, 'checkpoints'),
    decisions: join(folder, 'decisions.json'),
    learnt: join(folder, 'learnt.bin'),
    report: join(folder, 'report.html'),
    model: join(folder, 'model'),
  };
}

/**
 * Makes a new folder for a run of data called `name`; two processes that ask at once get two.
 * @throws GraftError `io` where it cannot be made.
 */
export async function newRun(root: string, name: string): Promise<RunPaths> {
  const stem =
    name
      .replace(/\.gz$/i, '')
      .replace(/\.[^.]*$/, '')
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[-.]+|[-.]+$/g, '') || 'run';
  await makeFolders(await followed(root)).catch((cause) => {
    throw ioError(`make the folder ${root}`, cause);
  });
  for (let n = 1; n <= MOST_RUNS; n++) {
    const folder = join(root, `${stem}-${n}`);
    try {
      // Fails where the folder is there: whoever makes it has it.
      await mkdir(folder);
      return pathsIn(folder);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw ioError(`make the folder ${folder}`, cause);
    }
  }
  return fail('io', `"${root}" holds ${MOST_RUNS} runs of "${stem}"; remove some, or choose another folder.`);
}

/** As `mkdir -p`. Node's own goes round and round where a file system has no folder and takes none, as `/proc` does. */
async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw cause;
    await makeFolders(dirname(folder));
    await mkdir(folder).catch(async (again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again;
    });
  }
}

/** Passes on what a new run tells, and what it returns. One that fails before anything was learnt leaves no folder; one that was stopped may go on. */
export async function* orNoFolder<E, R>({ folder, metrics }: RunPaths, run: AsyncGenerator<E, R, void>): AsyncGenerator<E, R, void> {
  try {
    return yield* run;
  } catch (error) {
    if (!existsSync(metrics) && !(error instanceof GraftError && error.code === 'aborted')) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Passes on what a run tells, and what it returns, and keeps its folder to it until then. @throws GraftError `io` when another run holds it. */
export async function* alone<E, R>({ folder }: RunPaths, run: AsyncGenerator<E, R, void>): AsyncGenerator<E, R, void> {
  const giveBack = await lockFolder(folder);
  try {
    return yield* run;
  } finally {
    await giveBack();
  }
}

/** Passes on what a run tells, and what it returns; one that was stopped, or had learnt when a file could not be written or read, says how to go on. */
export async function* orHowToGoOn<E, R>({ folder, metrics }: RunPaths, run: AsyncGenerator<E, R, void>): AsyncGenerator<E, R, void> {
  try {
    return yield* run;
  } catch (error) {
    const { code, message } = error instanceof GraftError ? error : { message: '' };
    const stopped = code === 'aborted' || (error as Error | undefined)?.name === 'AbortError';
    const goesOn = `\`graft resume ${folder}\`, or \`resume\` in code, goes on with it`;
    if (stopped) fail('aborted', `The run was stopped; ${goesOn}.`, { cause: error });
    if (code === 'io' && existsSync(metrics)) fail('io', `${message} When that is mended, ${goesOn}.`, { cause: error });
    throw error;
  }
}

/** What a run was asked to do, kept for `resume` and reports: paths as they were given. */
export interface Asked {
  readonly graft: string;
  /** Folder that relative paths begin in. */
  readonly cwd?: string;
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly formatOptions: Readonly<Record<string, unknown>>;
  readonly fit: Readonly<Record<string, unknown>>;
  readonly from?: string;
  readonly tensorboard?: boolean;
  /** How to do it again. */
  readonly again?: string;
  /** Of an adaptation. */
  readonly adapt?: Readonly<Record<string, unknown>>;
}

/** Writes what was asked for in this working folder. @throws GraftError `io`. */
export async function writeAsked({ options }: RunPaths, { graft, ...asked }: Omit<Asked, 'cwd'>): Promise<void> {
  await writeFileDurably(options, `${JSON.stringify({ graft, cwd: process.cwd(), ...asked }, undefined, 2)}\n`);
}

/**
 * Paths in it name what they named when the run began, whatever folder the process works in now.
 * @throws GraftError `io` where the folder is no run; `invalid-data` where its options are damaged.
 */
export async function readAsked({ options, folder }: RunPaths): Promise<Asked> {
  const text = await readFile(options, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = existsSync(folder) ? `its options.json cannot be read (${reasonOf(cause)})` : 'there is no such folder';
    return fail('io', `"${folder}" is no run: ${why}; give the folder of one, such as runs/photos-1.`, { cause });
  });
  try {
    return fromHere(JSON.parse(text) as Asked);
  } catch (cause) {
    return fail('invalid-data', `"${options}" is damaged: ${(cause as Error).message}; begin the run anew.`, { cause });
  }
}

/** The same paths from the folder that the process works in now: as they were given in the one that the run began in, whole in any other. */
function fromHere(asked: Asked): Asked {
  const { cwd, path, data, fit, from, adapt } = asked;
  if (cwd === undefined || cwd === process.cwd()) return asked;
  type Options = Readonly<Record<string, unknown>>;
  const whole = <T>(given: T) => (typeof given === 'string' && given !== '' ? resolve(cwd, given) : given) as T;
  /** A backbone without a slash is a package. */
  const withBackbone = (options: Options) =>
    typeof options.backbone === 'string' && /[\\/]/.test(options.backbone) ? { ...options, backbone: whole(options.backbone) } : options;
  const { validation, test } = data;
  return {
    ...asked,
    path: whole(path),
    data: { ...data, ...(validation !== undefined && { validation: whole(validation) }), ...(test !== undefined && { test: whole(test) }) },
    fit: withBackbone(fit),
    ...(from !== undefined && { from: whole(from) }),
    ...(adapt && {
      adapt: {
        ...adapt,
        source: (adapt.source as readonly string[]).map(whole),
        target: whole(adapt.target),
        adapt: withBackbone(adapt.adapt as Options),
      },
    }),
  };
}

/** Which command made a run. @throws GraftError `io` where the folder is none; `invalid-data` where its options are damaged. */
export async function runKind(folder: string): Promise<'fit' | 'adapt'> {
  return (await readAsked(pathsIn(folder))).adapt ? 'adapt' : 'fit';
}

/** A line of a run's log: an update, an evaluation, a candidate's numbers, or the result's. */
export interface LogEntry extends Readonly<Record<string, unknown>> {
  readonly type: 'step' | 'evaluation' | 'candidate' | 'rate' | 'end';
}

/** Adds a line to the run's log. @throws GraftError `io`. */
export async function logLine({ metrics }: RunPaths, entry: LogEntry): Promise<void> {
  await appendFile(metrics, `${JSON.stringify(entry)}\n`).catch((cause) => {
    throw ioError(`write ${metrics}`, cause);
  });
}

/** What was decided in this run, by what it is; the first time by `decide`. @throws GraftError `io`. */
export async function decided({ decisions }: RunPaths, what: string, decide: () => number): Promise<number> {
  const known = await readFile(decisions, 'utf8').then(
    (text) => JSON.parse(text) as Record<string, number>,
    () => ({}) as Record<string, number>,
  );
  const earlier = known[what];
  if (earlier !== undefined) return earlier;
  const now = decide();
  await writeFileDurably(decisions, `${JSON.stringify({ ...known, [what]: now })}\n`);
  return now;
}
