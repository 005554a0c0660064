import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { FitEvent, StartEvent, StepEvent } from '../train/events.ts';
import { type ProgressOptions, progress, progressView, type SeveralEvent } from './progress.ts';
import { type ProgressState, progressLine } from './progress-line.ts';

/** A terminal that keeps what is written, and what its lines would show. */
class Terminal extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly colours: boolean;
  written = '';

  constructor({ isTTY = true, columns = 100, colours = false } = {}) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
    this.colours = colours;
  }

  hasColors(): boolean {
    return this.colours;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk.toString();
    done();
  }

  /** A carriage return goes back to the start of the line; what is written then covers what stood there. */
  get screen(): string[] {
    return this.written.split('\n').map((line) => {
      const shown = line.split('\r').reduce((below, above) => above + below.slice(above.length));
      return shown.trimEnd();
    });
  }

  get draws(): number {
    return this.written.split('\r').length - 1;
  }
}

const start: StartEvent = {
  type: 'start',
  run: '',
  engine: { device: 'cpu', runtime: '1.30.0', threads: 2, notes: [] },
  epochs: 2,
  stepsPerEpoch: 1000,
  batchSize: 32,
  chosen: ['batch size 32', '2 threads'],
  from: { epoch: 0, step: 0, update: 0 },
  trainable: 650,
  parameters: 421_642,
  learningBytes: 13_000,
};
const step = (update: number, loss = 2 / update): StepEvent => ({
  type: 'step',
  position: { epoch: Math.floor((update - 1) / 1000), step: (update - 1) % 1000, update },
  loss,
  lr: 1e-3,
  gradNorm: 1,
  examples: 32,
  rate: 4321,
  secondsLeft: (2000 - update) / 20,
});
const evaluation = (update: number, accuracy: number, best: boolean): FitEvent => {
  return { type: 'evaluation', position: { epoch: 1, step: 0, update }, loss: 0.25, accuracy, best };
};
const end = (best?: { update: number; value: number }): FitEvent => {
  return { type: 'end', reason: 'completed', position: { epoch: 2, step: 0, update: 2000 }, seconds: 101.2, ...(best && { best }) };
};

/** Shows events, `stepMs` apart. */
function show(
  events: readonly (FitEvent | SeveralEvent)[],
  terminal: Terminal,
  { stepMs = 50, ...options }: ProgressOptions & { stepMs?: number } = {},
): Terminal {
  let now = 0;
  const view = progressView({ ...options, stream: terminal, clock: () => now });
  for (const event of events) {
    view.show(event);
    now += stepMs;
  }
  view.close();
  return terminal;
}

const steps = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => step(from + i));
const whole: FitEvent[] = [
  start,
  { type: 'notice', message: 'The native library did not load; wasm is used.' },
  ...steps(1, 1000),
  { type: 'epoch', epoch: 0, loss: 0.4 },
  evaluation(1000, 0.9712, true),
  { type: 'checkpoint', path: 'runs/a/0001', position: { epoch: 1, step: 0, update: 1000 } },
  ...steps(1001, 2000),
  { type: 'epoch', epoch: 1, loss: 0.2 },
  evaluation(2000, 0.96, false),
  end({ update: 1000, value: 0.9712 }),
];

describe('on a terminal', () => {
  it('draws one line in place, with everything on it', () => {
    const terminal = show([start, ...steps(1, 999), evaluation(999, 0.9712, true)], new Terminal({ columns: 120 }), {
      label: 'full',
      unit: 'images',
    });
    expect(terminal.screen).toMatchInlineSnapshot(`
      [
        "full  ████████████░░░░░░░░░░░░░░  epoch 1/2  step   999/1,000  loss 0.0020  accuracy 97.12 %  4,321 images/s  0:50 left",
        "",
      ]
    `);
  });

  it('gives notices a line of their own and leaves the end in place of the moving line', () => {
    expect(show(whole, new Terminal()).screen).toMatchInlineSnapshot(`
      [
        "The native library did not load; wasm is used.",
        "completed after 2,000 updates, 1 min 41 s; best at update 1,000: loss 0.2500, accuracy 97.12 %",
        "",
      ]
    `);
  });

  it('goes on below a notice in the midst of training', () => {
    const terminal = show([start, step(1), { type: 'notice', message: 'Half way.' }], new Terminal({ columns: 60 }));
    expect(terminal.screen).toMatchInlineSnapshot(`
      [
        "Half way.",
        "░░░░░░░░░░░░░░░░░░░░░░░░  epoch 1/2  loss 2.0000  1:40 left",
        "",
      ]
    `);
  });

  it('draws at most ten times a second, and the last update in any case', () => {
    expect(show([start, ...steps(1, 1000)], new Terminal(), { stepMs: 1 }).draws).toBe(10);
    const terminal = show([start, ...steps(1990, 2000)], new Terminal(), { stepMs: 1 });
    expect(terminal.screen[0]).toContain('1,000/1,000');
  });

  it('never erases before it draws, and covers a longer line', () => {
    const terminal = show([start, step(1, 1e-9), step(2, 0.5)], new Terminal({ columns: 90 }), { stepMs: 200 });
    const lines = terminal.written.replace('\n', '').split('\r').slice(1);
    expect(lines.map((line) => line.length)).toEqual([89, 89]);
    expect(terminal.screen[0]).not.toContain('e-9');
  });

  it.each([200, 100, 60, 40, 20, 10, 3, 1])('stays within %i columns', (columns) => {
    const terminal = show([start, ...steps(1, 20), evaluation(20, 0.5, true), step(21)], new Terminal({ columns }), { label: 'a long label' });
    for (const line of terminal.screen) expect(line.length).toBeLessThan(columns === 1 ? 2 : columns);
  });

  it('colours the bar only where the terminal has colours', () => {
    const plain = show([start, step(1500)], new Terminal()).written;
    expect(plain).not.toContain('\x1b');
    const coloured = show([start, step(1500)], new Terminal({ colours: true })).written;
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    expect(coloured).toContain('\x1b[36m█');
  });
});

describe('elsewhere', () => {
  it('prints a line for each thing worth one', () => {
    expect(show(whole, new Terminal({ isTTY: false }), { label: 'full', unit: 'images', stepMs: 50 }).written).toMatchInlineSnapshot(`
      "full: training 650 of 421,642 parameters (13 kB with gradients and optimiser), 2 x 1,000 steps on cpu (threads: 2); chosen: batch size 32; 2 threads
      full: The native library did not load; wasm is used.
      full: epoch 1/2, step   200/1,000, loss 0.0100, 4,321 images/s, 1:30 left
      full: epoch 1/2, step   400/1,000, loss 0.0050, 4,321 images/s, 1:20 left
      full: epoch 1/2, step   600/1,000, loss 0.0033, 4,321 images/s, 1:10 left
      full: epoch 1/2, step   800/1,000, loss 0.0025, 4,321 images/s, 1:00 left
      full: epoch 1/2, step 1,000/1,000, loss 0.0020, 4,321 images/s, 0:50 left
      full: epoch 1/2 ended, mean loss 0.4000
      full: evaluation after update 1,000: loss 0.2500, accuracy 97.12 % (best so far)
      full: saved runs/a/0001
      full: epoch 2/2, step   200/1,000, loss 0.0017, accuracy 97.12 %, 4,321 images/s, 0:40 left
      full: epoch 2/2, step   400/1,000, loss 0.0014, accuracy 97.12 %, 4,321 images/s, 0:30 left
      full: epoch 2/2, step   600/1,000, loss 0.0013, accuracy 97.12 %, 4,321 images/s, 0:20 left
      full: epoch 2/2, step   800/1,000, loss 0.0011, accuracy 97.12 %, 4,321 images/s, 0:10 left
      full: epoch 2/2, step 1,000/1,000, loss 0.0010, accuracy 97.12 %, 4,321 images/s, 0:00 left
      full: epoch 2/2 ended, mean loss 0.2000
      full: evaluation after update 2,000: loss 0.2500, accuracy 96.00 %
      full: completed after 2,000 updates, 1 min 41 s; best at update 1,000: loss 0.2500, accuracy 97.12 %
      "
    `);
  });

  it('names what was saved at the end of an epoch, not each time', () => {
    const saved = (update: number, inEpoch: number): FitEvent => {
      return { type: 'checkpoint', path: `runs/a/${update}`, position: { epoch: 0, step: inEpoch, update } };
    };
    const events: FitEvent[] = [start, saved(10, 10), saved(20, 20), { type: 'epoch', epoch: 0, loss: 0.4 }, saved(1000, 0)];
    expect(show(events, new Terminal({ isTTY: false })).written).toMatchInlineSnapshot(`
      "training 650 of 421,642 parameters (13 kB with gradients and optimiser), 2 x 1,000 steps on cpu (threads: 2); chosen: batch size 32; 2 threads
      epoch 1/2 ended, mean loss 0.4000
      saved runs/a/1000
      "
    `);
  });

  it('names the training of several that goes on, and what lies between them', () => {
    const of = (candidate: string, event: FitEvent): SeveralEvent => ({ type: 'training', candidate, event });
    const events: SeveralEvent[] = [
      of('source-only', start),
      { type: 'candidate', result: { name: 'source-only' } },
      of('mcc', { type: 'epoch', epoch: 0, loss: 0.4 }),
      { type: 'work', what: 'judging', done: 1, of: 3 },
      { type: 'candidate', result: { name: 'bnm', skipped: 'others looked better after 1 of 4 epochs' } },
      { type: 'note', message: 'Something.' },
    ];
    expect(show(events, new Terminal({ isTTY: false }), { label: 'digits' }).written).toMatchInlineSnapshot(`
      "digits, source-only: training 650 of 421,642 parameters (13 kB with gradients and optimiser), 2 x 1,000 steps on cpu (threads: 2); chosen: batch size 32; 2 threads
      digits, mcc: epoch 1/2 ended, mean loss 0.4000
      bnm goes no further: others looked better after 1 of 4 epochs
      Something.
      "
    `);
    expect(show(events, new Terminal()).written).toContain('judging: 1/3');
  });

  it('prints nothing for steps while other lines come often enough', () => {
    const often = Array.from({ length: 20 }, (_, i) => [...steps(i * 50 + 1, i * 50 + 50), evaluation(i * 50 + 50, 0.5, false)]).flat();
    const terminal = show([start, ...often], new Terminal({ isTTY: false }), { stepMs: 100 });
    expect(terminal.written).not.toContain('step 1');
    expect(terminal.written.trim().split('\n')).toHaveLength(21);
  });

  it('tells a resumed run, an early end, and a best evaluation that it has not seen', () => {
    const events: FitEvent[] = [
      { ...start, from: { epoch: 1, step: 0, update: 1000 }, trainable: 421_642 },
      { ...end({ update: 500, value: 0.5 }), reason: 'early' } as FitEvent,
    ];
    expect(show(events, new Terminal({ isTTY: false })).written).toMatchInlineSnapshot(`
      "training 421,642 parameters, 2 x 1,000 steps on cpu (threads: 2), from update 1,000; chosen: batch size 32; 2 threads
      stopped early (no better evaluation) after 2,000 updates, 1 min 41 s; best at update 500: 0.5000
      "
    `);
  });
});

describe('progress', () => {
  async function* run(ended: string[]): AsyncGenerator<FitEvent, string, void> {
    try {
      yield start;
      yield step(1);
      yield end();
      return 'result';
    } finally {
      ended.push('ended');
    }
  }

  it('passes on the events and the result', async () => {
    const events = progress(run([]), { stream: new Terminal() });
    const seen = [await events.next(), await events.next(), await events.next(), await events.next()];
    expect(seen.map(({ value }) => value)).toEqual([start, step(1), end(), 'result']);
    expect(seen.at(-1)?.done).toBe(true);
  });

  it('ends training and the line when the loop is left early', async () => {
    const [ended, terminal] = [[] as string[], new Terminal()];
    for await (const event of progress(run(ended), { stream: terminal })) if (event.type === 'step') break;
    expect(ended).toEqual(['ended']);
    expect(terminal.written.endsWith('\n')).toBe(true);
  });

  it('lets an error through, on a fresh line', async () => {
    async function* failing(): AsyncGenerator<FitEvent, void, void> {
      yield start;
      yield step(1);
      throw new Error('not finite');
    }
    const terminal = new Terminal();
    const events = progress(failing(), { stream: terminal });
    await events.next();
    await events.next();
    await expect(events.next()).rejects.toThrow('not finite');
    expect(terminal.written.endsWith('\n')).toBe(true);
  });
});

it('drops what matters least first', () => {
  const state: ProgressState = {
    label: 'full',
    unit: 'images',
    epoch: 3,
    epochs: 10,
    step: 7,
    stepsPerEpoch: 1875,
    done: 0.25,
    loss: 0.1,
    rate: 4321,
    secondsLeft: 42,
    evaluation: { loss: 0.2 },
  };
  const lines = [140, 110, 90, 76, 60, 44, 30, 20, 5].map((width) => progressLine(state, width).join('|'));
  expect(lines).toMatchInlineSnapshot(`
    [
      "full  |███████|░░░░░░░░░░░░░░░░░░░░░|  epoch  3/10  step     7/1,875  loss 0.1000  validation loss 0.2000  4,321 images/s  0:42 left",
      "full  |██|░░░░░░░|  epoch  3/10  step     7/1,875  loss 0.1000  validation loss 0.2000  4,321 images/s  0:42 left",
      "|███|░░░░░░░░░░|  epoch  3/10  loss 0.1000  validation loss 0.2000  4,321 images/s  0:42 left",
      "|█████|░░░░░░░░░░░░░░░░░░|  epoch  3/10  loss 0.1000  4,321 images/s  0:42 left",
      "|█████|░░░░░░░░░░░░░░░░░░|  epoch  3/10  loss 0.1000  0:42 left",
      "|█████|░░░░░░░░░░░░░░░|  epoch  3/10  0:42 left",
      "|████|░░░░░░░░░░░░░|  epoch  3/10",
      "|█████|░░░░░░░░░░░░░░░|",
      "|█|░░░░|",
    ]
  `);
});
