// `graft inspect`: a model comes in, what it is made of leaves, as text or as data.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeModel, type Inspection, inspect, loadBackbone, loadOnnx, type Model, textTable } from 'graft-ml';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** Prints what the model at `place` is made of; with `layers`, every parameter as well. */
export async function inspectModel(place: string, { layers }: { readonly layers: boolean }, { result }: Context): Promise<number> {
  const inspection = inspect(await open(place));
  const text = describeModel(inspection);
  result(inspection, layers ? `${text}\n\n${parameterTable(inspection)}` : text);
  return EXIT.ok;
}

/** Files that a model's folder has, as a run leaves it. */
const OWN = ['model.json', 'model.onnx'];

/** A name without a slash may be that of a file or of an installed backbone; a file comes first. */
async function open(place: string): Promise<Model> {
  const found = await stat(place).catch(() => undefined);
  const own = [place, join(place, 'model')].find((folder) => OWN.every((name) => existsSync(join(folder, name))));
  if (own !== undefined) return loadOnnx(join(own, 'model.onnx'));
  if (found?.isDirectory()) return (await loadBackbone(place.endsWith('/') ? place : `${place}/`)).load();
  if (found || /[/\\]|\.onnx$/.test(place)) return loadOnnx(place);
  return (await loadBackbone(place)).load();
}

function parameterTable({ groups }: Inspection): string {
  return textTable(
    [{ label: 'group' }, { label: 'parameter' }, { label: 'shape' }, { label: 'numbers', format: 'count' }, { label: 'learns' }],
    groups.flatMap(({ name, parameters }) =>
      parameters.map(({ id, shape, count, frozen }) => [name, id, `[${shape.join(', ')}]`, count, frozen ? 'no' : 'yes']),
    ),
  );
}
