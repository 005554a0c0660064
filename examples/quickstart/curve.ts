// The source's training as its log tells it, over all the processes that it took.
import { readFile } from 'node:fs/promises';
import type { FitEvent } from 'graft-ml';

export interface SourceCurve {
  /** Updates, and the mean loss of those since the point before. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Of training, as last measured. */
  readonly imagesPerSecond: number;
}

const POINTS = 200;

export async function readCurve(log: string): Promise<SourceCurve> {
  const events = (await readFile(log, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as FitEvent);
  const steps = events.filter((event) => event.type === 'step');
  const each = Math.max(1, Math.ceil(steps.length / POINTS));
  const [x, y]: [number[], number[]] = [[], []];
  for (let at = 0; at < steps.length; at += each) {
    const part = steps.slice(at, at + each);
    x.push(part.at(-1)?.position.update ?? 0);
    y.push(part.reduce((sum, { loss }) => sum + loss, 0) / part.length);
  }
  return { x, y, imagesPerSecond: steps.at(-1)?.rate ?? 0 };
}
