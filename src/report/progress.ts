// How training looks on a terminal: the events of `fit` come in and leave unchanged, one moving line or plain lines are written. Called by users,
// the quickstart and the command line.
import { type Clock, systemClock } from '../core/clock.ts';
import { knownOptions, type OptionKinds } from '../core/known-options.ts';
import type { TransferEvent } from '../methods/transfer/transfer.ts';
import type { EndEvent, EvaluationEvent, FeaturesEvent, FitEvent, StartEvent, StepEvent } from '../train/events.ts';
import { requireEvents } from '../train/given.ts';
import { formatBytes, formatCount, formatNumber, formatSeconds } from './format.ts';
import { evaluationText, type ProgressState, progressLine, progressText } from './progress-line.ts';

/** What progress is written to: `process.stderr`, or any stream of text. */
export interface ProgressStream {
  /** Takes text as it is; what it returns is not used. */
  write(text: string): unknown;
  /** Whether a line can be drawn over. */
  readonly isTTY?: boolean;
  /** Width of the terminal; default 80. */
  readonly columns?: number;
  /** Whether it shows colours; Node's terminals say no under `NO_COLOR`. */
  hasColors?(): boolean;
}

/** Where progress is shown, and in which words. */
export interface ProgressOptions {
  /** Default `process.stderr`, so that results on the standard output can be piped. */
  readonly stream?: ProgressStream;
  /** Paces the drawing; default the system's. */
  readonly clock?: Clock;
  /** What is trained, at the start of the line; default none. */
  readonly label?: string;
  /** What the rate counts; default `examples`. */
  readonly unit?: string;
}

const KINDS: OptionKinds<ProgressOptions> = { stream: 'object', clock: 'function', label: 'string', unit: 'string' };

/** What is told where several networks are trained, by `adaptNetwork` say: what each training tells, and what lies between. */
export type SeveralEvent =
  | { readonly type: 'training'; readonly candidate: string; readonly event: TransferEvent }
  | { readonly type: 'work'; readonly what: string; readonly done: number; readonly of?: number | undefined }
  | { readonly type: 'candidate'; readonly result: { readonly name: string; readonly skipped?: string } }
  | { readonly type: 'note'; readonly message: string };

/** Shows events one at a time, for loops that do more with them. */
export interface ProgressView {
  /** Draws or prints what the event changes; to be called with every event, in order. */
  show(event: TransferEvent | SeveralEvent): void;
  /** Leaves the terminal's cursor on a fresh line; to be called however training ends. */
  close(): void;
}

/** A moving line is drawn at most this often, plain lines within an epoch likewise; in milliseconds. */
const DRAW_EVERY = 100;
const PRINT_EVERY = 10_000;

/** Passes the events of `fit`, `transfer` or `adaptNetwork` on, and what these return, while it shows them: `await finish(progress(fit(model, data)))`. */
export async function* progress<E extends TransferEvent | SeveralEvent, R>(
  events: AsyncGenerator<E, R, void>,
  options: ProgressOptions = {},
): AsyncGenerator<E, R, void> {
  requireEvents('progress', events);
  const view = progressView(options);
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      view.show(next.value);
      yield next.value;
    }
  } finally {
    view.close();
    // Ends training where the loop was left early; otherwise it has ended already. What it returns then is nobody's.
    await events.return(undefined as R);
  }
}

/** Shows training on a stream: one line drawn over and over on a terminal, elsewhere a plain line for each thing worth one. */
export function progressView(options: ProgressOptions = {}): ProgressView {
  knownOptions(options, KINDS, 'progress');
  const { stream = process.stderr, clock = systemClock, label = '', unit = 'examples' } = options;
  const lines = stream.isTTY ? movingLine(stream, clock) : plainLines(stream, clock);
  // Of several trainings, that which goes on.
  let name = label;
  let state: ProgressState = { label, unit, epoch: 1, epochs: 1, step: 0, stepsPerEpoch: 1, done: 0 };
  let best: EvaluationEvent | undefined;
  return { show, close: lines.close };

  function show(event: TransferEvent | SeveralEvent): void {
    if (event.type === 'training') {
      name = [label, event.candidate].filter(Boolean).join(', ');
      show(event.event);
      return;
    }
    const prefix = name && `${name}: `;
    if (event.type === 'note') {
      lines.notice(event.message);
      return;
    }
    if (event.type === 'candidate') {
      if (event.result.skipped !== undefined) lines.notice(`${event.result.name} goes no further: ${event.result.skipped}`);
      return;
    }
    if (event.type === 'work') {
      lines.passing(`${event.what}: ${formatCount(event.done)}${event.of === undefined ? '' : `/${formatCount(event.of)}`}`);
      return;
    }
    if (event.type === 'phase') {
      if (event.of > 1) lines.notice(`${prefix}phase ${event.index + 1} of ${event.of}: ${event.name}`);
      return;
    }
    // Many may lie within an epoch; where one can go on from is told again when training stops.
    if (event.type === 'checkpoint' && event.position.step !== 0) return;
    if (event.type === 'step') {
      state = afterStep(state, event);
      lines.step(state, prefix);
      return;
    }
    if (event.type === 'measure') {
      lines.passing(`${prefix}measuring, ${event.what}: ${formatCount(event.done)}/${formatCount(event.of)}`);
      return;
    }
    if (event.type === 'features') {
      lines.passing(prefix + featuresText(event));
      return;
    }
    if (event.type === 'start') {
      best = undefined;
      state = { label: name, unit, epoch: 1, epochs: event.epochs, step: 0, stepsPerEpoch: event.stepsPerEpoch, done: 0 };
    }
    if (event.type === 'evaluation') {
      state = { ...state, evaluation: event };
      if (event.best) best = event;
    }
    const text = prefix + textOf(event, state, best);
    if (event.type === 'end') lines.end(text);
    else if (event.type === 'notice') lines.notice(text);
    else lines.detail(text, state);
  }
}

function afterStep(state: ProgressState, { position, loss, rate, secondsLeft }: StepEvent): ProgressState {
  const done = position.update / (state.epochs * state.stepsPerEpoch);
  return { ...state, epoch: position.epoch + 1, step: position.step + 1, done, loss, rate, secondsLeft };
}

/** An event in words. */
function textOf(event: Exclude<FitEvent, StepEvent | FeaturesEvent>, { epochs }: ProgressState, best: EvaluationEvent | undefined): string {
  switch (event.type) {
    case 'start':
      return startText(event);
    case 'evaluation':
      return `evaluation after update ${formatCount(event.position.update)}: ${evaluationText(event)}${event.best ? ' (best so far)' : ''}`;
    case 'epoch':
      return `epoch ${formatCount(event.epoch + 1)}/${formatCount(epochs)} ended, mean loss ${formatNumber(event.loss)}`;
    case 'checkpoint':
      return `saved ${event.path}`;
    case 'notice':
      return event.message;
    case 'end':
      return endText(event, best);
  }
}

function featuresText({ source, stage, done, of }: FeaturesEvent): string {
  return `${stage === 'reading' ? 'comparing' : 'features of'} ${source}: ${formatCount(done)}/${formatCount(of)}`;
}

function startText({ engine, epochs, stepsPerEpoch, chosen, from, trainable, parameters, learningBytes }: StartEvent): string {
  const learns =
    trainable === parameters
      ? `${formatCount(parameters)} parameters`
      : `${formatCount(trainable)} of ${formatCount(parameters)} parameters (${formatBytes(learningBytes)} with gradients and optimiser)`;
  const begins = from.update === 0 ? '' : `, from update ${formatCount(from.update)}`;
  const choices = chosen.length ? `; chosen: ${chosen.join('; ')}` : '';
  const steps = `${formatCount(epochs)} x ${formatCount(stepsPerEpoch)} steps`;
  return `training ${learns}, ${steps} on ${engine.device} (threads: ${engine.threads})${begins}${choices}`;
}

const REASONS: Readonly<Record<EndEvent['reason'], string>> = {
  completed: 'completed',
  early: 'stopped early (no better evaluation)',
  stopped: 'stopped',
};

function endText({ reason, position, seconds, best }: EndEvent, evaluation: EvaluationEvent | undefined): string {
  const ended = `${REASONS[reason]} after ${formatCount(position.update)} updates, ${formatSeconds(seconds)}`;
  if (!best) return ended;
  // After a resume the best evaluation may lie before the first event: then only its value is known.
  const value = evaluation?.position.update === best.update ? evaluationText(evaluation) : formatNumber(best.value);
  return `${ended}; best at update ${formatCount(best.update)}: ${value}`;
}

/** Where text goes. */
interface Lines {
  step(state: ProgressState, prefix: string): void;
  /** How far something is that has no state; the next text takes its place. */
  passing(text: string): void;
  /** Something that the moving line shows already. */
  detail(text: string, state: ProgressState): void;
  notice(text: string): void;
  end(text: string): void;
  close(): void;
}

/** Draws over its own line by writing its whole width: nothing is erased first, so nothing flickers. */
function movingLine(stream: ProgressStream, clock: Clock): Lines {
  const colour = stream.hasColors?.() ?? false;
  let drawn = Number.NEGATIVE_INFINITY;
  let shown: ProgressState | undefined;
  let passes = false;
  return {
    step(state) {
      if (clock() - drawn >= DRAW_EVERY || state.done >= 1) draw(state);
      shown = state;
    },
    passing(text) {
      if (clock() - drawn < DRAW_EVERY && passes) return;
      stream.write(`\r${text.slice(0, width()).padEnd(width())}`);
      passes = true;
      drawn = clock();
    },
    detail(_, state) {
      if (shown) draw(state);
    },
    notice(text) {
      print(text);
      if (shown) draw(shown);
    },
    end(text) {
      print(text);
      shown = undefined;
    },
    close() {
      if (shown || passes) stream.write('\n');
      shown = undefined;
      passes = false;
    },
  };

  // The last column stays free: some terminals wrap a line as soon as it is full.
  function width(): number {
    return Math.max(1, (stream.columns || 80) - 1);
  }

  function draw(state: ProgressState): void {
    const [before, done, left, after] = progressLine(state, width());
    const padding = ' '.repeat(Math.max(0, width() - before.length - done.length - left.length - after.length));
    stream.write(`\r${before}${colour ? `\x1b[36m${done}\x1b[90m${left}\x1b[39m` : done + left}${after}${padding}`);
    shown = state;
    passes = false;
    drawn = clock();
  }

  function print(text: string): void {
    stream.write(shown || passes ? `\r${text.padEnd(width())}\n` : `${text}\n`);
    passes = false;
  }
}

function plainLines(stream: ProgressStream, clock: Clock): Lines {
  let printed = clock();
  const print = (text: string) => {
    stream.write(`${text}\n`);
    printed = clock();
  };
  return {
    step(state, prefix) {
      if (clock() - printed >= PRINT_EVERY) print(prefix + progressText(state));
    },
    passing(text) {
      if (clock() - printed >= PRINT_EVERY) print(text);
    },
    detail: print,
    notice: print,
    end: print,
    close() {},
  };
}
