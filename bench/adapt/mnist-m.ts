// MNIST-M: digits in the place of a piece of a photo, each channel the distance of both (Ganin & Lempitsky 2015, Unsupervised domain adaptation by
// backpropagation, section 4.1). Made here from MNIST and the training photos of BSDS500, the same on every machine.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '../../src/data/images/decode.ts';
import { type Dataset, dataset, normalisation, stream, tensor } from '../../src/index.ts';
import { dataFolder } from '../few-labels/photos.ts';

const [SIDE, CHANNELS, RANGE] = [28, 3, 255] as const;
const AREA = SIDE * SIDE;

/** The digits `[N, 3, 28, 28]`, each on a piece of a photo of its own. */
export async function onPhotos(digits: Dataset): Promise<Dataset> {
  const folder = join(dataFolder('bsds500'), 'train');
  const files = readdirSync(folder).sort();
  const photos = await Promise.all(files.map((file) => decodeImage(join(folder, file))));
  const draws = stream(1, 'mnist-m', digits.name).uniforms(digits.length * 3);
  const from = digits.inputs.data as Uint8Array;
  const data = new Uint8Array(digits.length * CHANNELS * AREA);
  for (let i = 0; i < digits.length; i++) {
    const [which, down, right] = draws.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    const photo = photos[Math.floor(which * photos.length)] as (typeof photos)[number];
    const top = Math.floor(down * (photo.height - SIDE + 1));
    const left = Math.floor(right * (photo.width - SIDE + 1));
    for (let at = 0; at < CHANNELS * AREA; at++) {
      const [channel, place] = [Math.floor(at / AREA), at % AREA];
      const [y, x] = [top + Math.floor(place / SIDE), left + (place % SIDE)];
      data[i * CHANNELS * AREA + at] = Math.abs(
        (photo.data[(y * photo.width + x) * CHANNELS + channel] as number) - (from[i * AREA + place] as number),
      );
    }
  }
  return coloured(digits, `MNIST-M of ${digits.name}`, data);
}

/** The digits with the same levels in three channels. */
export function inColour(digits: Dataset): Dataset {
  const from = digits.inputs.data as Uint8Array;
  const data = new Uint8Array(digits.length * CHANNELS * AREA);
  for (let i = 0; i < digits.length; i++)
    for (let channel = 0; channel < CHANNELS; channel++) data.set(from.subarray(i * AREA, (i + 1) * AREA), (i * CHANNELS + channel) * AREA);
  return coloured(digits, `${digits.name} in colour`, data);
}

/** These levels with the labels of the digits. */
function coloured(digits: Dataset, name: string, data: Uint8Array<ArrayBuffer>): Dataset {
  return dataset({
    name,
    inputs: tensor('uint8', [digits.length, CHANNELS, SIDE, SIDE], data),
    labels: digits.labels,
    classes: digits.classes,
    normalisation: normalisation({ range: RANGE }),
  });
}
