import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { permutationImportance } from '../../../lib/models/permutation-importance.ts';
import type { PermutationOptions } from '../../../lib/models/permutation-importance.ts';
import { createRng } from '../../../lib/rng.ts';
import { shuffledIndices } from '../../../lib/tensors/shuffle.ts';

const test = suite('permutation importance');

const N = 500;
/** Columns: the class as a number, the same in two one-hot columns, noise. */
const labels = Int32Array.from({ length: N }, (_, i) => (i * 7919) % 2);
const noise = createRng(3, 'permutation', 'noise');
const rows = {
  ...{ nSamples: N, labels },
  features: Float32Array.from({ length: 4 * N }, (_, k) => {
    const label = labels[Math.floor(k / 4)];
    return [label, 1 - label, label, noise()][k % 4];
  }),
};

/** Sure to nine tenths of what one column says. */
const byColumn = (place: number) => ({
  predictProba: async (features: Float32Array) =>
    Float32Array.from({ length: features.length / 2 }, (_, k) => {
      const says = features[Math.floor(k / 2) * 4 + place] > 0.5 ? 1 : 0;
      return k % 2 === says ? 0.9 : 0.1;
    }),
});
const rng = (purpose: string) => createRng(1, 'test', purpose);
const FEATURES = [
  { name: 'number', places: [0] },
  { name: 'group', places: [1, 2] },
  { name: 'noise', places: [3] },
];
const measure = (place: number, changes: Partial<PermutationOptions> = {}) =>
  permutationImportance(byColumn(place), rows, {
    ...{ features: FEATURES, nClasses: 2, metric: 'accuracy', nRepeats: 3, rng },
    ...changes,
  });

/** Share of the rows that get the label of a row of the other class. */
function wrongShares(purpose: string, nRepeats: number): number[] {
  const draw = rng(purpose);
  return Array.from({ length: nRepeats }, () => {
    const from = shuffledIndices(N, draw);
    return labels.filter((label, i) => labels[from[i]] !== label).length / N;
  });
}

test('is the share of rows that become wrong, and nothing for what the model does not use', async () => {
  const [number, group, noise] = await measure(0);
  const shares = wrongShares('permutation of number', 3);
  const mean = (shares[0] + shares[1] + shares[2]) / 3;
  assert.ok(Math.abs(number.mean - mean) < 1e-12);
  assert.ok(Math.abs(number.mean - 0.5) < 0.1, 'half of the rows get the other class');
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / 3;
  assert.ok(Math.abs(number.deviation - Math.sqrt(variance)) < 1e-12);
  assert.equal(group, { feature: 'group', mean: 0, deviation: 0 });
  assert.equal(noise, { feature: 'noise', mean: 0, deviation: 0 });
});

test('is the rise of the log loss: ln 0.9 / 0.1 for each row that becomes wrong', async () => {
  const [{ mean }] = await measure(0, { metric: 'log_loss', nRepeats: 1 });
  const [share] = wrongShares('permutation of number', 1);
  assert.ok(Math.abs(mean - share * Math.log(9)) < 1e-6);
});

test('shuffles the columns of a group together, and puts them back', async () => {
  const seen: string[] = [];
  const spy = {
    predictProba: async (features: Float32Array) => {
      for (let k = 0; k < features.length; k += 4) seen.push(features.slice(k + 1, k + 3).join());
      return await byColumn(2).predictProba(features);
    },
  };
  const options = { nClasses: 2, metric: 'accuracy', nRepeats: 2, rng } as const;
  const [, group, after] = await permutationImportance(spy, rows, {
    features: FEATURES,
    ...options,
  });
  assert.ok(group.mean > 0.4);
  assert.is(after.mean, 0);
  assert.equal([...new Set(seen)].toSorted(), ['0,1', '1,0'], 'always one of the two');
});

test('gives a feature the same alone and among others, and leaves the rows as they were', async () => {
  const before = rows.features.slice();
  const all = await measure(2);
  const alone = await measure(2, { features: [FEATURES[1]] });
  assert.equal(alone, [all[1]]);
  assert.equal(rows.features, before);
  const other = await measure(2, { rng: (purpose) => createRng(2, 'test', purpose) });
  assert.not.equal(other[1], all[1]);
});

test.run();
