import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { tensor } from '../../core/tensor.ts';
import { domainOdds } from '../../methods/domains/pieces/mismatch.ts';
import { nearestRows } from '../../methods/domains/pieces/neighbours.ts';
import { type Choosable, chosenWithout, collapses } from './choice.ts';
import { halvesOf, validatorRowsOf } from './rehearsal.ts';

/** Two clusters far apart; with `across`, the labels lie across them: what clusters tell is then not what the labels are about. */
async function rowsOf(seed: number, across: boolean) {
  const values = stream(seed, 'rows').normals(200) as Float32Array<ArrayBuffer>;
  const labels = new Int32Array(100);
  for (let row = 0; row < 100; row++) {
    labels[row] = row % 2;
    values[2 * row] = (values[2 * row] as number) + (row < 50 ? -8 : 8);
    values[2 * row + 1] = (values[2 * row + 1] as number) + (row % 2 ? 1.5 : -1.5);
    if (!across) labels[row] = row < 50 ? 0 : 1;
  }
  const rows = tensor('float32', [100, 2], values);
  return {
    labels,
    clusters: Int32Array.from(labels, (_, row) => (row < 50 ? 0 : 1)),
    target: await validatorRowsOf(rows, 2, await nearestRows(rows, 5), 1),
  };
}

/** Rows of the source as those of a rehearsal, each as likely in the target. */
const rehearsalOf = ({ target, labels }: Awaited<ReturnType<typeof rowsOf>>) => ({ target, labels, ratios: new Float64Array(labels.length).fill(1) });

/** Says these classes, but for every `wrong`-th row. */
function saying(labels: Int32Array, wrong = Number.POSITIVE_INFINITY): Float64Array {
  return Float64Array.from({ length: 2 * labels.length }, (_, i) => {
    const row = Math.floor(i / 2);
    const said = row % wrong === wrong - 1 ? 1 - (labels[row] as number) : labels[row];
    return said === i % 2 ? 0.9 : 0.1;
  });
}

describe('the choice without labels', () => {
  it('leaves out validators that prefer in the rehearsal what fails there, and goes by the rehearsal', async () => {
    const [target, source] = [await rowsOf(1, true), await rowsOf(2, true)];
    const candidate = (name: string, wrong: number): Choosable => ({
      name,
      probabilities: saying(target.labels, wrong),
      rehearsed: saying(source.labels, wrong),
    });
    const own = candidate('own', 6);
    const [better, good] = [candidate('better', 30), candidate('good', 17)];
    const topics: Choosable = { name: 'topics', probabilities: saying(target.clusters), rehearsed: saying(source.clusters) };
    const rehearsed = rehearsalOf(source);
    const { chosen, deciding, why, ranked } = chosenWithout([own, topics, better, good], own, target.target, { rehearsed });
    expect(chosen).toBe(better);
    expect(deciding).toEqual([]);
    expect(ranked[1]?.out).toContain('of one half of the source');
    expect(why).toContain("tells the rehearsal's rows rightly");
    // Without a rehearsal nothing tells that clusters are not what is asked for.
    expect(chosenWithout([own, topics, better], own, target.target).chosen).toBe(topics);
  });

  it('keeps all validators where none is misled', async () => {
    const [target, source] = [await rowsOf(1, false), await rowsOf(2, false)];
    const candidate = (name: string, wrong: number): Choosable => ({
      name,
      probabilities: saying(target.labels, wrong),
      rehearsed: saying(source.labels, wrong),
    });
    const [own, better, worse] = [candidate('own', 6), candidate('better', 30), candidate('worse', 4)];
    const { chosen, deciding } = chosenWithout([own, better, worse], own, target.target, { rehearsed: rehearsalOf(source) });
    expect(chosen).toBe(better);
    expect(deciding).toEqual(['neighbours', 'vote', 'class-ami', 'silhouette']);
  });

  it('puts out what falls behind in the rehearsal by more than chance, not by two rows of thirty', async () => {
    const [target, source] = [await rowsOf(1, false), await rowsOf(2, false)];
    const few = { ...rehearsalOf(source), labels: source.labels.slice(30, 60) };
    const within = (wrong: number) => saying(few.labels).map((p, i) => (Math.floor(i / 2) < wrong ? 1 - p : p));
    const own: Choosable = { name: 'own', probabilities: saying(target.labels, 6), rehearsed: saying(few.labels) };
    const outs = [2, 6].map((wrong): Choosable => ({ name: `${wrong} wrong`, probabilities: saying(target.labels), rehearsed: within(wrong) }));
    expect(collapses([own, ...outs], own, 2, few.labels)).toEqual([
      undefined,
      undefined,
      'tells 80.0 % of one half of the source rightly from the other, a linear model 100.0 %',
    ]);
  });

  it('does not say that the rehearsal decided where all do as well in it', async () => {
    const [target, source] = [await rowsOf(1, false), await rowsOf(2, false)];
    const own: Choosable = { name: 'own', probabilities: saying(target.labels, 4), rehearsed: saying(source.labels) };
    const better: Choosable = { name: 'better', probabilities: saying(target.labels), rehearsed: saying(source.labels) };
    const { chosen, why } = chosenWithout([own, better], own, target.target, { rehearsed: rehearsalOf(source) });
    expect(chosen).toBe(better);
    expect(why).not.toContain('rehearsal');
  });

  it('takes what is made for such data where the rehearsal cannot tell it from the best, and not where it can', async () => {
    const [target, source] = [await rowsOf(1, true), await rowsOf(2, true)];
    const rehearsed = rehearsalOf(source);
    const candidate = (name: string, wrong: number, suited = false): Choosable => ({
      name,
      probabilities: saying(target.labels, wrong),
      rehearsed: saying(source.labels, wrong),
      suited,
    });
    const [own, best] = [candidate('own', 4), candidate('best', 34)];
    const chosenWith = (suited: Choosable) => chosenWithout([own, best, suited], own, target.target, { rehearsed, trustworthy: [] });
    const near = candidate('near', 30, true);
    expect(chosenWith(near).chosen).toBe(near);
    expect(chosenWith(near).why).toContain('Made for such data');
    expect(chosenWith(candidate('far', 6, true)).chosen).toBe(best);
    // By itself it would not be clearly better than the source's own model: what it is not to be told from is.
    const [plain, fair] = [candidate('plain', 12), candidate('fair', 15, true)];
    expect(chosenWithout([plain, fair], plain, target.target, { rehearsed, trustworthy: [] }).chosen).toBe(plain);
    expect(chosenWithout([plain, best, fair], plain, target.target, { rehearsed, trustworthy: [] }).chosen).toBe(fair);
    const behind = candidate('behind', 11, true);
    expect(chosenWithout([plain, candidate('better', 20), behind], plain, target.target, { rehearsed, trustworthy: [] }).chosen.name).not.toBe(
      'behind',
    );
  });

  it('goes by the rehearsal alone where no validator is to be trusted, whether or not a method failed there', async () => {
    const [target, source] = [await rowsOf(1, false), await rowsOf(2, false)];
    const rehearsed = rehearsalOf(source);
    const own: Choosable = { name: 'own', probabilities: saying(target.labels, 6), rehearsed: saying(source.labels, 6) };
    const clustered: Choosable = { name: 'clustered', probabilities: saying(target.labels), rehearsed: saying(source.labels, 7) };
    const rehearsing: Choosable = { name: 'rehearsing', probabilities: saying(target.labels, 9), rehearsed: saying(source.labels) };
    const among = [own, clustered, rehearsing];
    expect(chosenWithout(among, own, target.target, { rehearsed }).chosen).toBe(clustered);
    expect(chosenWithout(among, own, target.target, { rehearsed, trustworthy: [] })).toMatchObject({ chosen: rehearsing, deciding: [] });
  });

  it("keeps the source's own model where the rehearsal shows no gain beyond its error", async () => {
    const [target, source] = [await rowsOf(1, true), await rowsOf(2, true)];
    const own = { name: 'own', probabilities: saying(target.labels, 6), rehearsed: saying(source.labels, 6) };
    const topics = { name: 'topics', probabilities: saying(target.clusters), rehearsed: saying(source.clusters) };
    const alike = { name: 'alike', probabilities: saying(target.labels), rehearsed: saying(source.labels, 6) };
    const { chosen, why } = chosenWithout([own, topics, alike], own, target.target, { rehearsed: rehearsalOf(source) });
    expect(chosen).toBe(own);
    expect(why).toMatch(/the source's own model is kept|No other candidate is ranked higher/);
  });
});

describe('the reason that is given', () => {
  it('does not call less an error, and one row no gain', async () => {
    const [target, source] = [await rowsOf(1, false), await rowsOf(2, false)];
    const own: Choosable = { name: 'own', probabilities: saying(target.labels, 50), rehearsed: saying(source.labels, 5) };
    const other: Choosable = { name: 'other', probabilities: saying(target.labels, 9), rehearsed: saying(source.labels) };
    const third: Choosable = { name: 'third', probabilities: saying(target.labels, 4), rehearsed: saying(source.labels, 20) };
    // The rehearsal ranks the one high that neighbours speak against.
    const { chosen, why } = chosenWithout([own, other, third], own, target.target, { rehearsed: rehearsalOf(source), trustworthy: ['neighbours'] });
    expect(chosen).toBe(own);
    expect(why).toMatch(/^`other` is ranked highest, but its predictions agree .* by \d+\.\d % less than the model of the source alone/);
    const more: Choosable = { name: 'more', probabilities: saying(target.labels), rehearsed: saying(source.labels) };
    const said = Float64Array.from(more.rehearsed as Float64Array);
    said.set([said[1] as number, said[0] as number]);
    const less: Choosable = { name: 'less', probabilities: more.probabilities, rehearsed: said };
    const told = chosenWithout([less, more], less, target.target, { rehearsed: rehearsalOf(source), trustworthy: [] });
    expect(told.chosen).toBe(less);
    expect(told.why).toContain('only 1.0 % more than the model of the source alone, within the error of 1.0 %');
  });

  it('speaks of collapse only where classes are missing, not of a source that is told less well', async () => {
    const { target, labels } = await rowsOf(1, false);
    const own: Choosable = { name: 'own', probabilities: saying(labels, 10), sourceAccuracy: 0.8 };
    const other: Choosable = { name: 'other', probabilities: saying(labels), sourceAccuracy: 0.99 };
    const { chosen, why } = chosenWithout([own, other], own, target);
    expect(chosen).toBe(other);
    expect(why).toContain('its predictions agree with those of the nearest rows by');
  });
});

describe('the choice with a few labels', () => {
  const rightBut = (labels: Int32Array, wrong: number) =>
    saying(labels).map((_, i, all) => (Math.floor(i / 2) < wrong ? 1 - (all[i] as number) : (all[i] as number)));

  it('puts out what tells fewer of them rightly by more than the error, be it the model of the source alone', async () => {
    const { target, labels } = await rowsOf(1, false);
    const known = labels.slice(0, 40);
    const own = { name: 'own', probabilities: saying(labels, 4), heldOut: rightBut(known, 20) };
    const misled = { name: 'misled', probabilities: saying(labels), heldOut: rightBut(known, 30) };
    const good = { name: 'good', probabilities: saying(labels, 9), heldOut: rightBut(known, 2) };
    const { chosen, why, ranked } = chosenWithout([own, misled, good], own, target, { known });
    expect(chosen).toBe(good);
    expect(why).toContain('tells 50.0 % of the 40 labelled target rows rightly, `good` 95.0 %');
    expect(ranked.map(({ out }) => out !== undefined)).toEqual([true, true, false]);
    // Without labels it is ranked highest.
    expect(chosenWithout([own, misled, good], own, target).chosen).toBe(misled);
  });

  it.each([1, 2])('puts nothing out by %i labels on which they differ', async (count) => {
    const { target, labels } = await rowsOf(1, false);
    const known = labels.slice(0, count);
    const own = { name: 'own', probabilities: saying(labels, 4), heldOut: rightBut(known, count) };
    const good = { name: 'good', probabilities: saying(labels, 9), heldOut: rightBut(known, 0) };
    const { ranked } = chosenWithout([own, good], own, target, { known });
    expect(ranked.every(({ out }) => out === undefined)).toBe(true);
  });
});

describe('the halves of a rehearsal', () => {
  it('have as many of each class, and the one lies nearer the target', async () => {
    const source = tensor('float32', [60, 2], stream(3, 'source').normals(120) as Float32Array<ArrayBuffer>);
    const shifted = stream(3, 'target')
      .normals(80)
      .map((value, i) => value + (i % 2 ? 0 : 2));
    const target = tensor('float32', [40, 2], shifted as Float32Array<ArrayBuffer>);
    const labels = Int32Array.from({ length: 60 }, (_, row) => (row < 20 ? 0 : 1));
    const [odds] = await domainOdds(source, target, undefined);
    const { unlike, like } = halvesOf(labels, 2, { odds, apart: true });
    expect([...unlike, ...like].sort((a, b) => a - b)).toEqual([...labels.keys()]);
    expect([unlike, like].map((half) => half.filter((row) => labels[row] === 0).length)).toEqual([10, 10]);
    const mean = (half: Int32Array) => half.reduce((sum, row) => sum + (source.data[2 * row] as number), 0) / half.length;
    expect(mean(like)).toBeGreaterThan(mean(unlike) + 0.5);
  });

  it('have the classes as frequent as in the target where that is the difference, as long as rows enough are left', () => {
    const labels = Int32Array.from({ length: 120 }, (_, row) => row % 3);
    const odds = Float64Array.from(labels.keys());
    const frequent = (shares: readonly number[]) => {
      const { unlike, like } = halvesOf(labels, 3, { odds, shares: Float64Array.from(shares), apart: false });
      expect(unlike).toHaveLength(60);
      return [0, 1, 2].map((c) => like.filter((row) => labels[row] === c).length);
    };
    expect(frequent([0.1, 0.4, 0.5])).toEqual([4, 16, 20]);
    expect(frequent([0, 0.5, 0.5])).toEqual([0, 20, 20]);
    expect(frequent([0, 0, 1])).toEqual([0, 0, 20]);
    const few = Int32Array.from({ length: 12 }, (_, row) => row % 2);
    expect(halvesOf(few, 2, { odds: new Float64Array(12), shares: Float64Array.of(0.1, 0.9), apart: false }).like).toHaveLength(6);
  });

  it('are the same rows where each class has one', () => {
    const { unlike, like } = halvesOf(Int32Array.of(0, 1), 2, { odds: Float64Array.of(0, 0), apart: true });
    expect([unlike, like]).toEqual([Int32Array.of(0, 1), Int32Array.of(0, 1)]);
  });
});
