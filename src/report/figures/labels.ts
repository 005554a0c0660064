// Places for labels that would cover each other: wanted heights come in, heights at a distance leave. Called by the line chart.

/** Moves heights apart to at least `gap`, in their order, between `top` and `bottom`; what fits is kept as near as can be. */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] as number) - (wanted[b] as number));
  const placed = new Array<number>(wanted.length);
  let edge = top;
  for (const i of order) {
    placed[i] = Math.max(wanted[i] as number, edge);
    edge = placed[i] + gap;
  }
  // What was pushed below the bottom goes back up, and pushes those above it.
  edge = bottom;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i] as number, edge);
    edge = placed[i] - gap;
  }
  return placed;
}

/** Text cut to a number of characters, with an ellipsis where something is missing. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
