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

/** The view of a table: numbers are in units of the first source's deviation, those far out in a domain are brought nearer, categories are those that it has. */
export async function* tableViews({ sources, target, classes }: Domain): Views {
  const [first] = sources;
  if (first?.inputs.kind !== 'table') return fail('internal', 'A view of tables needs a table.');
  const ofFirst = encodingOf(first.inputs.columns, allRows(first).rows);
  const width = widthOf(ofFirst);
  const encodingFor = (data: DomainData) => {
    const names = data.table.columns.map(({ name }) => name);
    const missing = ofFirst.flatMap(({ name }) => (names.includes(name) ? [] : [`"${name}"`]));
    if (missing.length > 0)
      fail(
        'invalid-data',
        `"${data.name}" has no column ${missing.join(', ')}, which "${first.name}" is learnt from; its columns are ${listed(names)}. Give both the same, or leave it out by \`ignore\`.`,
      );
    return boundedBy(ofFirst, data.table.columns, allRows(data).rows);
  };
  const numbers = (data: DomainData, encoding: TableEncoding): Tensor<'float32'> => encodeRows(encoding, data.table.columns, allRows(data).rows);
  const encoding = encodingFor(target);
  return [
    {
      name: 'table',
      bounded: true,
      sources: sources.map((source) => numbers(source, encodingFor(source))),
      target: numbers(target, encoding),
      about: `${width} numbers`,
      featureNames: namesOf(encoding),
      read: async (data) => numbers(data, encoding),
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
