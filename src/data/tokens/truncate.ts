// How many tokens of each text stay when a row is too long. Called by the tokeniser.

/** Lengths after truncation to `room` in all: the longer of two is cut first; once they are equal both are, and the longer one keeps an odd token. */
export function truncatedLengths(lengths: readonly number[], room: number): number[] {
  const [a = 0, b] = lengths;
  if (b === undefined) return [Math.min(a, room)];
  if (a + b <= room) return [a, b];
  const short = Math.min(a, b, Math.floor(room / 2));
  return a <= b ? [short, room - short] : [room - short, short];
}
