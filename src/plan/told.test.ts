import { describe, expect, it } from 'vitest';
import { named, passedOn } from './told.ts';

describe('events that are passed on', () => {
  /** Tells what became of it. */
  async function* counted(until: number, became: string[]): AsyncGenerator<number, string, void> {
    try {
      for (let i = 0; i < until; i++) yield i;
      became.push('went to its end');
      return 'done';
    } finally {
      became.push('closed');
    }
  }

  it('are what is made of them, and those that nothing is made of are left out', async () => {
    const became: string[] = [];
    const events = passedOn(counted(4, became), async (i) => (i % 2 === 0 ? `event ${i}` : undefined));
    const told: string[] = [];
    let next = await events.next();
    for (; !next.done; next = await events.next()) told.push(next.value);
    expect([told, next.value, became]).toEqual([['event 0', 'event 2'], 'done', ['went to its end', 'closed']]);
  });

  it('end where nobody listens any more', async () => {
    const became: string[] = [];
    for await (const { candidate, event } of named('network', counted(4, became))) {
      expect([candidate, event]).toEqual(['network', 0]);
      break;
    }
    expect(became).toEqual(['closed']);
  });
});
