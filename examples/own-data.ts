import * as graft from 'graft-ml';

// 200 examples of 4 numbers, one after another, and the class of each; images are [N, channels, height, width].
const values = Float32Array.from({ length: 200 * 4 }, (_, i) => (Math.floor(i / 4) % 2) + Math.random());
const labels = Array.from({ length: 200 }, (_, i) => i % 2);
const classes = ['low', 'high'];
const data = graft.dataset({ name: 'mine', inputs: graft.tensor('float32', [200, 4], values), labels, classes });

const { train, test } = graft.fewLabels(data, 50, 1);
const model = graft.createModel({ input: [4], layers: [graft.dense(16), graft.relu(), graft.dense(2)], classes });
await graft.finish(graft.fit(model, train, { epochs: 50, batchSize: 10 }));
const { accuracy = Number.NaN } = await graft.evaluate(model, test);
console.log(`accuracy: ${graft.formatValue(accuracy, 'percent')}`);
