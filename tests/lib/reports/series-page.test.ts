import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFrequency } from '../../../lib/forecasting/frequency.ts';
import { panelOf } from '../../../lib/forecasting/panel.ts';
import { seriesPage } from '../../../lib/reports/series-page.ts';
import { createPanel } from '../../support/forecasting.ts';
import { reportSeries } from '../../support/series-report.ts';

const test = suite('seriesPage');

const ASKED = { h: 4, season_length: 4 };

test('shows scores beside the seasonal naive, charts, series and how they were made', async () => {
  const html = await seriesPage(await reportSeries(createPanel([40, 44]), ASKED));
  const headings = [...html.matchAll(/<h2>(.+?)<\/h2>/g)].map(([, heading]) => heading);
  assert.equal(headings, ['How good it is', 'Charts', 'Series by series', 'How it was made']);
  assert.match(html, 'Forecast of 2 series');
  assert.match(html, 'MASE of the seasonal-naive');
  assert.match(html, 'held by the interval of 80 %');
  assert.match(html, 'MASE of each series: on the windows its models were chosen by, so smaller');
  assert.is(html.match(/<figure>/g)!.length, 2);
  assert.not.match(html, /<script|src=|href=/);
});

test('tells the numbers of every step under the pointer, of the forecast with its interval', async () => {
  const { panel, plan, params, forecast } = await reportSeries(createPanel([40]), ASKED);
  const html = await seriesPage({ panel, plan, params, forecast });
  const tips = [...html.matchAll(/<g class="step"><path [^>]*\/><text [^>]*>(.+?)<\/text>/g)];
  // 24 of the history and 4 ahead
  assert.is(tips.length, 28);
  assert.match(tips[0][1], /^2021-05-01: \d/);
  assert.match(tips[23][1], /^2023-04-01: [\d.,]+, forecast [\d.,]+$/);
  assert.match(tips[24][1], /^2023-05-01: forecast [\d.,]+ \([\d.,]+ to [\d.,]+\)$/);
});

test('draws no more charts than asked for, and lists no more series than people read', async () => {
  const many = await reportSeries(createPanel(new Array(502).fill(20)), {
    ...ASKED,
    max_charts: 1,
  });
  const html = await seriesPage(many);
  assert.is(html.match(/<figure>/g)!.length, 1);
  assert.match(html, 'The first 1 series.');
  assert.match(html, '… and 2 more.');
});

test('draws integers of time and series without intervals, and takes no name for markup', async () => {
  const name = '<b>"a"</b>';
  const panel = panelOf(parseFrequency('1'), { [name]: [1, 3, 2, 4, 3, 5, 4, 6] });
  const html = await seriesPage(await reportSeries(panel, { h: 2, level: [] }));
  assert.match(html, 'Forecast of &lt;b&gt;');
  assert.not.match(html, '<b>');
  assert.match(html, /<text [^>]*>8: forecast [\d.]+<\/text>/);
});

test('says so where there is one window, and no score of the choice', async () => {
  const html = await seriesPage(
    await reportSeries(createPanel([12, 12, 12, 12]), { ...ASKED, n_windows: 1 }),
  );
  assert.match(html, 'Means over one window');
  assert.not.match(html, '>the choice<');
});

test('gives the same bytes for the same forecast', async () => {
  const report = await reportSeries(createPanel([40]), ASKED);
  assert.is(await seriesPage(report), await seriesPage(report));
});

test.run();
