// What is in a photo, and how alike two sentences are: the two bundled backbones as they are, without training.
// npm install graft-ml @graft-ml/efficientnet-lite0 @graft-ml/all-minilm-l6-v2; then: node classify-photos.js photo.jpg ...
import { fileURLToPath } from 'node:url';
import { loadBackbone, predictor } from 'graft-ml';

const bundled = ['cat.jpg', 'coffee.jpg'].map((name) => fileURLToPath(new URL(`photos/${name}`, import.meta.url)));
const photos = process.argv.length > 2 ? process.argv.slice(2) : bundled;

const eyes = await predictor(await loadBackbone('efficientnet-lite0'));
const predictions = await eyes.classify(photos, 3);
await eyes.release();
photos.forEach((photo, i) => {
  console.log(photo);
  for (const { label, probability } of predictions[i] ?? []) console.log(`  ${(100 * probability).toFixed(1).padStart(5)} %  ${label}`);
});

const sentences = ['The coffee was excellent.', 'I loved the espresso there.', 'My phone stopped charging after a week.'];
const reader = await predictor(await loadBackbone('all-minilm-l6-v2'));
const { data, dims } = await reader.features(sentences);
await reader.release();
const width = dims[1] as number;
const vectors = sentences.map((_, i) => data.subarray(i * width, (i + 1) * width));
// The vectors have length 1, so their product is the cosine of the angle between them.
const alike = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
console.log(`\n"${sentences[0]}"`);
for (let i = 1; i < sentences.length; i++) {
  console.log(`  ${alike(vectors[0] as Float32Array, vectors[i] as Float32Array).toFixed(2)}  "${sentences[i]}"`);
}
