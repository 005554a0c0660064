import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cropStart, imageSteps, resizedSize } from './image-input.ts';
import { imageReader } from './image-reader.ts';

/** A PNG whose pixel `i` has the levels `[i, 100 + i, 200 + i]`. */
const counted = (width: number, height: number) => {
  const levels = Array.from({ length: width * height }, (_, i) => [i, 100 + i, 200 + i]).flat();
  return sharp(Uint8Array.from(levels), { raw: { width, height, channels: 3 } });
};
const plain = { rescale: 1 } as const;

describe('sizes', () => {
  it('keeps the ratio and rounds the longer side down', () => {
    expect(resizedSize({ resize: { shorterSide: 256 } }, [321, 481])).toEqual([256, 383]);
    expect(resizedSize({ resize: { shorterSide: 256 } }, [481, 321])).toEqual([383, 256]);
    expect(resizedSize({ resize: { size: [3, 4] } }, [481, 321])).toEqual([3, 4]);
    expect(resizedSize({}, [481, 321])).toEqual([481, 321]);
  });

  it('crops half a pixel to the even side or down, and counts a border as negative', () => {
    expect([cropStart(383, 224), cropStart(383, 224, 'down'), cropStart(385, 224), cropStart(385, 224, 'down')]).toEqual([80, 79, 80, 80]);
    expect([cropStart(4, 4), cropStart(3, 4), cropStart(2, 4), cropStart(1, 4)]).toEqual([0, 0, -1, -1]);
  });
});

describe('pixels', () => {
  it('are planes of red, green and blue, or the other way round', async () => {
    const png = await counted(2, 1).png().toBuffer();
    expect((await imageReader(plain)([png])).data).toEqual(Float32Array.of(0, 1, 100, 101, 200, 201));
    expect((await imageReader({ ...plain, channels: 'bgr' })([png])).data).toEqual(Float32Array.of(200, 201, 100, 101, 0, 1));
  });

  it('are turned by the EXIF orientation', async () => {
    const turned = await counted(2, 1).withMetadata({ orientation: 6 }).png().toBuffer();
    const { dims, data } = await imageReader(plain)([turned]);
    expect(dims).toEqual([1, 3, 2, 1]);
    expect(data.subarray(0, 2)).toEqual(Float32Array.of(0, 1));
  });

  it('get a black border where the crop is larger, before they are normalised', async () => {
    const png = await counted(1, 1).png().toBuffer();
    const { data } = await imageReader({ ...plain, crop: [1, 3], mean: [1], std: [2] })([png]);
    expect(data.subarray(0, 6)).toEqual(Float32Array.of(-0.5, -0.5, -0.5, -0.5, 49.5, -0.5));
  });

  it('of grey, transparent and 16-bit images are three bytes', async () => {
    const grey = await sharp(Uint8Array.of(7, 9), { raw: { width: 2, height: 1, channels: 1 } })
      .png()
      .toBuffer();
    const clear = await sharp(Uint8Array.of(1, 2, 3, 0), { raw: { width: 1, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect((await imageReader(plain)([grey])).data).toEqual(Float32Array.of(7, 9, 7, 9, 7, 9));
    expect((await imageReader(plain)([clear])).data).toEqual(Float32Array.of(1, 2, 3));
    const wide = await sharp(Uint16Array.of(65535, 257 * 5, 0), { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await imageReader(plain)([wide])).data).toEqual(Float32Array.of(255, 5, 0));
  });
});

it('says what it does', () => {
  expect(imageSteps({ resize: { shorterSide: 256 }, crop: [224, 224], interpolation: 'bicubic', mean: [0.5], std: [0.25] })).toEqual([
    'resize bicubic shorter side 256',
    'centre crop 224x224',
    'channels rgb, pixels 0..255 times 0.003921569',
    'minus mean 0.5, divided by std 0.25',
  ]);
});

it('names what it cannot read', async () => {
  await expect(imageReader({})(['/no/such.jpg'])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: "/no/such.jpg" could not be read as an image: Input file is missing: /no/such.jpg.]`,
  );
  await expect(imageReader({})([Uint8Array.of(1, 2, 3)])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: An image of 3 bytes could not be read as an image: Input buffer contains unsupported image format.]`,
  );
  await expect(imageReader({})([])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: No images were given; give at least one path or file content.]`,
  );
  const [small, large] = [await counted(1, 1).png().toBuffer(), await counted(2, 1).png().toBuffer()];
  await expect(imageReader({})([small, large])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Image 1 is 2x1, image 0 1x1; give \`resize\` or \`crop\`, or read them one by one.]`,
  );
  expect(() => imageReader({ mean: [0, 0] })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`mean\` and \`std\` have 2 values; give 1 or 3, images have 3 channels.]`,
  );
});
