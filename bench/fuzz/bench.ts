// Ten thousand hostile data sets of all formats, opened in processes that are watched: how many open, how many are refused with an error of Graft's own, and
// whether any crashes, hangs, fills the memory or reaches out of its folder.
import { availableParallelism } from 'node:os';
import type { Watched } from '../../tests/support/hostile/watched-inputs.ts';
import { watchedInputs } from '../../tests/support/hostile/watched-inputs.ts';
import type { Bench } from '../bench.ts';

/** Another seed: `GRAFT_SEED=2 npm run bench -- fuzz`. */
const seed = Number(process.env.GRAFT_SEED ?? 1);
const INPUTS = { quick: 650, full: 10_010 };
/** What an input may take: seconds in which it does not tell how far it is, and memory of the whole process. */
const [SECONDS, MEBIBYTES] = [10, 2048];

interface Group {
  tried: number;
  opened: number;
  refused: number;
  wrong: number;
  slowest: number;
  peakMiB: number;
  readonly messages: Set<string>;
}

export const bench: Bench = {
  about: `Opens 10,010 hostile data sets of all formats (seed ${seed}); each must open, or be refused with an error that names what is wrong.`,
  columns: {
    case: { label: 'format' },
    tried: { label: 'tried', format: 'count' },
    opened: { label: 'opened', format: 'count' },
    refused: { label: 'refused', format: 'count' },
    graft: { label: 'opened or refused by name', format: 'count' },
    wrong: { label: 'wrong', format: 'count' },
    messages: { label: 'different refusals', format: 'count' },
    slowest: { label: 'slowest, ms', format: 'count' },
    peakMiB: { label: 'peak MiB', format: 'count' },
  },
  async *rows({ quick, note }) {
    const groups = new Map<string, Group>();
    const to = quick ? INPUTS.quick : INPUTS.full;
    let done = 0;
    for await (const input of watchedInputs({ seed, from: 0, to, processes: availableParallelism(), seconds: SECONDS, mebibytes: MEBIBYTES })) {
      const group = groups.get(input.format) ?? { tried: 0, opened: 0, refused: 0, wrong: 0, slowest: 0, peakMiB: 0, messages: new Set() };
      groups.set(input.format, group);
      count(group, input);
      if (input.what !== 'opened' && input.what !== 'refused') note(`${input.index}, ${input.format}, ${input.kind}: ${input.what}\n${input.said}`);
      if (++done % 1000 === 0) note(`${done} of ${to}`);
    }
    for (const [format, { messages, slowest, peakMiB, ...counts }] of [...groups].sort()) {
      const graft = counts.opened + counts.refused;
      yield { case: format, ...counts, graft, messages: messages.size, slowest: Math.round(slowest), peakMiB: Math.round(peakMiB) };
    }
  },
};

function count(group: Group, { what, said, ms, peakMiB }: Watched): void {
  group.tried++;
  if (what === 'opened') group.opened++;
  else if (what === 'refused') group.refused++;
  else group.wrong++;
  // Without the numbers and names in them, which differ in each.
  if (what === 'refused') group.messages.add(said.replaceAll(/"[^"]*"|\d+/g, '_'));
  group.slowest = Math.max(group.slowest, ms);
  group.peakMiB = Math.max(group.peakMiB, peakMiB);
}
