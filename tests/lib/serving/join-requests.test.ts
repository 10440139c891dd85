import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MissingFeaturesError, goldenRows, openRowScorer } from '../../../lib/models/row-scorer.ts';
import type { RawRows, RowScorer } from '../../../lib/models/row-scorer.ts';
import { joinRequests } from '../../../lib/serving/join-requests.ts';
import { openTestDatabase } from '../../support/relations.ts';
import { machine, makeClassBundle, makeTextBundle } from '../../support/served-bundles.ts';

const test = suite('requests joined');
const database = await openTestDatabase();
const { bundle } = await makeClassBundle(database, 'logistic');
const texts = (await makeTextBundle(database)).bundle;
database.close();

/** A scorer that joins, and the rows of each call that reached the one behind it. */
function join(scorer: RowScorer, nOutputs: number): { joined: RowScorer; calls: number[] } {
  const calls: number[] = [];
  const counting: RowScorer = {
    ...scorer,
    score: async (rows) => {
      calls.push(rows.nRows);
      return await scorer.score(rows);
    },
  };
  return { joined: joinRequests(counting, nOutputs), calls };
}

function take({ numbers, nRows, texts: all }: RawRows, places: readonly number[]): RawRows {
  const n = numbers.length / nRows;
  return {
    nRows: places.length,
    numbers: Float64Array.from(places.flatMap((i) => [...numbers.subarray(i * n, (i + 1) * n)])),
    texts: new Map([...all].map(([name, values]) => [name, places.map((i) => values[i])])),
  };
}

test('scores what comes in one turn of the event loop together, and gives each its own rows', async () => {
  for (const [of, nOutputs] of [
    [bundle, 3],
    [texts, 2],
  ] as const) {
    // prettier-ignore
    const scorer = await openRowScorer(of, machine);
    const { joined, calls } = join(scorer, nOutputs);
    const rows = goldenRows(of);
    const requests = [[0], [1, 2], [], [3, 0]].map((places) => take(rows, places));
    const found = await Promise.all(requests.map((request) => joined.score(request)));
    assert.equal(calls, [5]);
    for (const [k, request] of requests.entries())
      assert.equal(found[k], await scorer.score(request));
    await joined.score(requests[0]);
    assert.equal(calls, [5, 1], 'one that comes later is scored later');
    joined.dispose();
  }
});

test('tells each request of its own missing features alone', async () => {
  const scorer = await openRowScorer(bundle, machine);
  const { joined } = join(scorer, 3);
  const rows = goldenRows(bundle);
  const [right, wrong] = [take(rows, [0]), take(rows, [1, 2])];
  wrong.numbers[bundle.input.length] = NaN;
  const [found, error] = await Promise.allSettled([joined.score(right), joined.score(wrong)]);
  assert.equal(found, { status: 'fulfilled', value: await scorer.score(right) });
  const reason = (error as PromiseRejectedResult).reason as MissingFeaturesError;
  assert.instance(reason, MissingFeaturesError);
  assert.equal(reason.missing.map(({ row }) => row), [1, 1, 1]); // prettier-ignore
});

test('joins 256 rows at most, and passes on an error to all that it met', async () => {
  const scorer = await openRowScorer(bundle, machine);
  const { joined, calls } = join(scorer, 3);
  const rows = goldenRows(bundle);
  const many = (n: number): RawRows => take(rows, new Array<number>(n).fill(0));
  const sizes = [200, 56, 1, 300, 2];
  const found = await Promise.all(sizes.map((n) => joined.score(many(n))));
  assert.equal(calls, [256, 1, 300, 2]);
  assert.equal(found.map(({ length }) => length / 3), sizes); // prettier-ignore
  const failing = joinRequests(
    { score: async () => Promise.reject(new Error('no memory')), dispose: () => {} },
    3,
  );
  const ends = await Promise.allSettled([failing.score(many(1)), failing.score(many(1))]);
  assert.equal(ends.map(({ status }) => status), ['rejected', 'rejected']); // prettier-ignore
});

test.run();
