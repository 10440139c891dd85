import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../lib/data/database.ts';
import type { FileDatabase } from '../../../lib/data/database.ts';
import { openTable } from '../../../lib/data/tables.ts';
import { fitScaler } from '../../../lib/preprocessing/fit-scaler.ts';
import type { ScalerOptions } from '../../../lib/preprocessing/fit-scaler.ts';
import {
  assertScalable,
  parseScaler,
  registerScaler,
  scale,
  scalerSelect,
  unscale,
} from '../../../lib/preprocessing/scaler.ts';
import type { ColumnScaler } from '../../../lib/preprocessing/scaler.ts';
import { identifier } from '../../../lib/sql.ts';
import type { Relation } from '../../../lib/sql.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase, readNumbers } from '../../support/relations.ts';

const SEED = 20261129;
const OPTIONS: ScalerOptions = {
  method: 'standard',
  groups: [],
  missing: 'error',
  missingValue: 0,
  nQuantiles: 1000,
  keep: ['id'],
};
interface Affine {
  readonly center: readonly number[];
  readonly scale: readonly number[];
  readonly values: Readonly<Record<string, readonly number[]>>;
}
interface Quantile {
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly inverse: Readonly<Record<string, readonly number[]>>;
}
const golden = JSON.parse(readFileSync('tests/golden/scaler/expected.json', 'utf8')) as {
  n_train: number;
  methods: Record<'standard' | 'min_max' | 'robust' | 'max_abs', Affine>;
  quantile: Record<string, Quantile>;
};

/** Asserts equality within `tolerance` of the largest of the expected values. */
function assertClose(
  got: readonly number[],
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  assert.is(got.length, expected.length, what);
  const largest = Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  expected.forEach((value, i) => {
    const error = Math.abs(got[i] - value) / largest;
    assert.ok(error <= tolerance, `${what}, row ${i + 1}: ${got[i]} for ${value} (${error})`);
  });
}

const test = suite('scaler');
const database = await openTestDatabase();
test.after(() => database.close());
const all = await createRelation(
  database,
  'golden',
  `FROM read_csv('tests/golden/scaler/input.csv')`,
);
const train = await createRelation(database, 'train', `FROM golden LIMIT ${golden.n_train}`);
const names = all.columns.map(({ name }) => name);

/** Fits on the golden rows of train, and gives the scaler and all scaled rows by column. */
async function scaleGolden(options: Partial<ScalerOptions>) {
  const own = await openTestDatabase();
  const rows = await createRelation(own, 'rows', `FROM read_csv('tests/golden/scaler/input.csv')`);
  const fit = await createRelation(own, 'fit', `FROM rows LIMIT ${golden.n_train}`);
  const scaler = await fitScaler(own, fit, { ...OPTIONS, ...options });
  registerScaler(own, scaler);
  const scaled: Record<string, number[]> = {};
  for (const name of names) {
    const query = `SELECT ${identifier(name)} FROM (${scalerSelect(scaler, rows.sql)})`;
    scaled[name] = await readNumbers(own, query);
  }
  own.close();
  return { scaler, scaled };
}

for (const method of ['standard', 'min_max', 'robust', 'max_abs'] as const) {
  test(`${method}: learns and gives what scikit-learn does`, async () => {
    const { scaler, scaled } = await scaleGolden({ method });
    const expected = golden.methods[method];
    assert.is(scaler.n_samples_seen, golden.n_train);
    for (const [i, name] of names.entries()) {
      const column = scaler.columns[name] as { center: number; scale: number };
      assertClose([column.center], [expected.center[i]], 1e-12, `center of ${name}`);
      // a column of 10^9 ± 1 has seven digits left when 10^9 is gone
      const tolerance = name === 'large' ? 1e-7 : 1e-12;
      assertClose([column.scale], [expected.scale[i]], tolerance, `scale of ${name}`);
      assertClose(scaled[name], expected.values[name], tolerance, name);
    }
  });
}

for (const nQuantiles of [9, 1000]) {
  test(`quantile: learns, gives and undoes what scikit-learn does with ${nQuantiles}`, async () => {
    const { scaler, scaled } = await scaleGolden({ method: 'quantile', nQuantiles });
    const expected = golden.quantile[nQuantiles];
    for (const name of names.filter((column) => column !== 'constant')) {
      const column = scaler.columns[name] as { quantiles: readonly number[] };
      assertClose(column.quantiles, expected.quantiles[name], 1e-12, `quantiles of ${name}`);
      assertClose(scaled[name], expected.values[name], 1e-9, name);
      const undone = scaled[name].map((value) => unscale(scaler.columns[name], value));
      assertClose(undone, expected.inverse[name], 1e-9, `inverse of ${name}`);
    }
  });
}

test('takes a constant column to 0 with every method', async () => {
  for (const method of ['standard', 'min_max', 'robust', 'quantile'] as const) {
    const { scaled } = await scaleGolden({ method });
    const fitted = scaled.constant.slice(0, golden.n_train);
    assert.equal(new Set(fitted), new Set([0]), method);
  }
});

test('by hand: 2, 4, 4, 6 has mean 4, population deviation √2, quartiles 3.5 and 4.5', async () => {
  const fit = await createRelation(database, 'hand', 'SELECT unnest([2, 4, 4, 6]) AS x');
  const learned = async (method: ScalerOptions['method']): Promise<ColumnScaler> =>
    (await fitScaler(database, fit, { ...OPTIONS, method })).columns.x;
  assert.equal(await learned('standard'), { fill: null, center: 4, scale: Math.SQRT2 });
  assert.equal(await learned('min_max'), { fill: null, center: 2, scale: 4 });
  assert.equal(await learned('robust'), { fill: null, center: 4, scale: 1 });
  assert.equal(await learned('max_abs'), { fill: null, center: 0, scale: 6 });
  assert.equal(await learned('none'), { fill: null, center: 0, scale: 1 });
});

test('leaves texts, kept columns, and columns of 0 and 1 alone, whatever their type', async () => {
  const query = `SELECT i AS id, i % 2 AS hot, CAST(i % 2 AS DOUBLE) AS warm, i % 2 = 0 AS flag,
    'a' AS note, i % 3 AS x, i / 9.0 AS share, 0 AS nothing, i % 3 - 1 AS sign FROM range(9) AS r(i)`;
  const fit = await createRelation(database, 'kinds', query);
  const scaler = await fitScaler(database, fit, OPTIONS);
  assert.equal(Object.keys(scaler.columns), ['x', 'share', 'sign']);
  const [row] = await database.query(`${scalerSelect(scaler, fit.sql)} WHERE id = 8`);
  assert.equal(
    Object.keys(row),
    fit.columns.map(({ name }) => name),
    'columns keep their order',
  );
  const { hot, warm, flag, note, nothing } = row;
  assert.equal(
    { hot, warm, flag, note, nothing },
    { hot: 0, warm: 0, flag: true, note: 'a', nothing: 0 },
  );
});

test('gives groups of columns a method of their own', async () => {
  const groups = [{ columns: ['skewed', 'heavy'], method: 'quantile' as const }];
  const { scaler } = await scaleGolden({ method: 'min_max', groups });
  const withQuantiles = names.filter((name) => 'quantiles' in scaler.columns[name]);
  assert.equal(withQuantiles, ['skewed', 'heavy']);
});

test('fills missing values with what train has, and refuses them when told to', async () => {
  const query = 'SELECT unnest([1, NULL, 2, 6]) AS x, unnest([NULL, 5.5, 5.5, 6.5]) AS y';
  const fit = await createRelation(database, 'gaps', query);
  const filled = async (missing: ScalerOptions['missing']): Promise<unknown[]> => {
    const options = { ...OPTIONS, method: 'none', missing, missingValue: -1 } as const;
    const scaler = await fitScaler(database, fit, options);
    await assertScalable(database, fit, scaler);
    return await readNumbers(
      database,
      `SELECT coalesce(x, -9) AS x FROM (${scalerSelect(scaler, fit.sql)})`,
    );
  };
  assert.equal(await filled('mean'), [1, 3, 2, 6]);
  assert.equal(await filled('median'), [1, 2, 2, 6]);
  assert.equal(await filled('constant'), [1, -1, 2, 6]);
  assert.equal(await filled('keep'), [1, -9, 2, 6]);
  assert.is(
    await complaintOf(() => filled('error')),
    'E_DATA: gaps.csv must have finite numbers in the columns to scale; got x (1 value; row 2: missing), y (1 value; row 1: missing)',
  );
});

test('names the columns with NaN and infinity, how many, and the first rows', async () => {
  const query = `SELECT CASE WHEN i IN (2, 3, 5, 7) THEN 'NaN'::DOUBLE ELSE i END AS x,
    CASE WHEN i = 8 THEN '-Infinity'::FLOAT ELSE i END AS y, i AS z FROM range(9) AS r(i)`;
  const fit = await createRelation(database, 'broken', query);
  const message =
    'E_DATA: broken.csv must have finite numbers in the columns to scale; got x (4 values; row 3: NaN, row 4: NaN, row 6: NaN), y (1 value; row 9: -Infinity)';
  const fitted = (missing: ScalerOptions['missing']): Promise<unknown> =>
    fitScaler(database, fit, { ...OPTIONS, missing });
  assert.is(await complaintOf(() => fitted('error')), message);
  assert.is(
    await complaintOf(() => fitted('mean')),
    message,
    'no policy fills what is not missing',
  );
});

test('finds a NaN that the statistics of the file hide', async () => {
  const hidden = await openTable(database, 'tests/golden/hidden-nan/hidden.parquet', 'hidden');
  assert.is(
    await complaintOf(() => fitScaler(database, hidden, OPTIONS)),
    'E_DATA: tests/golden/hidden-nan/hidden.parquet must have finite numbers in the columns to scale; got x (1 value; row 2: NaN)',
  );
});

test('refuses a table that lacks a column of the scaler, or has a text in its place', async () => {
  const scaler = await fitScaler(database, train, OPTIONS);
  const other = await createRelation(database, 'other', 'SELECT * EXCLUDE (ties) FROM golden');
  assert.match(
    await complaintOf(() => assertScalable(database, other, scaler)),
    /^E_DATA: other\.csv must have the column ties/,
  );
  const text = await createRelation(
    database,
    'text',
    `SELECT * REPLACE (concat(ties, '!') AS ties) FROM golden`,
  );
  assert.match(
    await complaintOf(() => assertScalable(database, text, scaler)),
    /^E_DATA: text\.csv must have numbers in the columns to scale; got ties \(text\)/,
  );
});

test('takes a saved scaler for what it is, and refuses every other thing', async () => {
  for (const method of ['standard', 'quantile'] as const) {
    const scaler = await fitScaler(database, train, { ...OPTIONS, method });
    const copy = JSON.parse(JSON.stringify(scaler)) as Record<string, unknown>;
    assert.equal(parseScaler(copy, 's.json'), scaler);
    for (const wrong of [
      null,
      [],
      { ...copy, format: 'timberline-features' },
      { ...copy, version: 2 },
      { ...copy, columns: { x: { fill: null, center: '0', scale: 1 } } },
      { ...copy, columns: { x: { fill: null, quantiles: [1] } } },
      { ...copy, columns: undefined },
    ]) {
      const complaint = await complaintOf(() => parseScaler(wrong, 's.json'));
      assert.match(complaint, /^E_DATA: s\.json must hold timberline-scaler, version 1; got /);
    }
  }
});

/** Values of all sizes, without those whose differences and quotients leave the range of doubles. */
const finite = fc
  .double({ min: -1e150, max: 1e150, noNaN: true })
  .filter((value) => value === 0 || Math.abs(value) > 1e-140);

test('property: unscale undoes an affine scaler within 4 ulp', () => {
  fc.assert(
    fc.property(
      finite,
      finite,
      fc.double({ min: 1e-140, max: 1e140, noNaN: true }),
      (value, center, width) => {
        const column = { fill: null, center, scale: width };
        const back = unscale(column, scale(column, value));
        const size = Math.max(Math.abs(value), Math.abs(center), Math.abs(value - center));
        assert.ok(Math.abs(back - value) <= 4 * Number.EPSILON * size, `${back} for ${value}`);
      },
    ),
    { seed: SEED, numRuns: 2000 },
  );
});

test('property: unscale undoes the quantile method within the fitted range, and scale never falls', () => {
  const fitted = fc
    .uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 40 })
    .map((values) => values.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(fitted, fc.double({ min: 0, max: 1, noNaN: true }), (quantiles, share) => {
      const column = { fill: null, quantiles };
      const [low, high] = [quantiles[0], quantiles.at(-1)!];
      // the ends of the normal stand for all that is less likely than 1e-7
      const value = low + (0.001 + 0.998 * share) * (high - low);
      const back = unscale(column, scale(column, value));
      assert.ok(Math.abs(back - value) <= 1e-9 * (high - low), `${back} for ${value}`);
      assert.ok(scale(column, value) <= scale(column, value + 1e-3 * (high - low)));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('property: what the database gives is what scale gives, to the bit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 4, maxLength: 30 }),
      fc.constantFrom('standard' as const, 'robust' as const, 'quantile' as const),
      async (values, method) => {
        const own = await openTestDatabase();
        const list = values.map((value) => `CAST('${value}' AS DOUBLE)`).join(', ');
        const rows = await createRelation(own, 'rows', `SELECT unnest([${list}]) AS x`);
        const scaler = await fitScaler(own, rows, { ...OPTIONS, method, nQuantiles: 7 });
        registerScaler(own, scaler);
        const scaled = await readNumbers(own, scalerSelect(scaler, rows.sql));
        own.close();
        if (!('x' in scaler.columns)) return; // 0 and 1 alone
        assert.equal(
          scaled,
          values.map((value) => scale(scaler.columns.x, value)),
        );
      },
    ),
    { seed: SEED, numRuns: 25 },
  );
});

test('changes no fitted value when rows that are not of train change', async () => {
  const query = `SELECT * REPLACE (CASE WHEN row_number() OVER () > ${golden.n_train} THEN -1 ELSE normal END AS normal) FROM golden`;
  const changed = await createRelation(database, 'changed', query);
  const fit = await createRelation(database, 'refit', `FROM changed LIMIT ${golden.n_train}`);
  const expected = await fitScaler(database, train, OPTIONS);
  assert.equal(await fitScaler(database, fit, OPTIONS), expected);
  assert.not.equal(await fitScaler(database, changed, OPTIONS), expected, 'the leak would show');
});

test('learns the same to the last bit on one thread, two and four', async () => {
  const learn = async (threads: number): Promise<unknown> => {
    const own: FileDatabase = await openDatabase({ threads, memoryMb: 256 });
    // over several row groups, with sums that depend on their order
    const query = `SELECT sin(i) * exp(i % 50) AS x, ln(i + 1) AS y FROM range(400000) AS r(i)`;
    const fit: Relation = await createRelation(own, 'many', query);
    const { columns } = await fitScaler(own, fit, {
      ...OPTIONS,
      groups: [{ columns: ['y'], method: 'quantile' }],
    });
    own.close();
    return columns;
  };
  const expected = await learn(1);
  assert.equal(await learn(2), expected);
  assert.equal(await learn(4), expected);
});

test.run();
