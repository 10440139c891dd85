import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import type { ForecastModel } from '../../../../lib/forecasting/model.ts';
import { drift } from '../../../../lib/forecasting/models/drift.ts';
import { mean } from '../../../../lib/forecasting/models/mean.ts';
import { naive } from '../../../../lib/forecasting/models/naive.ts';
import { seasonalNaive } from '../../../../lib/forecasting/models/seasonal-naive.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import { createForecastContext, MONTHLY } from '../../../support/forecasting.ts';

const test = suite('models of one series');

const SERIES = { a: [1, 2, 6, 3, 8], b: [10, 10, 40] };

async function forecast(model: ForecastModel, h: number): Promise<number[]> {
  const context = createForecastContext({ h: 4, seasonLength: 3 });
  const fitted = await model.fit(panelOf(MONTHLY, SERIES), context);
  return [...(await fitted.predict(h))];
}

const BY_HAND: readonly (readonly [ForecastModel, number[]])[] = [
  [naive, [8, 8, 8, 8, 40, 40, 40, 40]],
  [seasonalNaive, [6, 3, 8, 6, 10, 10, 40, 10]],
  [mean, [4, 4, 4, 4, 20, 20, 20, 20]],
  [drift, [9.75, 11.5, 13.25, 15, 55, 70, 85, 100]],
];

for (const [model, expected] of BY_HAND) {
  test(`${model.name} forecasts as by hand`, async () => {
    assert.equal(await forecast(model, 4), expected);
  });
}

test('models of one series give the first steps of a longer forecast', async () => {
  assert.equal(await forecast(drift, 2), [9.75, 11.5, 55, 70]);
});

test('seasonal-naive names the series that is shorter than a season', async () => {
  const context = createForecastContext({ h: 2, seasonLength: 4 });
  const error = await seasonalNaive
    .fit(panelOf(MONTHLY, SERIES), context)
    .catch((thrown: unknown) => thrown);
  assert.instance(error, StageError);
  assert.match(
    (error as StageError).message,
    /seasonal-naive must have at least 4 rows .* got b: 3/,
  );
});

test.run();
