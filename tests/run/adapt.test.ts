// `adapt` from end to end, small: a table whose target lies elsewhere, folders of pictures whose target is darker; model, predictions and report are written,
// and no label of the target is ever read.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AdaptGiven,
  type AdaptResult,
  adapt,
  adaptFeatures,
  argmaxRows,
  compareRuns,
  exportRun,
  finish,
  loadMnist,
  loadOptdigits,
  predict,
  resume,
  resumeAdapt,
  runKind,
  stream,
  tensor,
} from '../../src/index.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-adapt-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const adapted = (given: Omit<AdaptGiven, 'runs'>): Promise<AdaptResult> => finish(adapt({ ...given, runs: join(root, 'runs') }));

/** Two kinds of leaves; those of the other garden are all longer and narrower. */
function leaves(file: string, longer: number, names: readonly string[], count = 120): string {
  const path = join(root, file);
  const draws = stream(11, file).normals(3 * count);
  const rows = Array.from({ length: count }, (_, i) => {
    const kind = i % 2;
    const [a = 0, b = 0, c = 0] = draws.subarray(3 * i);
    return `${(3 * kind + 0.6 * a + longer).toFixed(3)},${(5 - 2 * kind + 0.6 * b - longer).toFixed(3)},${c.toFixed(3)},${names[kind]}`;
  });
  writeFileSync(path, `length,width,weight,kind\n${rows.join('\n')}\n`);
  return path;
}

describe('a table', () => {
  let run: AdaptResult;
  let [source, target] = ['', ''];
  beforeAll(async () => {
    source = leaves('meadow.csv', 0, ['oak', 'beech']);
    target = leaves('garden.csv', 2.5, ['oak', 'beech']);
    run = await adapted({ source, target, data: { label: 'kind' }, scoreLabels: true });
  });

  it('is learnt where it lies elsewhere, and scored when all is chosen', () => {
    const { scored, adaptation } = run;
    expect(scored?.examples).toBe(120);
    expect(scored?.labelFree.estimate).toBeGreaterThan(0.95);
    expect(scored?.sourceOnly.estimate).toBeLessThan(0.85);
    expect(scored?.model).toBeGreaterThan(0.95);
    expect(scored?.oracle.accuracy).toBeGreaterThanOrEqual(scored?.labelFree.estimate as number);
    expect(adaptation.mismatch.aDistance).toBeGreaterThan(1);
    expect(adaptation.standardised.aDistance).toBeLessThan(0.7);
  });

  it('leaves a model that answers, the predictions and a report', async () => {
    const labels = readFileSync(run.predictions, 'utf8').trim().split('\n');
    expect(labels[0]).toBe('name,label,probability,unknown');
    expect(labels).toHaveLength(121);
    const answers: string[] = [];
    for await (const { label = '' } of predict(run.model, [target])) answers.push(label);
    const wanted = readFileSync(target, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').at(-1));
    expect(answers.filter((label, i) => label === wanted[i]).length).toBeGreaterThan(114);
    const report = readFileSync(run.report, 'utf8');
    for (const title of [
      'Candidates',
      'says as the chosen one',
      'How far the domains lie apart',
      'label shift',
      'halves of the source',
      'How frequent the classes are, and how far they moved',
      'Which features differ most',
      'What it is least sure of',
      'To do it again',
    ])
      expect(report).toContain(title);
    expect(await runKind(run.folder)).toBe('adapt');
  });

  it('comes to the same whatever the labels of the target are, where it is not to score', async () => {
    const swapped = leaves('garden-swapped.csv', 2.5, ['beech', 'oak']);
    // The values are drawn by the file's name.
    writeFileSync(
      swapped,
      readFileSync(target, 'utf8').replace(/oak|beech/g, (name) => (name === 'oak' ? 'beech' : 'oak')),
    );
    const [first, second] = [
      await adapted({ source, target, data: { label: 'kind' } }),
      await adapted({ source, target: swapped, data: { label: 'kind' } }),
    ];
    expect(readFileSync(second.predictions, 'utf8')).toBe(readFileSync(first.predictions, 'utf8'));
    expect(second.adaptation.choice.chosen.name).toBe(first.adaptation.choice.chosen.name);
    expect(first.scored).toBeUndefined();
    expect(readFileSync(first.predictions, 'utf8')).toBe(readFileSync(run.predictions, 'utf8'));
  });

  it('tells what was found in the data that it read', async () => {
    const odd = join(root, 'odd.csv');
    writeFileSync(odd, readFileSync(target, 'utf8').replace(/\n[\d.-]+,/, '\nhello,'));
    const notes: string[] = [];
    const events = adapt({ source, target: odd, data: { label: 'kind' }, runs: join(root, 'runs') });
    for (;;) {
      const { value, done } = await events.next();
      if (done) {
        expect(readFileSync(value.report, 'utf8')).toContain('&quot;hello&quot; in row 1 is none and counts as missing');
        break;
      }
      if (value.type === 'note') notes.push(value.message);
    }
    expect(notes[0]).toBe(
      'odd.csv: Column "length" holds numbers, but "hello" in row 1 is none and counts as missing. Repair it, or say what the column is: `types: \'length=category\'`.',
    );
  });

  it('tells of values that the source never has, and of classes that differ in case alone', async () => {
    const rows = (towns: readonly string[], kinds: readonly string[], by: number) =>
      `length,town,kind\n${Array.from({ length: 40 }, (_, i) => `${(i % 2) * 3 + by + (i % 7) / 10},${towns[i % towns.length]},${kinds[i % 2]}`).join('\n')}\n`;
    const [one, two, there] = ['one.csv', 'two.csv', 'there.csv'].map((name) => join(root, name)) as [string, string, string];
    writeFileSync(one, rows(['rome', 'bern', 'oslo'], ['oak', 'beech'], 0));
    writeFileSync(two, rows(['rome', 'bern', 'oslo'], ['Oak', 'beech'], 0));
    writeFileSync(there, rows(['rome', 'bern', 'kiev', 'oslo'], ['oak', 'beech'], 0.5));
    const { report } = await adapted({ source: one, target: there, data: { label: 'kind' } });
    expect(readFileSync(report, 'utf8')).toContain(
      'In &quot;town&quot; 25.0 % of the target&#39;s rows have a value that one.csv has not, such as &quot;kiev&quot;',
    );
    const notes: string[] = [];
    for await (const event of adapt({ source: [one, two], target: there, data: { label: 'kind' }, runs: join(root, 'runs') }))
      if (event.type === 'note') notes.push(event.message);
    expect(notes).toContain('Classes "oak" and "Oak" differ in case or spaces alone, and are told apart; write them alike where they are the same.');
  });

  it('names the file, source or target, that lacks a column', async () => {
    const other = join(root, 'orchard.csv');
    writeFileSync(other, 'length,weight,kind\n1,2,oak\n3,4,beech\n');
    const lacks = '"orchard.csv" has no column "width", which "meadow.csv" is learnt from; its columns are "length", "weight", "kind"';
    await expect(adapted({ source: [source, other], target, data: { label: 'kind' } })).rejects.toThrow(lacks);
    writeFileSync(other, `length,weight,kind\n${'1,2,oak\n3,4,beech\n'.repeat(4)}`);
    await expect(adapted({ source, target: other, data: { label: 'kind' } })).rejects.toThrow(lacks);
  });

  it('learns from a few labels of the target, whichever way its rows are named, and does not score them', async () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(root, name), text);
      return join(root, name);
    };
    const few = file('few.csv', 'row,kind\n1,oak\n2,beech\n3,oak\n4,\n');
    const by = { source, target, data: { label: 'kind' }, adapt: { method: 'self-training' } } as const;
    const given = await adapted({ ...by, targetLabels: few, scoreLabels: true });
    expect(given.adaptation.known).toEqual({ rows: Int32Array.of(0, 1, 2), labels: Int32Array.of(1, 0, 1) });
    expect(given.scored?.examples).toBe(117);
    expect(readFileSync(given.predictions, 'utf8')).toContain('row 2,beech,1.000000,no');
    expect(readFileSync(given.report, 'utf8')).toContain('120 of garden.csv, 3 of them with labels');
    const answers = file('answers.csv', 'name,label,probability\nrow 1,oak,0.6\nrow 2,beech,0.9\nrow 3,oak,0.8\n');
    expect(readFileSync((await adapted({ ...by, targetLabels: answers })).predictions, 'utf8')).toBe(readFileSync(given.predictions, 'utf8'));
    expect(readFileSync((await finish(resumeAdapt(given.folder))).predictions, 'utf8')).toBe(readFileSync(given.predictions, 'utf8'));

    const refused = (text: string) => expect(adapted({ ...by, targetLabels: file('wrong.csv', text) })).rejects;
    await refused('row,kind\n1,ook\n2,oak\n').toThrow(
      'Row 1 of "garden.csv" is labelled "ook", which is no class of what is learnt from; did you mean `oak`?',
    );
    await refused('row,kind\n1,\n').toThrow('"wrong.csv" labels no row');
    await expect(adapted({ ...by, adapt: { method: 'source-only' }, targetLabels: few })).rejects.toThrow(
      'Method `source-only` learns from no label of the target',
    );
    await refused('row,kind\n121,oak\n').toThrow('"wrong.csv", row 1: there is no "121" in "garden.csv"');
    await refused('row,kind\n7,oak\n7,beech\n').toThrow('Row 7 of "garden.csv" is labelled twice');
    await refused('kind\noak\n').toThrow('has 1 column; give two');
    await refused('row,kind\n,oak\n').toThrow('does not say which row of "garden.csv" has the label "oak"');
    const weight = readFileSync(target, 'utf8').split('\n')[5]?.split(',')[2];
    const byColumn = await adapted({ ...by, targetLabels: file('weights.csv', `weight,kind\n${weight},oak\n`) });
    expect(byColumn.adaptation.known?.rows).toEqual(Int32Array.of(4));
  });

  it('counts rows of a class that no source has as wrong, and says so; where no class is one of theirs, nothing is computed', async () => {
    const file = join(root, 'garden-elms.csv');
    const lines = readFileSync(target, 'utf8').trim().split('\n');
    writeFileSync(file, `${lines.map((line, i) => (i > 0 && i % 4 === 0 ? line.replace(/oak|beech/, 'elm') : line)).join('\n')}\n`);
    const notes: string[] = [];
    const given = {
      source,
      target: file,
      data: { label: 'kind' },
      adapt: { method: 'self-training' },
      scoreLabels: true,
      runs: join(root, 'runs'),
    } as const;
    const events = adapt(given);
    let result: AdaptResult | undefined;
    while (!result) {
      const { value, done } = await events.next();
      if (done) result = value;
      else if (value.type === 'note') notes.push(value.message);
    }
    expect(result.scored?.examples).toBe(120);
    expect(result.scored?.foreign?.examples).toBe(30);
    expect(result.scored?.foreign?.classes).toEqual(['elm']);
    expect(result.scored?.labelFree.estimate).toBeGreaterThan(0.7);
    expect(result.scored?.oracle.accuracy).toBeLessThanOrEqual(0.75);
    expect(notes.join()).toContain('30 of the 120 labelled target examples are of a class that no source has ("elm")');
    expect(readFileSync(result.report, 'utf8')).toContain('are of a class that no source has');
    const strange = join(root, 'strange.csv');
    writeFileSync(strange, readFileSync(target, 'utf8').replace(/oak|beech/g, 'elm'));
    await expect(adapted({ ...given, target: strange })).rejects.toThrow(
      'No label of "strange.csv" ("elm") is a class of what is learnt from ("beech", "oak"), so nothing can be scored',
    );
  });

  it('flags rows that are unlike every class, in the predictions and by the written model alike', async () => {
    const file = join(root, 'garden-heavy.csv');
    const heavy = leaves('heavy.csv', 2.5, ['elm', 'elm'], 12);
    const strange = readFileSync(heavy, 'utf8').trim().split('\n').slice(1);
    const lines = strange.map((line) => line.split(',').map((cell, i) => (i === 2 ? String(14 + Number(cell)) : cell)));
    writeFileSync(file, `${readFileSync(target, 'utf8')}${lines.join('\n')}\n`);
    const found = await adapted({ source, target: file, data: { label: 'kind' }, adapt: { method: 'self-training' }, scoreLabels: true });
    const flags = readFileSync(found.predictions, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.endsWith(',yes'));
    expect(flags.slice(120)).toEqual(new Array(12).fill(true));
    expect(found.scored?.foreign?.flagged).toBe(1);
    expect(found.scored?.wronglyFlagged).toBeLessThan(0.1);
    expect(found.unlike?.rows).toHaveLength(flags.filter(Boolean).length);
    expect(found.info.unknown?.output).toBe('familiarity');
    const answers: (boolean | undefined)[] = [];
    for await (const { unknown } of predict(found.model, [file])) answers.push(unknown);
    expect(answers).toEqual(flags);
    expect(readFileSync(found.report, 'utf8')).toContain('What is unlike every class');
  });

  it('is learnt with cells that are empty or no numbers, and from few rows with numbered labels', async () => {
    const holes = join(root, 'holes.csv');
    const lines = readFileSync(target, 'utf8').trim().split('\n');
    writeFileSync(holes, `${lines.map((line, i) => (i % 9 === 5 ? line.replace(/^[^,]*,/, i % 2 ? ',' : 'NaN,') : line)).join('\n')}\n`);
    const { scored, predictions } = await adapted({
      source,
      target: holes,
      data: { label: 'kind' },
      adapt: { method: 'self-training' },
      scoreLabels: true,
    });
    expect(scored?.labelFree.estimate).toBeGreaterThan(0.85);
    expect(readFileSync(predictions, 'utf8').trim().split('\n')).toHaveLength(121);
    const numbered = (name: string, rows: readonly string[]) => {
      writeFileSync(join(root, name), `${rows.map((line) => line.replace('oak', '0').replace('beech', '1')).join('\n')}\n`);
      return join(root, name);
    };
    const from = numbered('from-numbers.csv', readFileSync(source, 'utf8').trim().split('\n'));
    const few = await adapted({
      source: from,
      target: numbered('few-numbers.csv', lines.slice(0, 6)),
      data: { label: 'kind' },
      adapt: { method: 'self-training' },
      scoreLabels: true,
    });
    expect(few.scored?.examples).toBe(5);
  });

  it('is learnt, and read by the written model, though some of its numbers are slips', async () => {
    const slips = join(root, 'slips.csv');
    const lines = readFileSync(target, 'utf8').trim().split('\n');
    writeFileSync(slips, `${lines.map((line, i) => (i % 40 === 7 ? line.replace(/^[^,]*,/, '-9999,') : line)).join('\n')}\n`);
    const found = await adapted({ source, target: slips, data: { label: 'kind' }, scoreLabels: true });
    expect(found.scored?.labelFree.estimate).toBeGreaterThan(0.95);
    expect(readFileSync(found.report, 'utf8')).toContain('3 values far outside of all others, such as -9999 in row 7');
    const said = readFileSync(found.predictions, 'utf8').trim().split('\n').slice(1);
    expect(said[6]).toMatch(/,yes$/);
    const answers: string[] = [];
    for await (const { label = '', unknown } of predict(found.model, [slips])) answers.push(`${label},${unknown ? 'yes' : 'no'}`);
    const same = answers.filter((answer, i) => answer === said[i]?.replace(/^[^,]*,([^,]*),[^,]*,/, '$1,'));
    expect(same.length).toBeGreaterThan(0.95 * answers.length);
  });

  it('says how to go on where what was learnt cannot be written', async () => {
    const events = adapt({ source, target, data: { label: 'kind' }, adapt: { method: 'self-training' }, runs: join(root, 'blocked') });
    const { value } = await events.next();
    const { folder } = value as { folder: string };
    mkdirSync(join(folder, 'report.html'));
    await expect(finish(events)).rejects.toThrow(
      `report.html: EISDIR: it is a folder. A folder stands where the file is to be; remove it or choose another name. When that is mended, \`graft resume ${folder}\`, or \`resume\` in code, goes on with it.`,
    );
    rmSync(join(folder, 'report.html'), { recursive: true });
    expect(existsSync((await finish(resumeAdapt(folder))).report)).toBe(true);
  });

  it('is gone on with by its folder, to the same end; `resume` says so', async () => {
    const again = await finish(resumeAdapt(run.folder));
    expect(readFileSync(again.predictions, 'utf8')).toBe(readFileSync(run.predictions, 'utf8'));
    await expect(finish(resume(run.folder))).rejects.toThrow('is a run of `adapt`');
    await expect(compareRuns([run.folder, run.folder])).rejects.toThrow('whose accuracy nobody knows');
    await expect(exportRun(run.folder, 'int8')).rejects.toThrow('on whose target nothing can be measured');
  });

  it('says where an option belongs that was given beside, and writes down the whole call', async () => {
    const beside = { source, target, method: 'coral' } as unknown as Parameters<typeof adapt>[0];
    await expect(finish(adapt(beside))).rejects.toThrow('there is no option `method`; it is one of `adapt`: `{ adapt: { method: … } }`.');
    await expect(finish(adapt({ source, target, label: 'kind' } as typeof beside))).rejects.toThrow('it is one of `data`');
    await expect(finish(adapt({ target } as typeof beside))).rejects.toThrow('`adapt` needs `source`');
    const { again } = JSON.parse(readFileSync(join(run.folder, 'options.json'), 'utf8')) as { again: string };
    const given = JSON.parse(again.replace(/^adapt\((.*)\)$/, '$1')) as Record<string, unknown>;
    expect(given).toMatchObject({ source, target, data: { label: 'kind' } });
  });

  it('refuses what does not go together or cannot be opened, and leaves no folder', async () => {
    const before = readdirSync(join(root, 'runs'));
    const few = join(root, 'few.csv');
    writeFileSync(few, 'length,width,weight\n1,2,3\n2,3,4\n');
    await expect(adapted({ source, target: few, data: { label: 'kind' } })).rejects.toThrow(
      'has 2 examples; adaptation looks at how they lie to each other',
    );
    await expect(adapted({ source: [], target })).rejects.toThrow('No source was given');
    await expect(adapted({ source, target, data: { label: 'weight', task: 'regression' } })).rejects.toThrow(
      '`adapt` is for classification. Give `task`',
    );
    await expect(adapted({ source, target: join(root, 'nowhere.csv'), data: { label: 'kind' } })).rejects.toThrow('nowhere.csv');
    expect(readdirSync(join(root, 'runs'))).toEqual(before);
  });
});

it('does not harm a target that is like the source', async () => {
  const run = await adapted({
    source: leaves('here.csv', 0, ['oak', 'beech']),
    target: leaves('there.csv', 0, ['oak', 'beech']),
    data: { label: 'kind' },
    scoreLabels: true,
  });
  const { labelFree, sourceOnly } = run.scored as NonNullable<AdaptResult['scored']>;
  expect(labelFree.estimate).toBeGreaterThan(sourceOnly.estimate - 0.02);
});

it('refuses to train a network on a table', async () => {
  const [source, target] = [leaves('from.csv', 0, ['oak', 'beech']), leaves('to.csv', 1, ['oak', 'beech'])];
  await expect(adapted({ source, target, data: { label: 'kind' }, adapt: { method: 'dann' } })).rejects.toThrow(
    'A network is trained on photos and texts alone, and "to.csv" is of table data',
  );
});

describe('pictures', () => {
  const colours = { red: [220, 40, 40], green: [40, 200, 60], blue: [50, 60, 220] } as const;
  /** @param names of the class folders, in the order of the colours. */
  const folder = async (name: string, kinds: readonly (keyof typeof colours)[], light: number, count: number, names: readonly string[] = kinds) => {
    for (const [k, kind] of kinds.entries()) {
      const place = join(root, name, names[k] as string);
      mkdirSync(place, { recursive: true });
      for (let i = 0; i < count; i++) {
        const [r, g, b] = colours[kind].map((value) => Math.max(0, Math.min(255, Math.round(value * light + 9 * (i % 5)))));
        const picture = sharp({ create: { width: 48, height: 40 + i, channels: 3, background: { r: r as number, g: g as number, b: b as number } } });
        await picture.png().toFile(join(place, `${i}.png`));
      }
    }
    return join(root, name);
  };

  it('are taken from several sources, with a class that one of them lacks', async () => {
    const run = await adapted({
      source: [await folder('day', ['red', 'green'], 1, 6), await folder('noon', ['red', 'green', 'blue'], 1.1, 5)],
      target: await folder('dusk', ['red', 'green', 'blue'], 0.85, 4),
      adapt: { preset: 'fast' },
      scoreLabels: true,
    });
    expect(run.adaptation.classes).toEqual(['green', 'red', 'blue']);
    expect(run.adaptation.network).toBeUndefined();
    expect(run.scored?.labelFree.estimate).toBeGreaterThanOrEqual(run.scored?.sourceOnly.estimate as number);
    expect(run.scored?.labelFree.estimate).toBeGreaterThan(0.7);
  });

  it('train the pretrained network, which is saved as that of `fit` is, and go on where they were stopped', async () => {
    const source = await folder('noon-two', ['green', 'red'], 1, 4);
    // Folders that say nothing of the source's classes.
    const target = await folder('dusk-two', ['green', 'red'], 0.85, 3, ['one', 'two']);
    const asked = { method: 'self-training', train: 'network', epochs: 2, threads: 1 } as const;
    const abort = new AbortController();
    let stopped = '';
    const cut = async () => {
      for await (const event of adapt({ source, target, adapt: asked, runs: join(root, 'runs'), signal: abort.signal })) {
        if (event.type === 'run') stopped = event.folder;
        if (event.type === 'training' && event.event.type === 'step') abort.abort();
      }
    };
    await expect(cut()).rejects.toThrow('The run was stopped; `graft resume');
    const run = await finish(resumeAdapt(stopped));
    const { network, choice, candidates } = run.adaptation;
    expect(network?.epochs.map(({ name }) => name)).toEqual(['self-training, update 2 of the network', 'self-training, update 4 of the network']);
    expect(network?.epochs).toContain(choice.chosen);
    expect(candidates.slice(-2)).toEqual(network?.epochs);
    expect(readFileSync(run.report, 'utf8')).toContain('The network itself');
    for (const file of ['model.onnx', 'model.json', 'predict.mjs', 'demo.html']) expect(existsSync(join(run.model, file))).toBe(true);
    expect(existsSync(join(run.folder, 'checkpoints'))).toBe(false);
    const answers: string[] = [];
    for await (const { label = '' } of predict(run.model, [target])) answers.push(label);
    const said = readFileSync(run.predictions, 'utf8').trim().split('\n').slice(1);
    expect(answers).toEqual(said.map((line) => line.split(',')[1]));
  });
});

it('knows no label where all are -1, and names labels of the target that are none', async () => {
  const rows = (name: string) => tensor('float32', [40, 3], stream(2, name).normals(120) as Float32Array<ArrayBuffer>);
  const domains = {
    views: [{ name: 'own', sources: [rows('a')], target: rows('b') }],
    labels: Int32Array.from({ length: 40 }, (_, i) => i % 2),
    classes: 2,
  };
  const given = (targetLabels?: Int32Array) => finish(adaptFeatures({ ...domains, targetLabels }, { method: 'prototypes' }));
  const [without, none] = [await given(), await given(new Int32Array(40).fill(-1))];
  expect(none.known).toBeUndefined();
  expect(none.candidates.map(({ probabilities }) => probabilities)).toEqual(without.candidates.map(({ probabilities }) => probabilities));
  await expect(given(new Int32Array(39))).rejects.toThrow(
    '`targetLabels` has 39 labels for 40 target rows; give one for each, -1 where it is not known.',
  );
  await expect(given(new Int32Array(40).fill(2))).rejects.toThrow('`targetLabels` has the label 2; labels are 0 to 1');
});

it('tells real digits of another scanner better with five labels of each', async () => {
  const { train } = await loadMnist();
  const digits = await loadOptdigits();
  // MNIST's 28 x 28 pixels as the 8 x 8 cells of the others: with a rim of two, each cell is four by four of them.
  const cells = (image: ArrayLike<number>) => {
    const out = new Float32Array(64);
    for (let y = 0; y < 28; y++)
      for (let x = 0; x < 28; x++) {
        const at = 8 * Math.floor((y + 2) / 4) + Math.floor((x + 2) / 4);
        out[at] = (out[at] as number) + (image[28 * y + x] as number) / 16;
      }
    return out;
  };
  const count = 300;
  const some = Int32Array.from({ length: count }, (_, i) => i);
  const [from, to] = [await train.gather(some), await digits.gather(some)];
  const images = from.inputs.data as Float32Array;
  const source = new Float32Array(count * 64);
  for (const row of some) source.set(cells(images.subarray(784 * row, 784 * (row + 1))), 64 * row);
  const [labels, truth] = [from.labels as Int32Array, to.labels as Int32Array];
  const target = tensor('float32', [count, 64], Float32Array.from(to.inputs.data as Float32Array));
  const domains = { views: [{ name: 'cells', sources: [tensor('float32', [count, 64], source)], target }], labels, classes: 10 };
  const targetLabels = new Int32Array(count).fill(-1);
  for (let c = 0; c < 10; c++) for (const row of some.filter((one) => truth[one] === c).slice(0, 5)) targetLabels[row] = c;
  const unseen = some.filter((row) => targetLabels[row] === -1);
  const right = ({ choice }: Awaited<ReturnType<typeof given>>) => {
    const said = argmaxRows(choice.chosen.probabilities, 10);
    return unseen.filter((row) => said[row] === truth[row]).length / unseen.length;
  };
  const given = (few?: Int32Array) => finish(adaptFeatures({ ...domains, targetLabels: few }, { method: 'self-training' }));
  const [without, known] = [right(await given()), right(await given(targetLabels))];
  expect(known).toBeGreaterThan(without + 0.03);
});

it('names features that do not go together', async () => {
  const rows = (count: number, width: number) => tensor('float32', [count, width], new Float32Array(count * width).fill(1));
  const domains = (width: number, labels: number) => ({
    views: [{ name: 'own', sources: [rows(6, 3)], target: rows(6, width) }],
    labels: new Int32Array(labels),
    classes: 2,
  });
  await expect(finish(adaptFeatures(domains(4, 6)))).rejects.toThrow('View `own` has 3 features of a source and 4 of the target');
  await expect(finish(adaptFeatures(domains(3, 5)))).rejects.toThrow('View `own` has 6 source rows but there are 5 labels');
  const other = { ...domains(3, 6), labels: Int32Array.of(0, 1, 0, 2, 1, 1) };
  await expect(finish(adaptFeatures(other))).rejects.toThrow('Label 2 of source row 3 is no class; labels are 0 to 1.');
  const one = { ...domains(3, 6), views: [{ name: 'own', sources: [rows(6, 3)], target: rows(1, 3) }] };
  await expect(finish(adaptFeatures(one))).rejects.toThrow(
    'View `own` has 1 target row; adaptation looks at how they lie to each other: give 5 or more.',
  );
  const broken = domains(3, 6);
  (broken.views[0]?.target.data as Float32Array)[7] = Number.NaN;
  await expect(finish(adaptFeatures(broken))).rejects.toThrow('Feature 1 of row 2 in view `own` is NaN');
});
