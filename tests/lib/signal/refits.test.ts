import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { createRng } from '../../../lib/rng.ts';
import { measureLosses } from '../../../lib/signal/ablation.ts';
import { askInTurn, startRefits } from '../../../lib/signal/refits.ts';
import { explainVariance } from '../../../lib/signal/structure.ts';
import { fromTriplets } from '../../../lib/sparse/csr.ts';
import { complaintOf } from '../../support/complaint.ts';

const rng = createRng(3, 'tests', 'refits');
const LABELLED = {
  X: Float32Array.from({ length: 120 }, () => rng()),
  y: Int32Array.from({ length: 60 }, () => Number(rng() < 0.5)),
  ...{ nFeatures: 2, nTrain: 40 },
};
const CLUSTERING = {
  ...{ nClusters: 2, nInit: 3, seed: 7, svdComponents: null, normalize: 'none' as const },
};
const ROWS = fromTriplets({
  ...{ nRows: 30, nColumns: 4, rows: Array.from({ length: 50 }, () => Math.floor(30 * rng())) },
  columns: Array.from({ length: 50 }, () => Math.floor(4 * rng())),
});

const test = suite('refits');

test('give what this thread would, whatever their number', async () => {
  const losses = await measureLosses(LABELLED, 1);
  const explained = await explainVariance(ROWS, CLUSTERING);
  for (const nThreads of [1, 2]) {
    const refits = startRefits(nThreads);
    const asked = [0, 1].map(() => refits.measureLosses(LABELLED, 1));
    assert.is(await refits.explainVariance(ROWS, CLUSTERING), explained);
    assert.equal(await Promise.all(asked), [losses, losses]);
    await refits.end();
  }
});

test('say that there are too few distinct rows, and go on', async () => {
  const refits = startRefits(1);
  const same = fromTriplets({ nRows: 3, nColumns: 1, rows: [0, 1, 2], columns: [0, 0, 0] });
  assert.match(
    await complaintOf(() => refits.explainVariance(same, CLUSTERING)),
    '2 clusters must have at least 2 distinct rows; got fewer',
  );
  assert.ok((await refits.measureLosses(LABELLED, 1)).test > 0);
  await refits.end();
});

test('refuse as this thread does', async () => {
  const refits = startRefits(1);
  const tooMany = { ...CLUSTERING, svdComponents: 9 };
  const here = await complaintOf(() => explainVariance(ROWS, tooMany));
  assert.is(await complaintOf(() => refits.explainVariance(ROWS, tooMany)), here);
  await refits.end();
});

test('are asked in turn, a few ahead of the answers', async () => {
  const begun: number[] = [];
  const answer: (() => void)[] = [];
  const asked = askInTurn(20, (i) => {
    begun.push(i);
    return new Promise<number>((resolve) => (answer[i] = () => resolve(10 * i)));
  });
  assert.ok(begun.length < 20, 'not all before the first answer');
  const numbers = Array.from({ length: 20 }, (_, i) => i);
  for (const i of numbers) {
    answer[i]();
    await new Promise(setImmediate);
  }
  assert.equal(
    await asked,
    numbers.map((i) => 10 * i),
  );
  assert.equal(begun, numbers);
});

test('end with the first that fails', async () => {
  const failing = askInTurn(30, async (i) => {
    // those behind the first to fail do so while nobody awaits them
    if (i < 2) await new Promise(setImmediate);
    if (i >= 2) throw new StageError('E_DATA', `no fit ${i}`);
    return i;
  });
  assert.match(await complaintOf(() => failing), 'E_DATA: no fit 2');
});

test.run();
