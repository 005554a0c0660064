// Holding a computation on blocked values back: they stay blocked.
import { awaiting } from '../plain/await.ts';
import { type LowerBlocked, sizesOf } from './layout.ts';

export const Await: LowerBlocked = ({ b, g, x: [x, after] }) => {
  const own = b.held(x);
  const done = b.held(after) ?? after;
  return [own ? b.give(awaiting(g, own, done), sizesOf(x)[1] as number) : awaiting(g, x, done)];
};
