import * as graft from 'graft-ml';

const { conv, dense, flatten, maxPool, relu } = graft;
const classes = [...'0123456789'];
const layers = [conv(32, 3), relu(), maxPool(2), conv(64, 3), relu(), maxPool(2), flatten(), dense(64), relu(), dense(10)];
const schedule = graft.schedules.cosine();

// The source: MNIST, 60,000 labelled digits.
const mnist = await graft.loadMnist();
const source = graft.createModel({ name: 'mnist', input: [1, 28, 28], layers, classes, seed: 1 });
await graft.finish(graft.progress(graft.fit(source, mnist.train, { epochs: 10, schedule }), { unit: 'images' }));

// The target: digits of other writers from another scanner, ten labels a class.
const digits = graft.mapInputs(await graft.loadOptdigits(), graft.resize([28, 28]));
const { train, test } = graft.fewLabels(digits, 10, 1);
const target = graft.createModel({ name: 'optdigits', input: [1, 28, 28], layers, classes, seed: 2 });
console.log(graft.describeTransfer(graft.carryOver(source, target)));
const fit = { epochs: 50, batchSize: 10, schedule };
await graft.finish(graft.progress(graft.transfer(target, train, { strategy: 'full', fit })));
const { accuracy = Number.NaN } = await graft.evaluate(target, test);
console.log(`accuracy on ${test.length} images: ${graft.formatValue(accuracy, 'percent')}`);
await graft.exportOnnx(target, 'runs/target.onnx');
