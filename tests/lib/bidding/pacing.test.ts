import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawCompetingBids, wins } from '../../../lib/bidding/auction.ts';
import { replayHindsight, replayPaced, replayUnpaced } from '../../../lib/bidding/pacing.ts';
import type { Requests } from '../../../lib/bidding/pacing.ts';
import { createRng } from '../../../lib/rng.ts';

const SEED = 20261130;
const test = suite('pacing');

/** Value and competing bid of each request; a click is worth 10. */
function requestsOf(pairs: readonly (readonly [value: number, price: number])[]): Requests {
  return {
    values: Float64Array.from(pairs, ([value]) => value),
    probabilities: Float64Array.from(pairs, ([value]) => value / 10),
    competingBids: Float64Array.from(pairs, ([, price]) => price),
  };
}

const FOUR = requestsOf([
  [5, 4],
  [5, 1],
  [5, 5],
  [4, 2],
]);

test('wins by a higher bid alone, and pays the price of the others', () => {
  assert.equal([wins(2, 1), wins(1, 1), wins(1, 2)], [true, false, false]);
  const { spend, nWins, expectedClicks, spendAt } = replayUnpaced(FOUR, 100);
  assert.is(spend, 7);
  assert.is(nWins, 3);
  assert.ok(Math.abs(expectedClicks - 1.4) < 1e-15);
  assert.equal([...spendAt], [4, 5, 5, 7]);
});

test('stops at the first price that the rest of the budget does not pay', () => {
  assert.equal([...replayUnpaced(FOUR, 5).spendAt], [4, 5, 5, 5]);
  assert.equal([...replayUnpaced(FOUR, 3).spendAt], [0, 0, 0, 0]);
  assert.equal([...replayUnpaced(FOUR, 7).spendAt], [4, 5, 5, 7]);
});

test('wins with hindsight what is cheapest for its value', () => {
  const { spend, nWins, multipliers } = replayHindsight(FOUR, 3);
  assert.equal([spend, nWins], [3, 2]);
  // the next one has the ratio of 4 to 5
  assert.equal([...multipliers], [0.8, 0.8, 0.8, 0.8]);
  assert.equal([...replayHindsight(FOUR, 7).multipliers], [1, 1, 1, 1]);
});

test('never wins with hindsight the request that is the first too dear, however its ratio is rounded', () => {
  const [price, value] = [0.0907, 0.166];
  assert.ok((price / value) * value > price, 'the ratio times the value is above the price');
  const two = requestsOf([
    [value, price],
    [0.1, 0.05],
  ]);
  const { spendAt, nWins } = replayHindsight(two, 0.113);
  assert.equal([...spendAt], [0, 0.05]);
  assert.is(nWins, 1);
});

test('bids less after a request that cost more than an even share, more after one that cost less', () => {
  // an even share is 2: mu rises by step × (4/2 − 1), falls by step × (1/2 − 1), stays at 0 at least
  const { spendAt, multipliers } = replayPaced(FOUR, 8, 0.1);
  assert.equal([...spendAt], [4, 5, 5, 7]);
  const mu = [0, 0.1, 0.05, 0];
  multipliers.forEach((multiplier, i) => assert.ok(Math.abs(multiplier - 1 / (1 + mu[i])) < 1e-15));
});

const request = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 30 }));
const requests = fc.array(request, { minLength: 1, maxLength: 60 });
const budget = fc.integer({ min: 0, max: 300 });
const POLICIES = {
  unpaced: replayUnpaced,
  paced: (of: Requests, money: number) => replayPaced(of, money, 0.1),
  hindsight: replayHindsight,
};

test('property: never spends more than the budget, nor more for a request than it is worth', () => {
  fc.assert(
    fc.property(requests, budget, (pairs, money) => {
      for (const [name, policy] of Object.entries(POLICIES)) {
        const { spend, spendAt, multipliers, nWins, expectedClicks } = policy(
          requestsOf(pairs),
          money,
        );
        assert.ok(spend <= money, name);
        assert.is(spendAt.at(-1), spend);
        let [n, clicks] = [0, 0];
        for (const [i, [value, price]] of pairs.entries()) {
          const paid = spendAt[i] - (i > 0 ? spendAt[i - 1] : 0);
          assert.ok(paid === 0 || (paid === price && paid < value), name);
          if (paid > 0) [n, clicks] = [n + 1, clicks + value / 10];
          assert.ok(multipliers[i] >= 0 && multipliers[i] <= 1, name);
        }
        assert.is(n, nWins);
        assert.ok(Math.abs(clicks - expectedClicks) < 1e-9);
      }
    }),
    { seed: SEED },
  );
});

test('property: wins with hindsight what has a ratio below the multiplier; no multiple that is paid for spends more', () => {
  const part = fc.integer({ min: 1, max: 2000 }).map((n) => n / 10_000);
  // half a unit more than sums of prices, so that no sum is the budget but for rounding
  const money = fc.integer({ min: 0, max: 10_000 }).map((n) => (n + 0.5) / 10_000);
  const pairsOf = fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(pairsOf, money, (pairs, budget) => {
      const winsBelow = (multiplier: number): number[] =>
        pairs.map(([value, price]) => (price / value < multiplier ? price : 0));
      const sum = (prices: readonly number[]): number => prices.reduce((a, b) => a + b, 0);
      const { spend, spendAt, multipliers } = replayHindsight(requestsOf(pairs), budget);
      const paid = winsBelow(multipliers[0]);
      assert.equal(
        [...spendAt],
        paid.map((_, i) => sum(paid.slice(0, i + 1))),
      );
      for (const multiple of [1, ...pairs.map(([value, price]) => Math.min(1, price / value))]) {
        const other = sum(winsBelow(multiple));
        assert.ok(other > budget || other <= spend, `${multiple}`);
      }
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('property: a larger budget never brings less at full value and with hindsight', () => {
  fc.assert(
    fc.property(requests, budget, budget, (pairs, a, b) => {
      for (const policy of [replayUnpaced, replayHindsight]) {
        const less = policy(requestsOf(pairs), Math.min(a, b));
        const more = policy(requestsOf(pairs), Math.max(a, b));
        assert.ok(less.spend <= more.spend && less.expectedClicks <= more.expectedClicks + 1e-12);
      }
    }),
    { seed: SEED },
  );
});

test('property: a budget that pays for everything changes no bid', () => {
  fc.assert(
    fc.property(requests, (pairs) => {
      const plenty = 1000 * pairs.length;
      const [first, ...others] = Object.values(POLICIES).map((policy) =>
        policy(requestsOf(pairs), plenty),
      );
      for (const other of others) assert.equal(other, first);
    }),
    { seed: SEED },
  );
});

test('property: paced bids depend on nothing that comes later but the number of requests', () => {
  fc.assert(
    fc.property(requests, requests, budget, (pairs, others, money) => {
      const cut = Math.floor(pairs.length / 2);
      const changed = pairs.map((pair, i) => (i < cut ? pair : others[i % others.length]));
      const before = replayPaced(requestsOf(pairs), money, 0.1);
      const after = replayPaced(requestsOf(changed), money, 0.1);
      assert.equal(after.multipliers.slice(0, cut + 1), before.multipliers.slice(0, cut + 1));
      assert.equal(after.spendAt.slice(0, cut), before.spendAt.slice(0, cut));
    }),
    { seed: SEED },
  );
});

test('paces a long day: spends nearly all, to its end, and brings more than full values do', () => {
  const n = 20_000;
  const rng = createRng(1, 'test', 'values');
  const probabilities = Float64Array.from({ length: n }, () => 0.05 + 0.4 * rng());
  const many: Requests = {
    probabilities,
    values: probabilities.map((p) => 2 * p),
    competingBids: drawCompetingBids(n, { median: 0.3, sigma: 0.8 }, createRng(1, 'test', 'bids')),
  };
  const money = 700;
  const [unpaced, paced, hindsight] = Object.values(POLICIES).map((of) => of(many, money));
  assert.ok(paced.spend > 0.97 * money, `${paced.spend}`);
  const half = paced.spendAt[n / 2] / money;
  assert.ok(half > 0.4 && half < 0.6, `${half} at noon`);
  assert.ok(unpaced.spendAt[n / 2] > 0.99 * money, 'full values spend all in the morning');
  assert.ok(paced.expectedClicks > 1.2 * unpaced.expectedClicks);
  assert.ok(paced.expectedClicks > 0.95 * hindsight.expectedClicks);
});

test('draws competing bids of the median and spread that are asked for, the same for the same seed', () => {
  const draw = (seed: number): Float64Array =>
    drawCompetingBids(20_001, { median: 0.4, sigma: 0.5 }, createRng(seed, 'bid', 'competition'));
  const sorted = draw(1).toSorted();
  assert.ok(Math.abs(sorted[10_000] - 0.4) < 0.01);
  // 84.13 % lie below one standard deviation
  assert.ok(Math.abs(Math.log(sorted[16_826] / 0.4) - 0.5) < 0.02);
  assert.equal(draw(1), draw(1));
  assert.not.equal(draw(1), draw(2));
});

test.run();
