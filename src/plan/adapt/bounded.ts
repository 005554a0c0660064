// Features of domains -> the same, values far outside of all others of the domain brought nearer, which would set the units of all. Called by the plan of adaptation.
import { type Tensor, tensor } from '../../core/tensor.ts';
import { farOutOf, within } from '../../data/table/far-out.ts';
import type { FeatureView } from './view.ts';

/** Each domain by itself; a view itself where nothing lies far out, or where its features are in units that they share. */
export function boundedView(view: FeatureView): FeatureView {
  const { units = 'own', bounded = false, sources, target } = view;
  if (bounded || units !== 'own') return view;
  const own = { sources: sources.map(boundedRows), target: boundedRows(target) };
  const same = own.target === target && own.sources.every((rows, i) => rows === sources[i]);
  return same ? view : { ...view, ...own };
}

function boundedRows(features: Tensor<'float32'>): Tensor<'float32'> {
  const { dims, data } = features;
  const [length = 0, width = 0] = dims;
  let out: typeof data | undefined;
  const values = new Float64Array(length);
  for (let d = 0; d < width; d++) {
    for (let row = 0; row < length; row++) values[row] = data[row * width + d] as number;
    const range = farOutOf(values)?.bounds;
    if (!range) continue;
    out ??= data.slice();
    for (let row = 0; row < length; row++) out[row * width + d] = within(values[row] as number, range);
  }
  return out ? tensor('float32', dims, out) : features;
}
