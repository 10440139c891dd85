import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseBid } from '../../../lib/bidding/bid.ts';
import { fitClickRates, withAd } from '../../../lib/bidding/click-rates.ts';

const SEED = 20261130;
const test = suite('bid');

test('bids the value of a click times its probability, with the ad that is worth most', () => {
  const candidates = [
    { adId: 4, probability: 0.1 },
    { adId: 9, probability: 0.25 },
    { adId: 2, probability: 0.2 },
  ];
  assert.equal(chooseBid(candidates, 8), { adId: 9, bid: 2, probability: 0.25 });
  assert.equal(chooseBid(candidates.slice(0, 1), 10), { adId: 4, bid: 1, probability: 0.1 });
});

test('takes the smallest id of ads that are worth the same, in whatever order they come', () => {
  const tied = [30, 4, 100, 7].map((adId) => ({ adId, probability: 0.5 }));
  assert.is(chooseBid(tied, 1).adId, 4);
  assert.is(chooseBid(tied.toReversed(), 1).adId, 4);
});

test('smooths the rate of each ad towards that of all, and gives an ad never shown the base rate', () => {
  const rates = fitClickRates([1, 1, 1, 1, 2], [1, 1, 1, 0, 0], 5);
  assert.is(rates.base, 0.6);
  assert.equal(
    [...rates.byAd],
    [
      [1, (3 + 5 * 0.6) / 9],
      [2, (0 + 5 * 0.6) / 6],
    ],
  );
  assert.is(withAd(0.3, 77, rates), 0.3);
  // odds of 2/3 and of 1/2 over the base odds of 3/2, times odds of 1
  assert.ok(Math.abs(withAd(0.5, 1, rates) - 4 / 7) < 1e-15);
  assert.ok(Math.abs(withAd(0.5, 2, rates) - 2 / 5) < 1e-15);
});

test('property: stays a probability, keeps order, and comes near the one without ads as smoothing grows', () => {
  const impression = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(0, 1));
  const probability = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(impression, { minLength: 1 }),
      probability,
      probability,
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      (impressions, p, q, strength) => {
        const ads = impressions.map(([ad]) => ad);
        const clicked = impressions.map(([, click]) => click);
        const rates = fitClickRates(ads, clicked, strength);
        for (const ad of [1, 2, 3, 4, 5]) {
          const [a, b] = [withAd(Math.min(p, q), ad, rates), withAd(Math.max(p, q), ad, rates)];
          assert.ok(a >= 0 && b <= 1 && a <= b + 1e-12);
        }
        const flat = fitClickRates(ads, clicked, 1e12);
        assert.ok(Math.abs(withAd(p, 1, flat) - p) < 1e-6);
      },
    ),
    { seed: SEED },
  );
});

test.run();
