// Exponential moving average of parameters, and how a graph asks for it.

const AVERAGE = 'average:';

/** Name of the graph's input that takes the moving average of the parameter `id` in each step: for a teacher that follows what learns. */
export function averageInput(id: string): string {
  return `${AVERAGE}${id}`;
}

/** Id of the parameter whose moving average the input called `name` takes; `undefined` for other inputs. */
export function averagedBy(name: string): string | undefined {
  return name.startsWith(AVERAGE) ? name.slice(AVERAGE.length) : undefined;
}

/**
 * average = d average + (1 - d) p in place, with d = min(decay, (1 + updates) / (10 + updates)): the warm-up lets the average
 * leave the initial values behind at the pace the run is long.
 */
export function updateEma(average: Float32Array, p: Float32Array, decay: number, updates: number): void {
  const d = Math.min(decay, (1 + updates) / (10 + updates));
  for (let i = 0; i < p.length; i++) average[i] = d * (average[i] as number) + (1 - d) * (p[i] as number);
}
