// A new head on EfficientNet-Lite0 for CIFAR-10's 5,000 photos: with features computed once, with features of an earlier training, without, and
// everything fine-tuned.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { compiledScript } from '../timed/steppers.ts';

/** Each against those before it: its training and, for heads, that without a cache. */
const cases = {
  'everything learns': 'full',
  'head, without a cache': 'none',
  'head, features in memory': 'memory',
  'head, features on disk': 'disk',
  'head, features of an earlier training': 'disk',
} as const;

interface Taken {
  readonly seconds: number;
  readonly to90: number;
  readonly accuracy: number;
  readonly whole: number;
  readonly peakMiB: number;
}

export const bench: Bench = {
  about: "Seconds to train EfficientNet-Lite0 at 64x64 on CIFAR-10's 5,000 photos, 20 epochs, evaluations left out; each in a process of its own.",
  columns: {
    case: { label: 'case' },
    graft: { label: 's', format: 'number', digits: 1 },
    ratio: { label: 'faster than without a cache', format: 'number', digits: 1 },
    to90: { label: 's to 90 % of its accuracy', format: 'number', digits: 1 },
    ratio90: { label: 'faster than everything', format: 'number', digits: 1 },
    accuracy: { label: 'accuracy', format: 'percent', digits: 1 },
    whole: { label: 's with evaluations', format: 'number', digits: 1 },
    peakMiB: { label: 'peak MiB', format: 'count' },
  },
  async *rows({ quick, done, note }) {
    const folder = mkdtempSync(join(tmpdir(), 'graft-feature-cache-'));
    const [epochs, limit] = quick ? [4, 50] : [20, 500];
    const taken = new Map<string, Taken>();
    try {
      for (const [name, kind] of Object.entries(cases)) {
        // An earlier run's folder is gone.
        const earlier = kind === 'disk' ? undefined : done.get(name);
        const { seconds, to90, accuracy, whole, peakMiB } = (earlier ? { ...earlier, seconds: earlier.graft } : train(kind)) as Taken;
        taken.set(kind, { seconds, to90, accuracy, whole, peakMiB });
        const [full, none] = [taken.get('full'), taken.get('none')];
        const [ratio, ratio90] = [none && none.seconds / seconds, full && full.to90 / to90];
        yield { case: name, graft: seconds, ratio, to90, ratio90, accuracy, whole, peakMiB };
        note(`${name}: ${seconds.toFixed(1)} s`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }

    function train(kind: string): Taken {
      const [node = '', ...args] = compiledScript(new URL('./train-run.ts', import.meta.url));
      const given = [kind, join(folder, 'features'), String(epochs), String(limit)];
      return JSON.parse(execFileSync(node, [...args, ...given], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Taken;
    }
  },
};
