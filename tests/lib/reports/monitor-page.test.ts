import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MonitoredColumn, Monitoring } from '../../../lib/monitoring/monitor.ts';
import { monitorPage } from '../../../lib/reports/monitor-page.ts';

const test = suite('monitorPage');

const SIDE = { n_values: 90, missing_count: 10, median: 2, std: 1 };
const LETTER: MonitoredColumn = {
  name: '<letter>',
  compared: 'categories',
  is_drifted: true,
  test: 'jensen_shannon',
  score: 0.4,
  scores: { jensen_shannon: 0.4, wasserstein: null, psi: 1.5, unseen_share: 0.25 },
  reference: { ...SIDE, median: null, std: null },
  current: { n_values: 100, missing_count: 0, median: null, std: null },
  bins: {
    kind: 'categories',
    labels: ['a', '<b>'],
    reference: [0.75, 0],
    current: [0.5, 0.25],
    others: { count: 3, reference: 0.25, current: 0.25 },
  },
};
const NUMBER: MonitoredColumn = {
  name: 'x',
  compared: 'numbers',
  is_drifted: false,
  test: 'wasserstein',
  score: 0.05,
  scores: { jensen_shannon: 0.1, wasserstein: 0.05, psi: 0.1, unseen_share: null },
  reference: SIDE,
  current: SIDE,
  bins: {
    kind: 'intervals',
    labels: [0, 1, 2],
    reference: [0.5, 0.5],
    current: [0.4, 0.6],
    others: { count: 0, reference: 0, current: 0 },
  },
};
const GONE: MonitoredColumn = {
  ...NUMBER,
  name: 'gone',
  is_drifted: true,
  test: null,
  score: null,
  scores: null,
  current: { n_values: 0, missing_count: 100, median: null, std: null },
  bins: null,
};
const MONITORING: Monitoring = {
  reference: 'january.csv',
  current: 'june.csv',
  n_reference: 100,
  n_current: 100,
  threshold: 0.1,
  max_drifted_share: 0.5,
  drifted_count: 2,
  drifted_share: 2 / 3,
  columns: [GONE, LETTER, NUMBER],
  skipped: [{ name: 'day', reason: 'neither numbers nor texts' }],
};

test('says what drifted in words, worst first, and escapes names and texts', async () => {
  const html = await monitorPage(MONITORING, 24);
  assert.match(html, '✗ 2 of 3 columns drifted, more than the 50 % that may.');
  const items = [...html.matchAll(/<li>(.+?)<\/li>/g)].map(([, item]) => item);
  assert.is(items[0], '<b>gone</b> (no value): no value in 100 rows; 10.0 % were missing.');
  assert.is(
    items[1],
    '<b>&lt;letter&gt;</b> (Jensen-Shannon 0.400): a: 50.0 %, was 75.0 %; &lt;b&gt;: 25.0 %, was 0.0 %; 25.0 % of the rows hold texts that the reference has not; 0.0 % missing, were 10.0 %.',
  );
  assert.match(html, '<li>day: neither numbers nor texts</li>');
  assert.not.match(html, '<letter>');
});

test('draws both distributions of as many columns as asked for, and counts the others', async () => {
  const all = await monitorPage(MONITORING, 24);
  assert.is(all.split('<figure>').length - 1, 2);
  assert.match(all, '3 others, reference: 25.0 %');
  assert.match(all, '1 to 2: 50.0 %, now 60.0 %');
  const one = await monitorPage(MONITORING, 1);
  assert.is(one.split('<figure>').length - 1, 1);
  assert.match(one, '1 more stand in the table below');
  assert.not.match(await monitorPage(MONITORING, 0), '<figure>');
});

test('has no list of drifted columns where none drifted, and is the same bytes twice', async () => {
  const none = {
    ...MONITORING,
    columns: [NUMBER],
    drifted_count: 0,
    drifted_share: 0,
    skipped: [],
  };
  const html = await monitorPage(none, 24);
  assert.match(html, '✓ 0 of 1 column drifted, 50 % may.');
  assert.not.match(html, 'What drifted');
  assert.not.match(html, 'Not compared');
  assert.is(await monitorPage(none, 24), html);
});

test.run();
