import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toStep } from '../../../../lib/forecasting/frequency.ts';
import { crossValidateMultiModel } from '../../../../lib/forecasting/restaurants/cross-validate.ts';
import { HOURLY, hourlyFeatures } from '../../../../lib/forecasting/restaurants/hourly-features.ts';
import { createRng } from '../../../../lib/rng.ts';
import { createForecastContext } from '../../../support/forecasting.ts';
import { showNoProgress } from '../../../../lib/progress.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'golden', 'restaurant-folds');
const N_SEEDS = 20;
/** Of expected.json. */
const N_PEER_SEEDS = 200;

const test = suite('cross-validation of the restaurants against scikit-learn');

test('the error of each fold is that of forests of scikit-learn on the same hours', async () => {
  const [, ...lines] = readFileSync(join(GOLDEN, 'data.csv'), 'utf8').trim().split('\n');
  const cashIn = Float64Array.from(lines, (line) => Number(line.split(',')[1]));
  const start = toStep(HOURLY, lines[0].split(',')[0])!;
  const { x, y } = hourlyFeatures({ start, cashIn }, { degree: 1, lagInWeek: 1 });
  const params = { nFold: 10, nEstimators: 10, nModels: 0 };
  const { mae, deviation } = JSON.parse(readFileSync(join(GOLDEN, 'expected.json'), 'utf8')) as {
    readonly [name: string]: readonly number[];
  };
  const ours = mae.map(() => 0);
  for (let seed = 0; seed < N_SEEDS; seed++) {
    const rng = (purpose: string) => createRng(seed, 'cross-validate', purpose);
    await crossValidateMultiModel({ x, y }, params, {
      ...createForecastContext({ rng }),
      progress: showNoProgress,
      onFold: ({ metrics }, k) => void (ours[k] += metrics.MAE0 / N_SEEDS),
    });
  }
  ours.forEach((value, k) => {
    const error = deviation[k] * Math.sqrt(1 / N_SEEDS + 1 / N_PEER_SEEDS);
    assert.ok(Math.abs(value - mae[k]) <= 4 * error, `fold ${k}: ${value}, theirs ${mae[k]}`);
  });
  const [mean, theirs] = [ours, mae].map((all) => all.reduce((sum, v) => sum + v, 0) / all.length);
  assert.ok(Math.abs(mean / theirs - 1) <= 0.05, `${mean}, theirs ${theirs}`);
});

test.run();
