// Where the time of a step goes, by ONNX Runtime's own profile: builds the program of an ONNX file as `fit` does, runs it, prints a table of op types.
//   node --import ./scripts/typescript.mjs scripts/profile-step.ts model.onnx [--mode full|head|inference|evaluate] [--batch 16] [--nodes 20] ...
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MODES, type NodeTime, runProgram, stepProgram } from '../bench/timed/step-program.ts';
import { loadOnnx, replaceHead, textTable } from '../src/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** What learns; see MODES. */
    mode: { type: 'string', default: 'full' },
    batch: { type: 'string', default: '16' },
    /** Sizes besides the batch that the model leaves open; default `L=128,height=224,width=224`. */
    sizes: { type: 'string', default: '' },
    /** Replaces the head by a linear one of so many classes. */
    classes: { type: 'string' },
    /** Steps that are counted, after two that are not. */
    steps: { type: 'string', default: '5' },
    threads: { type: 'string' },
    /** Without the blocked layout. */
    plain: { type: 'boolean', default: false },
    /** Prints so many single nodes too, the slowest first. */
    nodes: { type: 'string', default: '0' },
    /** Only nodes of this op type among them. */
    op: { type: 'string' },
    /** Also writes the program as an ONNX file. */
    save: { type: 'string' },
  },
});

interface Total {
  count: number;
  ms: number;
}

const steps = Number(values.steps);

/** Runs and milliseconds in a step, the slowest first. */
function totals(nodes: readonly NodeTime[], keyOf: (node: NodeTime) => string): [string, Total][] {
  const all = new Map<string, Total>();
  for (const node of nodes) {
    const total = all.get(keyOf(node)) ?? { count: 0, ms: 0 };
    all.set(keyOf(node), total);
    total.count += 1 / steps;
    total.ms += node.ms / steps;
  }
  return [...all].sort(([, a], [, b]) => b.ms - a.ms);
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] as number;

async function main(): Promise<void> {
  const [path] = positionals;
  const mode = MODES.find((name) => name === values.mode);
  if (path === undefined || positionals.length > 1 || mode === undefined)
    throw new Error(`Usage: profile-step.ts model.onnx [--mode ${MODES.join('|')}] [--batch 16] [--nodes 20]; see the options in the file.`);
  const loaded = await loadOnnx(path, { dequantise: true });
  const model = values.classes === undefined ? loaded : replaceHead(loaded, { classes: Number(values.classes) });
  const sizes = Object.fromEntries(values.sizes.split(',').map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])]));
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  const began = performance.now();
  const program = await stepProgram(model, { mode, batch: Number(values.batch), sizes, threads, plain: values.plain });
  const built = performance.now() - began;
  if (values.save !== undefined) writeFileSync(values.save, program.setup.model);
  const plain = median((await runProgram(program, steps)).ms);
  const { ms, nodes } = await runProgram(program, steps, true);
  const sum = nodes.reduce((total, node) => total + node.ms / steps, 0);
  console.log(
    textTable(
      [
        { label: 'op' },
        { label: 'nodes', format: 'count' },
        { label: 'ms a step', format: 'number', digits: 2 },
        { label: 'share', format: 'percent', digits: 1 },
      ],
      totals(nodes, ({ op }) => op).map(([name, total]) => [name, total.count, total.ms, total.ms / sum]),
    ),
  );
  const chosen = nodes.filter(({ op }) => values.op === undefined || op === values.op);
  const slowest = totals(chosen, ({ op, name, inputs, outputs }) => [op, name, inputs, outputs].join('\t')).slice(0, Number(values.nodes));
  if (slowest.length > 0) {
    console.log(
      `\n${textTable(
        [{ label: 'ms', format: 'number', digits: 2 }, { label: 'op' }, { label: 'node' }, { label: 'inputs' }, { label: 'outputs' }],
        slowest.map(([key, total]) => [total.ms, ...key.split('\t')]),
      )}`,
    );
  }
  console.log(
    `\nA step takes ${plain.toFixed(1)} ms (${median(ms).toFixed(1)} ms while profiled), its nodes ${sum.toFixed(1)} ms; the program was built in ${built.toFixed(0)} ms.`,
  );
}

await main();
