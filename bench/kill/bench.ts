// Fifty runs, each killed with SIGKILL at a random moment and resumed: how many end with the weights of the run that was left alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream } from '../../src/index.ts';
import { killAndResume, runSmall } from '../../tests/support/kill.ts';
import type { Bench } from '../bench.ts';

export const bench: Bench = {
  about: 'Kills a run at random moments and resumes it; counts the runs whose weights equal those of an uninterrupted one.',
  columns: {
    case: { label: 'case' },
    kills: { label: 'kills', format: 'count' },
    graft: { label: 'identical', format: 'count' },
    latest: { label: 'latest update saved', format: 'count' },
    unsaved: { label: 'kills before a checkpoint', format: 'count' },
  },
  async *rows({ quick, note }) {
    const kills = quick ? 5 : 50;
    const root = mkdtempSync(join(tmpdir(), 'graft-bench-kill-'));
    try {
      const { result, ms } = await runSmall(join(root, 'whole'));
      const saved: number[] = [];
      let identical = 0;
      for (let i = 0; saved.length < kills; i++) {
        const folder = join(root, `cut-${i}`);
        const run = await killAndResume(folder, stream(i, 'bench', 'kill'), 1, ms);
        rmSync(folder, { recursive: true });
        // A run that ended before its kill says nothing.
        if (run.saved.length === 0) continue;
        saved.push(...run.saved);
        if (run.result === result) identical++;
        note(`${saved.length}/${kills} killed, ${identical} identical`);
      }
      yield {
        case: 'one kill each, CNN with batch norm, dropout, moving average, cosine rate',
        kills,
        graft: identical,
        latest: Math.max(...saved),
        unsaved: saved.filter((update) => update === 0).length,
      };
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
