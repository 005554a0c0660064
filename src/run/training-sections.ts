// What a report says of how the network was fine-tuned: pictures as it saw them, and which layers moved how far. Called by the run's report.
import { augmentation } from '../data/augment/augmentation.ts';
import { exampleName, smallJpeg } from '../data/images/picture.ts';
import { seenPixels } from '../data/images/seen-pixels.ts';
import { relativeDistance } from '../methods/transfer/movement.ts';
import { pictureRows } from '../plan/sources.ts';
import type { Section } from '../report/sections/index.ts';
import { labelInWords, PICTURE } from './shown-row.ts';
import type { Told } from './told.ts';

/** Pictures of the batch. */
const MOST_SEEN = 16;

/** What each random change does, for people. */
const CHANGES = {
  crop: 'random parts of the picture',
  flip: 'mirror images',
  randAugment: 'random changes of shape and colour',
  erasing: 'boxes that are erased',
} as const;

/** A batch of training pictures after augmentation, exactly as the first epoch had them; nothing where nothing was changed. */
export async function batchSection({ fitted, signal }: Told): Promise<Section[]> {
  const { data, judged } = fitted;
  const { reader, augment, name } = judged.map(({ candidate }) => candidate).find((one) => one.augment !== undefined) ?? {};
  const { train } = data.parts;
  const reading = reader?.reading;
  if (!augment || reading?.kind !== 'image') return [];
  const { input } = reading.backbone;
  const count = Math.min(MOST_SEEN, train.length);
  const places = Int32Array.from({ length: count }, (_, k) => Math.floor((k * train.length) / count));
  const source = pictureRows(data.inputs, input, { name: data.name, rows: train }, { augment, signal });
  try {
    const { inputs } = await source.gather(places, { epoch: 0 });
    const [, , height = 0, width = 0] = inputs.dims;
    const values = inputs.data as Float32Array;
    const examples = await Promise.all(
      Array.from(places, async (place, k) => {
        const row = train[place] as number;
        const planes = values.subarray(k * 3 * height * width, (k + 1) * 3 * height * width);
        const picture = await smallJpeg(seenPixels(input, [height, width], planes), PICTURE);
        return { picture, name: exampleName(data, row), caption: labelInWords(data, row) };
      }),
    );
    const changes = (Object.keys(augmentation(augment)) as (keyof typeof CHANGES)[]).map((change) => CHANGES[change]);
    const note = `${count} pictures of the training part as the candidate “${name}” saw them in its first epoch: ${changes.join(' and ')}, other ones in each epoch.`;
    return [{ kind: 'gallery', title: 'A batch as the model sees it', note, examples }];
  } finally {
    await source.close();
  }
}

/** How far the layers of the fine-tuned network moved from the pretrained one; nothing where none was fine-tuned. */
export function movementSection({ fitted }: Told): Section[] {
  const { movement, name } = fitted.judged.map(({ candidate }) => candidate).find((one) => one.movement !== undefined) ?? {};
  if (!movement) return [];
  return [
    {
      kind: 'movement',
      title: 'What moved and what was trained',
      note: `The candidate “${name}”, against what it began with: the distance of all numbers that learnt, as a share of their length as one vector.`,
      groups: movement.groups.map(({ name: group, kind, parameters, statistics }) => ({
        name: group,
        began: kind === 'head' ? 'linear probe' : movement.from,
        parameters: parameters.map((one) => ({ ...one, moved: relativeDistance([one]) })),
        moved: relativeDistance(parameters.filter(({ learnt }) => learnt)),
        kept: statistics.all - statistics.changed,
      })),
    },
  ];
}
