// Reads the equation of an Einsum node. In: `"...ij,jk->...ik"` and the operands' ranks. Out: a label for every axis. Called by its schema and expansion.

/** A label for each axis of each operand and of the result. Axes of an ellipsis are labelled `.0`, `.1` .... */
export interface EinsumLabels {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

const TERM = /^([A-Za-z]*)(?:(\.\.\.)([A-Za-z]*))?$/;

/** @param refuse throws, saying what is wrong with the equation. */
export function readEinsum(equation: string, ranks: readonly number[], refuse: (why: string) => never): EinsumLabels {
  const [left = '', right, ...more] = equation.replaceAll(/\s/g, '').split('->');
  const terms = left.split(',');
  if (more.length) refuse('it has more than one arrow.');
  if (terms.length !== ranks.length) refuse(`it has ${terms.length} terms for ${ranks.length} operands.`);
  let dots: readonly string[] | undefined;
  const inputs = terms.map((term, i) => {
    const rank = ranks[i] as number;
    const [, before, ellipsis, after = ''] = TERM.exec(term) ?? refuse(`its term "${term}" is not made of letters and one ellipsis.`);
    const named = [...(before as string), ...after];
    const covered = rank - named.length;
    if (covered < 0 || (covered > 0 && !ellipsis)) refuse(`its term "${term}" does not fit operand ${i}, which has rank ${rank}.`);
    const own = Array.from({ length: covered }, (_, k) => `.${k}`);
    if (ellipsis && dots && own.length !== dots.length)
      refuse(`its ellipses stand for ${dots.length} and for ${own.length} axes; they need the same number.`);
    if (ellipsis) dots = own;
    return [...(before as string), ...own, ...after];
  });
  if (right === undefined) {
    const counts = new Map<string, number>();
    for (const label of inputs.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
    const once = [...counts].flatMap(([label, count]) => (count === 1 && !label.startsWith('.') ? [label] : []));
    return { inputs, output: [...(dots ?? []), ...once.sort()] };
  }
  const [, before, ellipsis, after = ''] = TERM.exec(right) ?? refuse(`its result "${right}" is not made of letters and one ellipsis.`);
  const output = [...(before as string), ...(ellipsis ? (dots ?? []) : []), ...after];
  const known = new Set(inputs.flat());
  const strange = output.find((label) => !known.has(label));
  if (strange !== undefined) refuse(`its result has the label "${strange}", which no operand has.`);
  if (new Set(output).size !== output.length) refuse(`its result "${right}" has a label twice.`);
  return { inputs, output };
}
