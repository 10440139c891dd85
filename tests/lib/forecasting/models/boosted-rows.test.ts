import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitBoostedRows } from '../../../../lib/forecasting/models/boosted-rows.ts';
import type { Objective } from '../../../../lib/models/lightgbm/booster.ts';
import { BOOSTER_DEFAULTS } from '../../../support/boosting.ts';
import { createForecastContext } from '../../../support/forecasting.ts';

const test = suite('rows for boosted forecasts');

const TARGETS = Float32Array.of(7, 1, 5, 3, 104);

/** What rows get that no feature tells apart. */
async function predictAlike(objective: Objective): Promise<number[]> {
  const features = new Float32Array(TARGETS.length).fill(2);
  const rows = { names: ['alike'], features, targets: TARGETS, weights: null };
  const predict = await fitBoostedRows(rows, objective, BOOSTER_DEFAULTS, createForecastContext());
  return [...(await predict(Float32Array.of(2, 9)))];
}

test('get the mean where no feature tells them apart, or the quantile that is learnt', async () => {
  assert.equal(await predictAlike({ name: 'regression' }), [24, 24]);
  assert.equal(await predictAlike({ name: 'quantile', alpha: 0.5 }), [5, 5]);
  assert.equal(await predictAlike({ name: 'quantile', alpha: 0.25 }), [3, 3]);
});

test.run();
