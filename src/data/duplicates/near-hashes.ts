// 64-bit hashes -> which of them differ in a few bits, without comparing each with each. Called by the search for near copies of pictures.

/** 64 bits. */
export type Hash = readonly [number, number];

/** Looks up hashes near one of them. */
export interface NearHashes {
  /**
   * Calls `visit` once with each `j < end` whose hash differs from the one given in at most `radius` bits.
   * @param most a band whose value so many hashes share tells little, and is passed over where more do.
   */
  visit(hash: Hash, end: number, visit: (j: number) => void, most?: number): void;
}

const BANDS = 4;
const BITS = 16;

/**
 * Multi-index hashing (Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012): of four bands of 16 bits, hashes that
 * differ in at most 7 bits have one in which they differ in 1 at most, so only those with such a band are compared.
 * @param hashes two words of 32 bits for each.
 * @param radius whole number from 0 to 7.
 */
export function nearHashes(hashes: Uint32Array, radius: number): NearHashes {
  const length = hashes.length / 2;
  const bands = Array.from({ length: BANDS }, (_, b) => bandOf(b));
  return {
    visit([low, high], end, visit, most = length) {
      bands.forEach(({ starts, members }, b) => {
        const value = bandIn(low, high, b);
        for (let turned = -1; turned < BITS; turned++) {
          const probe = turned < 0 ? value : value ^ (1 << turned);
          const [first, last] = [starts[probe] as number, starts[probe + 1] as number];
          if (last - first > most) continue;
          for (let at = first; at < last; at++) {
            const j = members[at] as number;
            if (j >= end) break;
            const [lows, highs] = [low ^ (hashes[2 * j] as number), high ^ (hashes[2 * j + 1] as number)];
            if (ones(lows) + ones(highs) <= radius && firstNear(lows, highs) === b) visit(j);
          }
        }
      });
    },
  };

  /** The hashes by the value of a band: those with value v are `members[starts[v]..starts[v + 1]]`, in ascending order. */
  function bandOf(band: number) {
    const values = Uint16Array.from({ length }, (_, i) => bandIn(hashes[2 * i] as number, hashes[2 * i + 1] as number, band));
    const starts = new Int32Array(2 ** BITS + 1);
    for (const value of values) starts[value + 1] = (starts[value + 1] as number) + 1;
    for (let v = 1; v < starts.length; v++) starts[v] = (starts[v] as number) + (starts[v - 1] as number);
    const [members, next] = [new Int32Array(length), starts.slice()];
    values.forEach((value, i) => {
      const at = next[value] as number;
      members[at] = i;
      next[value] = at + 1;
    });
    return { starts, members };
  }
}

function bandIn(low: number, high: number, band: number): number {
  return ((band < 2 ? low : high) >>> (BITS * (band & 1))) & 0xffff;
}

/** The first band in which hashes with these different bits are found by each other. */
function firstNear(low: number, high: number): number {
  let band = 0;
  while (band < BANDS && ones(bandIn(low, high, band)) > 1) band++;
  return band;
}

/** How many bits of a word are set. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
