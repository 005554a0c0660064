// Finds the name that a user most likely meant. Called where an unknown name is refused: options, optimisers, ops, layers.

/** The candidate that `name` most likely means, where a slip of the pen or another's word for it explains it. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const known = candidates.find((candidate) => candidate === SYNONYMS[name] || (name.length > 2 && candidate.startsWith(name)));
  if (known !== undefined) return known;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** The end of an error message: `did you mean \`x\`?` for the candidate nearest to `name` when a slip of the pen explains it, else the list of all. */
export function suggest(name: string, candidates: readonly string[]): string {
  const best = nearest(name, candidates);
  if (best !== undefined) return `did you mean \`${best}\`?`;
  return candidates.length === 0 ? 'there are none to choose from.' : `known are ${candidates.map((candidate) => `\`${candidate}\``).join(', ')}.`;
}

/** What others call what Graft calls otherwise, where the words are too far apart to be taken for slips. */
const SYNONYMS: Readonly<Record<string, string>> = {
  learningRate: 'lr',
  learning_rate: 'lr',
  gradClip: 'clipNorm',
  labelNames: 'classes',
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  l1: 'meanAbsoluteError',
  bce: 'binaryCrossEntropy',
  ce: 'crossEntropy',
  r: 'rank',
  lora_alpha: 'alpha',
  lora_dropout: 'dropout',
  target_modules: 'targets',
  feedforward_modules: 'feedForward',
  'linear-probe': 'head-only',
  'linear-probing': 'head-only',
};

/** Fewest insertions, deletions and replacements of one character that turn `a` into `b` (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
