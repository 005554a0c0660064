// Features of domains -> the same, values far outside of all others brought nearer, which would set the units of all. Called by the plan of adaptation.
import { type Tensor, tensor } from '../../core/tensor.ts';
import { commonBounds, within } from '../../data/table/far-out.ts';
import type { FeatureView } from './view.ts';

/** A view, and how many of its features had values far out. */
export interface Bounded {
  readonly view: FeatureView;
  readonly features: number;
}

/** By bounds that all domains have in common; the view itself where nothing lies far out, or where its features are in units that they share. */
export function boundedView(view: FeatureView): Bounded {
  const { units = 'own', bounded = false, sources, target } = view;
  if (bounded || units !== 'own') return { view, features: 0 };
  const width = target.dims[1] as number;
  const domains = [...sources, target].map(({ data }) => data.slice());
  let features = 0;
  for (let d = 0; d < width; d++) {
    const bounds = commonBounds(
      domains.map((data) => Float64Array.from({ length: data.length / width }, (_, row) => data[row * width + d] as number)),
    );
    if (!bounds) continue;
    features++;
    for (const data of domains) for (let at = d; at < data.length; at += width) data[at] = within(data[at] as number, bounds);
  }
  if (features === 0) return { view, features };
  const like = ({ dims }: Tensor, i: number) => tensor('float32', dims, domains[i] as Float32Array<ArrayBuffer>);
  return { view: { ...view, sources: sources.map(like), target: like(target, sources.length) }, features };
}
