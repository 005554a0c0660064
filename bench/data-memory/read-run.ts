// A fresh process that opens data and reads all of it once, as training does before its first update, and prints what that took. Started by bench.ts.
import { openData, type Tensor } from '../../src/index.ts';
import { encodedRows, pictureRows } from '../../src/plan/sources.ts';
import { standardisedDesign, standardOf } from '../../src/plan/standardise.ts';
import { encodingOf } from '../../src/plan/table-encoder.ts';

/** Pictures asked for at once. */
const BATCH = 64;

const [kind, path = ''] = process.argv.slice(2);
const peak = () => process.resourceUsage().maxRSS / 1024;
const start = performance.now();
const data = await openData(path, kind === 'table' ? { label: 'kind' } : {});
const [opened, openMiB] = [performance.now(), peak()];
const { inputs, table, parts } = data;
const rows = Int32Array.from({ length: table.length }, (_, i) => i);
if (inputs.kind === 'table') {
  // The linear model's part of `fit`: the numbers of all rows, standardised, handed to ONNX Runtime.
  const encoding = encodingOf(inputs.columns, parts.train);
  const source = encodedRows(encoding, table.columns, { name: data.name, rows });
  const features = source.inputs as Tensor<'float32'>;
  const design = await standardisedDesign(features, standardOf(features, 'alike'), 2);
  await design.scores(new Float32Array(design.width * 2), 2);
  await design.release();
} else {
  const source = pictureRows(inputs, { resize: { size: [64, 64] } }, { name: data.name, rows });
  for (let from = 0; from < rows.length; from += BATCH) {
    source.prefetch(rows.subarray(from + BATCH, from + 2 * BATCH));
    await source.gather(rows.subarray(from, from + BATCH));
  }
  await source.close();
}
const seconds = (from: number, to: number) => Math.round((to - from) / 100) / 10;
console.log(
  JSON.stringify({
    rows: table.length,
    openSeconds: seconds(start, opened),
    readSeconds: seconds(opened, performance.now()),
    openMiB,
    peakMiB: peak(),
  }),
);
process.exit(0);
