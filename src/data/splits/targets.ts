// How many rows of each class every part should have. Called by `drawParts`.

/**
 * Shares out the rows of classes: part 0 is train, parts 1, 2 are those to be cut from it, in which every class has its share to within one row.
 * Shares are rounded down, and what is then missing of `wanted` goes to the classes with the largest remainders. But each class keeps a row in train; one
 * with enough rows for it has at least one in each part; and of one with two rows the second goes to the part that lacks most, the first of equals.
 * @param sizes rows of each class.
 * @param wanted rows of parts 1, 2 ..., fewer than there are in all.
 * @returns for each part the rows of each class.
 */
export function targetsOf(sizes: ArrayLike<number>, wanted: readonly number[]): Int32Array[] {
  const total = Array.from(sizes).reduce((sum, size) => sum + size, 0);
  const exact = (part: number, label: number) => ((sizes[label] as number) * (wanted[part] as number)) / total;
  const labels = Array.from(sizes, (_, label) => label);
  const parts = wanted.map((_, part) => Int32Array.from(sizes, (_, label) => Math.floor(exact(part, label))));
  const spare = (label: number) => parts.reduce((rest, part) => rest - (part[label] as number), (sizes[label] as number) - 1);
  const missing = (part: number) => (wanted[part] as number) - (parts[part]?.reduce((sum, count) => sum + count, 0) ?? 0);
  const lacking = wanted.map((_, part) => missing(part));
  const give = (part: number, label: number) => {
    const counts = parts[part] as Int32Array;
    counts[label] = (counts[label] as number) + 1;
    lacking[part] = (lacking[part] as number) - 1;
  };

  for (const label of labels) {
    const empty = [...parts.keys()].filter((part) => parts[part]?.[label] === 0);
    empty.sort((a, b) => (lacking[b] as number) - (lacking[a] as number) || a - b);
    for (const part of empty) if (spare(label) > 0) give(part, label);
  }
  parts.forEach((counts, part) => {
    const remainder = (label: number) => exact(part, label) - (counts[label] as number);
    const ranked = labels.filter((label) => remainder(label) > 0).sort((a, b) => remainder(b) - remainder(a) || a - b);
    for (const label of ranked) if ((lacking[part] as number) > 0 && spare(label) > 0) give(part, label);
  });
  return [Int32Array.from(labels, (label) => spare(label) + 1), ...parts];
}
