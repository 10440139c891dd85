import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRng } from '../../../lib/rng.ts';
import { ablate, testGroups } from '../../../lib/signal/ablation.ts';
import type { FeatureTable } from '../../../lib/signal/feature-table.ts';
import { startRefits } from '../../../lib/signal/refits.ts';

/** The first feature says where 1 is likely, the second one nothing; 40 units of four rows each. */
function drawTable(seed: number): FeatureTable {
  const rng = createRng(seed, 'tests', 'ablation');
  const nSamples = 320;
  const units = Int32Array.from({ length: nSamples }, (_, i) => i % 40);
  const told = units.map((unit) => (unit % 3 === 0 ? 1 : 0));
  const noise = Float32Array.from({ length: 40 }, () => rng());
  const X = new Float32Array(nSamples * 2);
  units.forEach((unit, i) => X.set([told[i], noise[unit]], 2 * i));
  return {
    ...{ nFeatures: 2, X, nTrain: 240 },
    y: told.map((value) => (rng() < (value === 1 ? 0.75 : 0.35) ? 1 : 0)),
    groups: [
      { name: 'told', columns: [0], units },
      { name: 'noise', columns: [1], units },
    ],
  };
}
const refits = startRefits(2);
const options = (nPermutations: number) => ({
  ...{ C: 1, nPermutations, refits, onFit: () => {} },
  rng: (purpose: string) => createRng(5, 'tests', purpose),
});

const test = suite('ablation');
test.after(() => refits.end());

test('fits the model with all features, without each group, and with each alone', async () => {
  const models = await ablate(drawTable(1), 1);
  assert.equal(
    models.map(({ name }) => name),
    ['all', 'base rate', 'without told', 'told alone', 'without noise', 'noise alone'],
  );
  const byName = new Map(models.map(({ name, probabilities }) => [name, probabilities]));
  assert.equal(byName.get('without told'), byName.get('noise alone'));
  assert.equal(byName.get('without noise'), byName.get('told alone'));
  assert.not.equal(byName.get('all'), byName.get('told alone'));
});

test('gives the shares of train: of all rows as base rate, of each value where nothing is penalised', async () => {
  const table = drawTable(2);
  const models = await ablate(table, 1e9);
  const probabilitiesOf = (name: string) =>
    models.find((model) => model.name === name)!.probabilities;
  const share = (isIn: (i: number) => boolean): number => {
    const rows = Array.from({ length: table.nTrain }, (_, i) => i).filter(isIn);
    return rows.filter((i) => table.y[i] === 1).length / rows.length;
  };
  assert.is(probabilitiesOf('base rate').length, 80);
  assert.ok(probabilitiesOf('base rate').every((p) => p === share(() => true)));
  const shares = [0, 1].map((value) => share((i) => table.X[2 * i] === value));
  probabilitiesOf('told alone').forEach((p, i) => {
    const wanted = shares[table.X[2 * (table.nTrain + i)]];
    assert.ok(Math.abs(p - wanted) < 1e-5, `${p} is not ${wanted}`);
  });
});

test('finds what is told beyond chance, and what is not', async () => {
  let nDone = 0;
  const [told, noise] = await testGroups(drawTable(3), { ...options(39), onFit: () => nDone++ });
  assert.is(nDone, 2 * 39);
  assert.is(told.group, 'told');
  assert.is(told.train.pValue, 1 / 40);
  assert.is(told.test.pValue, 1 / 40);
  assert.ok(noise.train.pValue > 0.1, `${noise.train.pValue}`);
  const nNotAbove = noise.test.permuted.filter((loss) => loss <= noise.test.logLoss).length;
  assert.is(noise.test.pValue, (1 + nNotAbove) / 40);
});

test('counts deals that are as good as what is seen among those no worse', async () => {
  const table = drawTable(3);
  const same = Float32Array.from(table.X, (value, at) => (at % 2 === 0 ? value : 1));
  const [told, constant] = await testGroups({ ...table, X: same }, options(7));
  assert.is(told.train.pValue, 1 / 8, 'none of the seven is as good');
  assert.equal([...constant.test.permuted], Array(7).fill(constant.test.logLoss));
  assert.equal([constant.train.pValue, constant.test.pValue], [1, 1], 'all seven are');
});

test('calls noise told no more often than its p-values say', async () => {
  let nFound = 0;
  for (let seed = 0; seed < 40; seed++) {
    const table = drawTable(100 + seed);
    const tests = await testGroups({ ...table, groups: table.groups.slice(1) }, options(9));
    if (tests[0].train.pValue <= 0.2) nFound++;
  }
  // 8 are expected; 15 or more, or none, has a probability below .01
  assert.ok(nFound > 0 && nFound < 15, `${nFound} of 40`);
});

test('deals the same order again from the same stream, whatever other groups there are', async () => {
  const table = drawTable(4);
  const both = await testGroups(table, options(3));
  const swapped = await testGroups({ ...table, groups: table.groups.toReversed() }, options(3));
  assert.equal(both, swapped.toReversed());
});

test.run();
