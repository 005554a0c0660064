// Sets of numbers -> pairs of sets that have most in common, without comparing each with each. Called by the search for near copies of texts.
import { stream } from '../../core/rng.ts';
import { mixed } from './words.ts';

/** Numbers in a signature, and how they are cut into bands: sets with 0.8 in common agree in one band or more with probability 0.9998, with 0.4 in 0.34. */
const SIZE = 64;
const ROWS = 4;
/** Of sets in one band, so many of the latest are compared with a new one. */
const MOST_COMPARED = 64;

/** Signatures by which sets are compared; sets are told by the order in which they were added. */
export interface NearRuns {
  add(runs: ReadonlySet<number>): void;
  readonly length: number;
  readonly bands: number;
  /** Calls `visit` with pairs `j < i` of sets that agree in a band; over all bands it misses few that have much in common. */
  search(band: number, visit: (j: number, i: number) => void): void;
  /** Whether two sets may well have `share` of what either has in common: right for 998 of 1,000 that have. */
  mayShare(i: number, j: number, share: number): boolean;
}

/**
 * MinHash with bands (Broder, "On the resemblance and containment of documents", 1997; Leskovec, Rajaraman and Ullman, "Mining of massive datasets", 3.4).
 * @param most sets that are added at most; 256 bytes are used for each one that is.
 */
export function nearRuns(most: number): NearRuns {
  const seeds = stream(0, 'minhash').uint32s(SIZE);
  // Pages that are never written to take no memory.
  const signatures = new Uint32Array(most * SIZE);
  let length = 0;
  return {
    bands: SIZE / ROWS,
    get length() {
      return length;
    },
    add(runs) {
      const own = signatures.subarray(length * SIZE, ++length * SIZE).fill(0xffffffff);
      for (const run of runs) {
        for (let k = 0; k < SIZE; k++) {
          const value = mixed(run ^ (seeds[k] as number));
          if (value < (own[k] as number)) own[k] = value;
        }
      }
    },
    mayShare(i, j, share) {
      let agreeing = 0;
      for (let k = 0; k < SIZE; k++) if (signatures[i * SIZE + k] === signatures[j * SIZE + k]) agreeing++;
      // Three standard deviations of the estimate below what is asked for.
      return agreeing / SIZE >= share - 3 * Math.sqrt((share * (1 - share)) / SIZE);
    },
    search(band, visit) {
      const start = (i: number) => i * SIZE + band * ROWS;
      const sameBand = (i: number, j: number) => {
        for (let k = 0; k < ROWS; k++) if (signatures[start(i) + k] !== signatures[start(j) + k]) return false;
        return true;
      };
      const heads = new Int32Array(2 ** Math.ceil(Math.log2(length + 1))).fill(-1);
      const before = new Int32Array(length);
      for (let i = 0; i < length; i++) {
        let key = 0;
        for (let k = 0; k < ROWS; k++) key = mixed(key ^ (signatures[start(i) + k] as number));
        const slot = key & (heads.length - 1);
        let compared = 0;
        for (let j = heads[slot] as number; j >= 0 && compared < MOST_COMPARED; j = before[j] as number) {
          if (!sameBand(i, j)) continue;
          compared++;
          visit(j, i);
        }
        before[i] = heads[slot] as number;
        heads[slot] = i;
      }
    },
  };
}
