// 64-bit hashes -> which of them differ in a few bits, without comparing each with each. Called by the search for near copies of pictures.

/** Looks up hashes near one of them. */
export interface NearHashes {
  /** Calls `visit` once with each `j < i` whose hash differs from that of `i` in at most `radius` bits. */
  before(i: number, visit: (j: number) => void): void;
}

/**
 * Multi-index hashing (Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012): of `radius + 1` bands of bits, hashes
 * that differ in at most `radius` bits share one, so only those that share a band are compared.
 * @param hashes two words of 32 bits for each.
 * @param radius whole number from 2 to 63: bands have at most 22 bits.
 */
export function nearHashes(hashes: Uint32Array, radius: number): NearHashes {
  const [length, count] = [hashes.length / 2, radius + 1];
  const bands = Array.from({ length: count }, (_, b) => bandOf(hashes, Math.floor((b * 64) / count), Math.floor(((b + 1) * 64) / count)));
  const shared = (b: number, i: number, j: number) => bands[b]?.values[i] === bands[b]?.values[j];
  return {
    before(i, visit) {
      const [low, high] = [hashes[2 * i] as number, hashes[2 * i + 1] as number];
      bands.forEach(({ values, starts, members }, b) => {
        const value = values[i] as number;
        const end = starts[value + 1] as number;
        for (let at = starts[value] as number; at < end; at++) {
          const j = members[at] as number;
          if (j >= i) break;
          if (ones(low ^ (hashes[2 * j] as number)) + ones(high ^ (hashes[2 * j + 1] as number)) > radius) continue;
          let first = 0;
          while (!shared(first, i, j)) first++;
          if (first === b) visit(j);
        }
      });
    },
  };

  /** The hashes by the value of their bits `from..to`: those with value v are `members[starts[v]..starts[v + 1]]`, in ascending order. */
  function bandOf(words: Uint32Array, from: number, to: number) {
    const values = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      let value = 0;
      for (let bit = from; bit < to; bit++) value = (value << 1) | (((words[2 * i + (bit >> 5)] as number) >>> (bit & 31)) & 1);
      values[i] = value;
    }
    const starts = new Int32Array(2 ** (to - from) + 1);
    for (const value of values) starts[value + 1] = (starts[value + 1] as number) + 1;
    for (let v = 1; v < starts.length; v++) starts[v] = (starts[v] as number) + (starts[v - 1] as number);
    const [members, next] = [new Int32Array(length), starts.slice()];
    values.forEach((value, i) => {
      const at = next[value] as number;
      members[at] = i;
      next[value] = at + 1;
    });
    return { values, starts, members };
  }
}

/** How many bits of a word are set. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
