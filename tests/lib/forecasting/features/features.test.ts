import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../../lib/errors.ts';
import { calendar } from '../../../../lib/forecasting/features/calendar.ts';
import { events } from '../../../../lib/forecasting/features/events.ts';
import { expandingStatistics } from '../../../../lib/forecasting/features/expanding-statistics.ts';
import { computeFeatures, rowsOf } from '../../../../lib/forecasting/features/feature.ts';
import type { Feature } from '../../../../lib/forecasting/features/feature.ts';
import { growthRatios } from '../../../../lib/forecasting/features/growth-ratios.ts';
import { column, columnLags, lags } from '../../../../lib/forecasting/features/lags.ts';
import { priceChanges } from '../../../../lib/forecasting/features/price-changes.ts';
import { rollingStatistics } from '../../../../lib/forecasting/features/rolling-statistics.ts';
import { STATISTICS } from '../../../../lib/forecasting/features/statistics.ts';
import { parseFrequency, toStep } from '../../../../lib/forecasting/frequency.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import type { Panel } from '../../../../lib/forecasting/panel.ts';
import { assertClose } from '../../../support/close.ts';
import { createPanel } from '../../../support/forecasting.ts';
import { openTestDatabase } from '../../../support/relations.ts';

const test = suite('features');
const database = await openTestDatabase();
test.after(() => database.close());

const DAILY = parseFrequency('D');
const withColumns = (panel: Panel): Panel => ({
  ...panel,
  exogenous: [
    { name: 'price', kind: 'future', values: panel.y.map((_, at) => 10 + ((at * 7) % 5)) },
    { name: 'weather', kind: 'past', values: panel.y.map((_, at) => (at * 3) % 11) },
  ],
});

const FEATURES: Record<string, Feature> = {
  lags: lags([1, 3]),
  'lags of a column': columnLags('weather', [1, 2]),
  'a column': column('price'),
  'rolling statistics': rollingStatistics({ windows: [1, 4], statistics: STATISTICS }),
  'rolling statistics of earlier rows': rollingStatistics({
    ...{ windows: [3], statistics: STATISTICS, lag: 2 },
  }),
  'expanding statistics': expandingStatistics({ statistics: STATISTICS }),
  calendar: calendar({ weekday: 'all', monthDegree: 2, month: true, year: true }),
  'growth ratios': growthRatios({ windows: [1, 3], season: 4 }),
  'price changes': priceChanges('price'),
  events: events(DAILY, { easter: ['2024-03-31'] }),
};

// STDDEV_SAMP of one value is NULL in SQL, NaN here; windows that the series does not fill are NaN here
const ORACLES: [feature: Feature, sql: (name: string) => string][] = [
  [lags([1, 2, 5]), (name) => `lag(y, ${name.split('_')[1]}) OVER w`],
  [
    rollingStatistics({ windows: [1, 3, 6], statistics: STATISTICS }),
    (name) => {
      const [, statistic, window] = name.split('_');
      return rolling(statistic, Number(window), 1);
    },
  ],
  [
    rollingStatistics({ windows: [2], statistics: STATISTICS, lag: 3 }),
    (name) => rolling(name.split('_')[1], 2, 3),
  ],
  [
    expandingStatistics({ statistics: STATISTICS }),
    (name) =>
      `${toSql(name.split('_')[1])} OVER (PARTITION BY id ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`,
  ],
  [
    growthRatios({ windows: [2], season: 3 }),
    () => `CASE WHEN t >= 5 THEN ${window('avg', 2, 1)} / nullif(${window('avg', 2, 4)}, 0) END`,
  ],
];
const toSql = (statistic: string): string =>
  ({ mean: 'avg(y)', std: 'stddev_samp(y)', min: 'min(y)', max: 'max(y)' })[statistic]!;
const window = (name: string, length: number, lag: number): string =>
  `${name}(y) OVER (PARTITION BY id ORDER BY t ROWS BETWEEN ${length + lag - 1} PRECEDING AND ${lag} PRECEDING)`;
const rolling = (statistic: string, length: number, lag: number): string =>
  `CASE WHEN t >= ${length + lag - 1} THEN ${window(toSql(statistic).slice(0, -3), length, lag)} END`;

test('property: lags, windows and growth equal an SQL window query', async () => {
  const series = fc.array(
    fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 14 }),
    {
      ...{ minLength: 1, maxLength: 4 },
    },
  );
  const check = async (drawn: number[][]): Promise<void> => {
    const panel = panelOf(DAILY, Object.fromEntries(drawn.map((y, i) => [`s${i}`, y])));
    const rows = drawn.flatMap((y, i) => y.map((value, t) => `(${i}, ${t}, ${value}.0::DOUBLE)`));
    for (const [feature, sql] of ORACLES) {
      const found = computeFeatures(panel, [feature]);
      const expected = await database.readDoubles(
        `SELECT ${feature.names.map((name) => `coalesce(${sql(name)}, 'NaN'::DOUBLE)`).join(', ')}
         FROM (VALUES ${rows.join()}) AS r(id, t, y) WINDOW w AS (PARTITION BY id ORDER BY t) ORDER BY id, t`,
      );
      found.forEach(({ name, values }, j) => {
        assert.equal(
          values.map(Number.isNaN as never),
          expected[j].map(Number.isNaN as never),
          name,
        );
        assertClose(withoutNan(values), withoutNan(expected[j]), 1e-9, 1000);
      });
    }
  };
  await fc.assert(fc.asyncProperty(series, check), { seed: 10, numRuns: 25 });
});

const withoutNan = (values: Float64Array): Float64Array =>
  values.filter((value) => !Number.isNaN(value));

for (const [name, feature] of Object.entries(FEATURES)) {
  test(`property: ${name} of a row stay what they are whatever comes in it and after it`, () => {
    const check = (cutoff: number, seed: number): void => {
      const panel = withColumns({ ...createPanel([30], seed), freq: DAILY });
      const changed = {
        ...panel,
        y: panel.y.map((value, t) => (t >= cutoff ? -7 * value : value)),
        exogenous: panel.exogenous.map((known) => ({
          ...known,
          values:
            known.kind === 'past'
              ? known.values.map((v, t) => (t >= cutoff ? 99 : v))
              : known.values,
        })),
      };
      const [before, after] = [panel, changed].map((of) => computeFeatures(of, [feature]));
      before.forEach(({ values }, j) => {
        assert.is(values.slice(0, cutoff + 1).join(), after[j].values.slice(0, cutoff + 1).join());
      });
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 29 }), fc.integer({ min: 1, max: 99 }), check),
      {
        ...{ seed: 11, numRuns: 50 },
      },
    );
  });

  test(`${name} give the last rows alone as among all, from as many rows as they reach back`, () => {
    const panel = withColumns({ ...createPanel([30, 25]), freq: DAILY });
    const all = computeFeatures(panel, [feature]);
    const series = rowsOf(panel, 1);
    const cut = Math.max(0, 22 - feature.reach);
    const tail = {
      ...series,
      start: series.start + cut,
      y: series.y.subarray(cut),
      exogenous: new Map([...series.exogenous].map(([key, values]) => [key, values.subarray(cut)])),
    };
    const columns = feature.names.map(() => new Float64Array(5));
    feature.fill(tail, 22 - cut, columns, 2);
    columns.forEach((values, j) => {
      assert.is(values.join(), [0, 0, ...all[j].values.slice(30 + 22)].join());
    });
  });

  test(`${name} keep a column for each name and a value for each row`, () => {
    const panel = withColumns({ ...createPanel([12, 9]), freq: DAILY });
    const columns = computeFeatures(panel, [feature]);
    assert.equal(
      columns.map((found) => found.name),
      feature.names,
    );
    assert.ok(columns.every(({ values }) => values.length === 21));
    assert.is(new Set(feature.names).size, feature.names.length);
  });
}

test('calendar counts hours as angles and leaves Monday out where it is told to', () => {
  const freq = parseFrequency('h');
  // 2024-04-02, a Tuesday, 06:00: a quarter of the turn
  const panel = panelOf(freq, { a: [1] }, toStep(freq, '2024-04-02 06:00')!);
  const columns = computeFeatures(panel, [calendar({ weekday: 'drop first', hourDegree: 2 })]);
  assert.equal(
    columns.map(({ name }) => name),
    [
      ...['weekday_2', 'weekday_3', 'weekday_4', 'weekday_5', 'weekday_6', 'weekday_7'],
      ...['hour_cos_1', 'hour_sin_1', 'hour_cos_2', 'hour_sin_2'],
    ],
  );
  assertClose(
    columns.map(({ values }) => values[0]),
    [1, 0, 0, 0, 0, 0, 0, 1, -1, 0],
    1e-12,
  );
});

test('price changes look one step ahead, and take the ends to be without change', () => {
  const panel: Panel = {
    ...panelOf(DAILY, { a: [1, 1, 1] }),
    exogenous: [{ name: 'price', kind: 'future', values: Float64Array.of(10, 12, 6) }],
  };
  const [change, next] = computeFeatures(panel, [priceChanges('price')]);
  assertClose(change.values, [0, 0.2, -0.5], 1e-12);
  assertClose(next.values, [0.2, -0.5, 0], 1e-12);
});

test('events fill the whole day of hours, and the step that holds the date else', () => {
  const hourly = parseFrequency('h');
  const panel = panelOf(hourly, { a: new Array(72).fill(0) }, toStep(hourly, '2024-12-24')!);
  const [christmas] = computeFeatures(panel, [events(hourly, { christmas: ['2024-12-25'] })]);
  assert.is(christmas.values.slice(24, 48).join(''), '1'.repeat(24));
  assert.is(
    christmas.values.reduce((sum, value) => sum + value),
    24,
  );
  const monthly = parseFrequency('MS');
  const year = panelOf(monthly, { a: new Array(12).fill(0) }, toStep(monthly, '2024-01-01')!);
  const [easter] = computeFeatures(year, [events(monthly, { easter: ['2024-03-31'] })]);
  assert.is(easter.values.join(''), '001000000000');
  assert.throws(
    () => events(monthly, { easter: ['soon', '2024-02-30'] }),
    (error: unknown) =>
      error instanceof StageError && /easter: soon, easter: 2024-02-30/.test(error.message),
  );
});

test.run();
