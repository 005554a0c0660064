// Photos and texts of several domains -> features of a pretrained network; texts also as TF-IDF of their words. Called by the plan of adaptation.
import { type ImageBackbone, loadBackbone, type TextBackbone } from '../../backbones/load-backbone.ts';
import { systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import { picturesOf } from '../../data/images/picture.ts';
import { photoLoader } from '../../data/loading/photo-loader.ts';
import type { StringColumn } from '../../data/table/column.ts';
import type { LinearModel } from '../../methods/probes/linear.ts';
import { averagedFeatures, type FeaturesProgress, featuresOf, headed, setHead } from '../headed.ts';
import { AUGMENT, DEFAULT_BACKBONES, RATES, TEXT_BLOCKS } from '../pretrained.ts';
import type { ClosableSource } from '../reading.ts';
import { pictureRows, type RowsGiven, textRows } from '../sources.ts';
import { worked } from '../told.ts';
import { wordsView } from './sparse-views.ts';
import { allRows, type Domain, type DomainData, type TunableNetwork, type Views } from './view.ts';

/** Views of photos or texts, the main one first. */
export async function* backboneViews(domain: Domain): Views {
  const { sources, target, classes, threads, signal } = domain;
  const wanted = sources[0]?.inputs.kind === 'text' ? 'text' : 'image';
  const backbone = await loadBackbone(domain.backbone === 'auto' ? DEFAULT_BACKBONES[wanted] : domain.backbone);
  if (backbone.kind !== wanted)
    fail('invalid-argument', `\`backbone\` (="${backbone.record.name}") reads ${backbone.kind}s, but the data is of ${wanted}s.`);
  const open: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const source of open.splice(0)) await source.close();
  };
  const reading = async (data: DomainData, rows: RowsGiven): Promise<ClosableSource> => {
    if (backbone.kind === 'text') return textRows(textsOf(data, sources[0] as DomainData), backbone, rows);
    const loader = pictureRows(data.inputs, backbone.input, rows, { signal });
    open.push(loader);
    return loader;
  };
  const fresh = async () => {
    const loaded = await backbone.load();
    return headed(backbone.kind === 'text' ? averagedFeatures(loaded, TEXT_BLOCKS) : loaded, classes);
  };
  try {
    const head = await fresh();
    const features: Tensor<'float32'>[] = [];
    const read = async (data: DomainData, progress?: FeaturesProgress) =>
      featuresOf(head, await reading(data, allRows(data)), { ...(threads > 0 && { threads }), signal, ...(progress && { progress }) });
    const began = systemClock();
    for (const data of [...sources, target]) features.push(yield* worked(`features of ${data.name}`, (progress) => read(data, progress)));
    await close();
    const passSeconds = (systemClock() - began) / 1000 / [...sources, target].reduce((sum, { table }) => sum + table.length, 0);
    const main = {
      name: backbone.record.name,
      units: 'alike' as const,
      sources: features.slice(0, -1),
      target: features.at(-1) as Tensor<'float32'>,
      about: `${head.width} features of ${backbone.record.name}`,
      read,
      modelOf: async (linear: LinearModel) => {
        const own = await fresh();
        setHead(own, linear);
        return own.model;
      },
      reader: {
        reading: backbone.kind === 'image' ? ({ kind: 'image', backbone } as const) : ({ kind: 'text', backbone } as const),
        sourceOf: (rows: RowsGiven) => reading(target, rows),
      },
      network: tunable(domain, backbone, passSeconds),
      close,
    };
    if (backbone.kind === 'image') return [main];
    const texts = (data: DomainData) => textsOf(data, sources[0] as DomainData);
    const words = wordsView(sources.map(texts), texts(target), classes, texts);
    return words ? [main, words] : [main];
  } catch (error) {
    await close();
    throw error;
  }
}

function tunable({ sources, target, signal }: Domain, backbone: ImageBackbone | TextBackbone, passSeconds: number): TunableNetwork {
  const all = [...sources, target];
  /** Which data a row is of, and which of its rows. */
  const placeOf = (row: number): [number, number] => {
    let own = row;
    const d = all.findIndex(({ table }) => {
      if (own < table.length) return true;
      own -= table.length;
      return false;
    });
    return [d, own];
  };
  const shared = { lr: RATES[backbone.kind], passSeconds };
  if (backbone.kind === 'text') {
    const texts = all.map((data) => textsOf(data, sources[0] as DomainData));
    const columns = (texts[0] ?? []).map((_, c) => {
      const at = (row: number) => {
        const [d, own] = placeOf(row);
        return texts[d]?.[c]?.values.at(own);
      };
      return { values: { at } };
    });
    return { ...shared, examplesOf: (rows) => textRows(columns, backbone, rows) };
  }
  const { input } = backbone;
  return {
    ...shared,
    augment: AUGMENT,
    examplesOf: ({ name, rows, labels, classes }, augment) => {
      const pictures = all.map((data) => picturesOf(data.inputs, data.name));
      const photos = Array.from(rows, (row) => {
        const [d, own] = placeOf(row);
        return (pictures[d] as (typeof pictures)[number])(own);
      });
      return photoLoader({ name, photos, labels, ...(classes && { classes }), input, ...(augment && { augment }), ...(signal && { signal }) });
    },
  };
}

/** The columns of texts of `data` that go by the names of the source's; of a table with one such column, that one. */
function textsOf(data: DomainData, like: DomainData): readonly StringColumn[] {
  const names = like.inputs.kind === 'text' ? like.inputs.texts.map(({ name }) => name) : [];
  const found = names.map((name) => data.table.columns.find((column): column is StringColumn => column.name === name && column.kind === 'string'));
  if (found.every((column) => column !== undefined)) return found as StringColumn[];
  if (data.inputs.kind === 'text' && data.inputs.texts.length === names.length) return data.inputs.texts;
  return fail(
    'invalid-data',
    `"${data.name}" has no column ${names.map((name) => `"${name}"`).join(' and ')}, whose texts "${like.name}" is learnt from; its columns are ${data.table.columns.map(({ name }) => name).join(', ')}.`,
  );
}
