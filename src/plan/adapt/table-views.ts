// Tables of several domains -> numbers, by the columns that the source is learnt from. Called by the plan of adaptation.

import { fail } from '../../core/errors.ts';
import { listed } from '../../core/listed.ts';
import type { Tensor } from '../../core/tensor.ts';
import { createModel } from '../../nn/create-model.ts';
import { dense } from '../../nn/layers/dense.ts';
import { setHead } from '../headed.ts';
import { encodedRows } from '../sources.ts';
import { boundedBy, encodeRows, encodingOf, namesOf, type TableEncoding, widthOf } from '../table-encoder.ts';
import { allRows, type Domain, type DomainData, type Views } from './view.ts';

/** The view of a table: numbers are in units of the first source's deviation, those far out are brought nearer, categories are those that it has. */
export async function* tableViews({ sources, target, classes }: Domain): Views {
  const [first] = sources;
  if (first?.inputs.kind !== 'table') return fail('internal', 'A view of tables needs a table.');
  const ofFirst = encodingOf(first.inputs.columns, allRows(first).rows);
  for (const data of [...sources, target]) requireColumns(ofFirst, data, first);
  const encoding = boundedBy(
    ofFirst,
    [...sources, target].map((data) => ({ columns: data.table.columns, rows: allRows(data).rows })),
  );
  const far = encoding.flatMap((one) => (one.kind === 'number' && one.range ? [one.name] : []));
  if (far.length > 0)
    yield {
      type: 'note',
      message: `Values far outside of all others in their domain are read as half a range beyond these: of ${listed(far)}.`,
    };
  const width = widthOf(encoding);
  const numbers = (data: DomainData): Tensor<'float32'> => encodeRows(encoding, data.table.columns, allRows(data).rows);
  return [
    {
      name: 'table',
      bounded: true,
      sources: sources.map(numbers),
      target: numbers(target),
      about: `${width} numbers`,
      featureNames: namesOf(encoding),
      read: async (data) => numbers(data),
      modelOf: async (linear) => {
        const model = createModel({ name: 'linear', input: [width], layers: [dense(classes.length, { name: 'head' })], classes });
        setHead({ model, features: model.features, width }, linear);
        return model;
      },
      reader: { reading: { kind: 'table', encoding }, sourceOf: async (rows) => encodedRows(encoding, target.table.columns, rows) },
      close: async () => undefined,
    },
  ];
}

function requireColumns(encoding: TableEncoding, { name, table }: DomainData, first: DomainData): void {
  const names = table.columns.map((column) => column.name);
  const missing = encoding.flatMap((one) => (names.includes(one.name) ? [] : [`"${one.name}"`]));
  if (missing.length > 0)
    fail(
      'invalid-data',
      `"${name}" has no column ${missing.join(', ')}, which "${first.name}" is learnt from; its columns are ${listed(names)}. Give both the same, or leave it out by \`ignore\`.`,
    );
}
