// `graft doctor`: looks at the machine and tries Graft out on it; a list of what works leaves.
import { styleText } from 'node:util';
import { type DeviceName, GraftError } from 'graft-ml';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { backboneCheck } from './backbones.ts';
import { type Check, checked } from './check.ts';
import { engineChecks } from './engine.ts';
import { systemChecks } from './system.ts';

/** Of each of the two speeds. */
const MEASURED_MS = 1000;

/** Prints what was found. @returns 1 when something is broken. */
export async function examine(
  { device, speed }: { readonly device: 'auto' | DeviceName; readonly speed: boolean },
  { result, note, signal }: Context,
): Promise<number> {
  const interrupted = signal();
  if (speed) note('Measuring for two seconds ...');
  const machine = await Promise.all(systemChecks());
  const engine = await engineChecks({ device, ms: speed ? MEASURED_MS : 0, signal: interrupted });
  if (interrupted.aborted) throw new GraftError('aborted', 'Interrupted before all was looked at.');
  const checks = [...machine, ...engine, await checked('backbones', backboneCheck)];
  const broken = checks.filter(({ state }) => state === 'broken');
  const closing = broken.length === 0 ? 'Graft works here.' : `Broken: ${broken.map(({ name }) => name).join(', ')}.`;
  result({ ok: broken.length === 0, checks }, [...checks.map((check) => lineOf(check, checks)), '', closing].join('\n'));
  return broken.length === 0 ? EXIT.ok : EXIT.failed;
}

const COLOURS = { ok: 'green', note: 'yellow', broken: 'red' } as const;

function lineOf({ name, state, text }: Check, all: readonly Check[]): string {
  const widest = Math.max(...all.map((one) => one.name.length));
  return `${styleText(COLOURS[state], state.padEnd(6), { stream: process.stdout })}  ${name.padEnd(widest)}  ${text}`;
}
