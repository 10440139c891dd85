import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cutPanel, panelOf } from '../../../lib/forecasting/panel.ts';
import { parseFrequency } from '../../../lib/forecasting/frequency.ts';
import { countSteps, describeSeries, formatTime } from '../../../lib/reports/series-text.ts';
import { createPanel, MONTHLY } from '../../support/forecasting.ts';
import { reportSeries } from '../../support/series-report.ts';

const test = suite('forecasts as text');

const line = (n: number): number[] => Array.from({ length: n }, (_, t) => 3 * t);
const linesOf = async (...args: Parameters<typeof reportSeries>): Promise<string[]> =>
  describeSeries(await reportSeries(...args)).split('\n');

test('show the models with their scores, then each series with its model and next values', async () => {
  const lines = await linesOf(panelOf(MONTHLY, { rises: line(20), alike: line(20) }, 600), {
    ...{ h: 4, season_length: 4, n_models: 1 },
  });
  assert.equal(lines, [
    // naive misses 3, 6, 9, 12 in every window, over a season's change of 12; the windows end 2, 1 and 0 rows early,
    // with sMAPE 200 k / (2 t + k) for t = 13, 14, 15 and k = 1 to 4
    '  model            MASE   sMAPE  MAE  chosen for',
    '  naive           0.625  16.191  7.5',
    '  seasonal-naive  1.000  27.843   12',
    '  drift           0.000   0.000    0    2 series',
    '  the choice      0.000   0.000    0',
    '',
    '  series  model   MASE  seasonal-naive  2021-09-01  2021-10-01  2021-11-01',
    '  rises   drift  0.000           1.000          60          63          66',
    '  alike   drift  0.000           1.000          60          63          66',
    '  (MASE of each series: on the windows its models were chosen by)',
  ]);
});

test('cut long lists of series and long names, and count steps of series that end apart', async () => {
  const panel = createPanel(new Array(14).fill(20));
  const names = panel.ids.map((id) => `${id} of the northern warehouses`);
  const places = [...panel.ids.keys()];
  const apart = cutPanel({ ...panel, ids: names }, places, (i, length) => [
    i % 2,
    length - (i % 2),
  ]);
  const lines = await linesOf(apart, { h: 2, season_length: 4 });
  assert.is(lines.at(-2), '  … and 2 more series');
  assert.match(
    lines.find((text) => text.includes('series_0'))!,
    /^ {2}series_0 of the northern…/,
  );
  assert.ok(lines.some((text) => /\+1 +\+2$/.test(text)));
});

test('name steps by their frequency, and times as short as they are', () => {
  assert.is(countSteps(13, 'W'), '13 weeks');
  assert.is(countSteps(1, 'QS'), '1 quarter');
  assert.is(formatTime(parseFrequency('h'), 14), '1970-01-01 14:00');
  assert.is(formatTime(parseFrequency('D'), 1), '1970-01-02');
});

test.run();
