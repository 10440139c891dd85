import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBundle } from '../../../lib/models/bundle.ts';
import type { Bundle } from '../../../lib/models/bundle.ts';
import { openOutputs } from '../../../lib/models/scorer.ts';
import { createModelService } from '../../../lib/serving/model-service.ts';
import { SERVE_SCHEMA } from '../../../lib/serving/serve-params.ts';
import { resolveParams } from '../../../lib/params/resolve.ts';
import type { Relation, Row } from '../../../lib/sql.ts';
import { openTestDatabase } from '../../support/relations.ts';
import {
  machine,
  makeClassBundle,
  makeNumberBundle,
  makeTextBundle,
} from '../../support/served-bundles.ts';
import { withService } from '../../support/service.ts';
import type { RunningService } from '../../support/service.ts';

const test = suite('model service');
const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const database = await openTestDatabase();
test.after(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

async function make(name: string, made: Promise<{ bundle: Bundle; raw: Relation }>) {
  const { bundle, raw } = await made;
  const file = join(folder, name);
  writeBundle(file, bundle);
  const names = bundle.input.map((column) => column.name);
  const rows = (await database.query(`SELECT * FROM ${raw.sql}`)).map((row) =>
    Object.fromEntries(names.map((column) => [column, toJson(row[column])])),
  );
  return { bundle, raw, file, rows };
}
const toJson = (value: unknown): unknown =>
  value instanceof Date ? value.toISOString().slice(0, 10) : value;

const classes = await make('classes', makeClassBundle(database));
const strict = await make('strict', makeClassBundle(database, 'logistic'));
const numbers = await make('numbers', makeNumberBundle(database));
const texts = await make('texts', makeTextBundle(database));

/** A service on the file of a bundle, on a free port, without a log file. */
function serviceOf(file: string, changes: Record<string, unknown> = {}) {
  const { params } = resolveParams({
    params: {
      schema: SERVE_SCHEMA,
      prefix: 'serve',
      sources: [
        {
          name: 'this test',
          values: { port: 0, log: { folder: null }, reload_seconds: null, ...changes },
        },
      ],
    },
  });
  return createModelService({ file, params, machine, version: '0.0.0' });
}

async function post(
  { url }: RunningService,
  body: unknown,
  headers: Record<string, string> = {},
  query = '',
) {
  const response = await fetch(`${url}/invocations${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, ...answer } as {
    status: number;
    headers: Headers;
    predictions: unknown[];
    message: string;
    details: Row[];
  };
}

async function scoreTable({ bundle, raw }: { bundle: Bundle; raw: Relation }): Promise<number[]> {
  const scorer = await openOutputs(bundle, database, machine);
  const values: number[] = [];
  for await (const block of scorer.score(raw)) values.push(...block);
  return values;
}

test('predicts what predict does, to the bit: classes, probabilities, numbers, texts', async () => {
  const params = { predict_method: 'predict_proba' };
  await withService(serviceOf(classes.file), async (running) => {
    const expected = await scoreTable(classes);
    const proba = await post(running, { dataframe_records: classes.rows, params });
    assert.is(proba.status, 200, proba.message);
    assert.equal(proba.predictions.flat(), expected);
    const { predictions } = await post(running, classes.rows);
    const best = (proba.predictions as number[][]).map((row) => row.indexOf(Math.max(...row)));
    assert.equal(
      predictions,
      best.map((c) => classes.bundle.classes[c]),
    );
    assert.equal((await post(running, [])).predictions, []);
  });
  await withService(serviceOf(numbers.file), async (running) => {
    assert.equal(
      (await post(running, { inputs: numbers.rows })).predictions,
      await scoreTable(numbers),
    );
    const refused = await post(running, { instances: numbers.rows, params });
    assert.is(refused.message, 'predict_method must be predict, since the model predicts numbers');
  });
  await withService(serviceOf(texts.file), async (running) => {
    const { predictions } = await post(running, texts.rows, {}, '?predict_method=predict_proba');
    assert.equal(predictions.flat(), await scoreTable(texts));
    assert.equal((await post(running, ['very good', 'quite bad'])).predictions, ['good', 'bad']);
  });
});

test('reads CSV, with the parameter in the address', async () => {
  await withService(serviceOf(classes.file), async (running) => {
    const { input } = classes.bundle;
    const csv = [
      input.map(({ name }) => name),
      ...classes.rows.map((row) => input.map(({ name }) => row[name])),
    ]
      .map((cells) => cells.join(','))
      .join('\n');
    const query = '?predict_method=predict_proba';
    const { predictions } = await post(
      running,
      csv,
      { 'content-type': 'text/csv; charset=utf-8' },
      query,
    );
    assert.equal(predictions.flat(), await scoreTable(classes));
  });
});

test('says which model answers, what its rows must be, and what they were', async () => {
  await withService(serviceOf(classes.file), async (running) => {
    const { headers } = await post(running, classes.rows.slice(0, 1));
    const hash = headers.get('x-model-hash');
    const get = async (path: string) =>
      (await (await fetch(running.url + path)).json()) as Record<string, never>;
    const { model } = await get('/version');
    assert.equal(model, {
      ...{ hash, name: 'naive-bayes', task: 'classification', target: 'kind' },
      ...{ versions: { timberline: '0.0.0' }, data: {} },
    });
    const { columns, ...schema } = await get('/schema');
    assert.equal(columns[1], {
      name: 'b',
      kind: 'number',
      min: 0,
      max: 10,
      missing_count: 0,
      n_distinct: 11,
    });
    assert.equal(columns[3], {
      name: 'soil',
      kind: 'text',
      values: ['clay', 'loam', 'sand'],
      missing_count: 0,
      n_distinct: 3,
    });
    assert.equal(schema, {
      ...{ model: hash, task: 'classification', target: 'kind', ignored: ['kind', 'row_id'] },
      ...{ n_samples: 300, threshold: null },
      classes: [
        { value: 'fir', name: null },
        { value: 'oak, white', name: null },
        { value: 'pine', name: 'Pinus' },
      ],
    });
    assert.equal(await get('/ready'), { ready: true });
    assert.ok(Object.keys((await get('/openapi.json')).paths).includes('/invocations'));
  });
});

test('refuses wrong rows with all faults, and logs the input, the faults by field and the answer', async () => {
  await withService(serviceOf(strict.file, { max_rows: 300 }), async (running) => {
    const [first, second] = strict.rows;
    const body = [
      { ...first, a: 'x', extra: 1 },
      { ...second, b: null },
    ];
    const answer = await post(running, body, { 'x-request-id': 'wrong-1' });
    assert.is(answer.status, 400);
    assert.is(answer.message, 'the rows must be as GET /schema has it; got 2 faults');
    assert.equal(
      answer.details.map(({ row, field }) => [row, field]),
      [
        [0, 'a'],
        [0, 'extra'],
      ],
    );
    const missing = await post(running, [{ ...first, b: null }]);
    assert.equal(
      missing.details.map(({ field }) => field),
      ['b', 'a_plus_b', 'b_sine'],
      'this model takes no missing values',
    );
    assert.is((await post(running, [...strict.rows, first])).status, 413);
    const [line] = running.requests();
    const { status, faults, input, outcome, model, request_id: id } = line;
    assert.equal(
      { status, faults, id },
      { status: 400, faults: { a: 1, extra: 1 }, id: 'wrong-1' },
    );
    assert.is(model, answer.headers.get('x-model-hash'));
    assert.equal(input, {
      type: 'application/json',
      body: JSON.stringify(body),
      query: {},
      hidden: [],
    });
    assert.equal(outcome, { status: 400, message: answer.message, faults: answer.details });
  });
});

test('reads UTF-8 alone, with or without its mark', async () => {
  await withService(serviceOf(texts.file), async (running) => {
    const send = async (body: Uint8Array<ArrayBuffer>, type: string) => {
      const headers = { 'content-type': type };
      const init = { method: 'POST', headers, body };
      const response = await fetch(`${running.url}/invocations`, init);
      return { status: response.status, text: await response.text() };
    };
    const encoder = new TextEncoder();
    const csv = encoder.encode('\uFEFFtext\nvery good\n');
    const good = { status: 200, text: '{"predictions":["good"]}' };
    assert.equal(await send(csv, 'text/csv'), good);
    assert.equal(await send(encoder.encode('\uFEFF["very good"]'), 'application/json'), good);
    assert.is((await send(csv, 'text/csv; charset=utf-16')).status, 415);
    const latin = Uint8Array.from([...encoder.encode('text\ncaf'), 0xe9]);
    const refused = await send(latin, 'text/csv');
    assert.is(refused.status, 400);
    assert.match(refused.text, 'the body must be UTF-8');
  });
});

test('logs little of a body that is no request, and tells its sender little', async () => {
  await withService(serviceOf(strict.file), async (running) => {
    const long = 'x'.repeat(1_000_000);
    const bodies = [{ [long]: 1 }, { instances: [], params: { [long]: 1 } }, [{ [long]: long }]];
    for (const body of bodies) {
      const { status, headers: _, ...answer } = await post(running, body);
      assert.is(status, 400);
      const line = running.requests().at(-1);
      assert.ok(JSON.stringify([answer, line]).length < 5000, Object.keys(body).join().slice(0, 9));
    }
  });
});

test('refuses what is no request, and goes on', async () => {
  await withService(serviceOf(classes.file, { body_limit: 100_000 }), async (running) => {
    const [row] = classes.rows;
    const statuses: [unknown, number, Record<string, string>?][] = [
      ['{"dataframe_records": [{"a": NaN}]}', 400],
      ['', 400],
      ['x'.repeat(100_001), 413],
      ['['.repeat(50_000), 400],
      ['<a/>', 415, { 'content-type': 'application/xml' }],
      ['a,b\n"1', 400, { 'content-type': 'text/csv' }],
      [[{ ...row, soil: 'never seen', day: 'no day' }], 200],
      ['[{"__proto__": 1, "constructor": 2}]', 400],
    ];
    for (const [body, status, headers] of statuses) {
      const answer = await post(running, body, headers);
      assert.is(answer.status, status, `${JSON.stringify(body).slice(0, 40)}: ${answer.message}`);
    }
    assert.is((await post(running, [row])).status, 200);
    const url = `${running.url}/invocations`;
    assert.is((await fetch(url, { method: 'POST' })).status, 400, 'no body');
    assert.is((await fetch(url)).status, 405);
  });
});

test('keeps the input of a sample, and hides columns', async () => {
  const input = { sample_share: 1, redact: ['soil'] };
  await withService(serviceOf(classes.file, { input }), async (running) => {
    const [row] = classes.rows;
    await post(running, [row]);
    const [line] = running.requests();
    const kept = line.input as { body: string; hidden: string[] };
    assert.equal(kept.hidden, ['soil']);
    assert.not.match(kept.body, String(row.soil));
    assert.equal(line.outcome, { status: 200, predictions: ['fir'] });
    assert.equal([line.rows, line.predict_method, line.method], [1, 'predict', 'POST']);
  });
});

test('counts rows, predictions, faults, outcomes and the drift of the latest rows', async () => {
  const drift = { window_rows: 400, min_rows: 300, interval_seconds: 0.01 };
  await withService(serviceOf(classes.file, { drift }), async (running) => {
    const metric = async (name: string): Promise<number | undefined> => {
      const text = await (await fetch(`${running.url}/metrics`)).text();
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.slice(name.length));
    };
    const { predictions } = await post(running, classes.rows);
    await post(running, [{ ...classes.rows[0], a: 'x', unheard: 1, of: 2 }]);
    assert.is(await metric('serve_rows_total'), 300);
    const nFir = predictions.filter((prediction) => prediction === 'fir').length;
    assert.is(await metric('serve_predictions_total{prediction="fir"}'), nFir);
    assert.is(await metric('serve_prediction_probability_count'), 300);
    assert.is(await metric('serve_faults_total{field="a"}'), 1);
    assert.is(await metric('serve_faults_total{field="other"}'), 2, 'callers make up no series');
    assert.is(await metric('serve_requests_total{outcome="failed"}'), 0);
    assert.is(await metric('serve_objective_share'), 0.999);
    const drifting = 'serve_feature_drift_score{feature="b",test="wasserstein"}';
    const whenMeasured = async (): Promise<number> =>
      (await metric(drifting)) ?? (await whenMeasured());
    assert.ok((await whenMeasured()) < 0.01, 'these are the training rows');
    await post(
      running,
      classes.rows.map((row) => ({ ...row, b: Number(row.b) + 10, soil: 'rock' })),
    );
    const whenDrifted = async (): Promise<number> =>
      (await metric('serve_drifted_features')) || (await whenDrifted());
    assert.is(await whenDrifted(), 2);
    assert.is(
      await metric('serve_feature_drift{feature="soil",test="unseen_share"}'),
      0.75,
      '300 of the latest 400',
    );
    const [warning] = running.lines.filter(({ msg }) => msg === 'features drift');
    assert.equal(Object.keys(warning.features as object), ['b', 'soil']);
  });
});

test('counts predicted numbers in the intervals of the model that is served', async () => {
  const file = join(folder, 'served-numbers');
  copyFileSync(classes.file, file);
  await withService(serviceOf(file, { reload_seconds: 0.01 }), async (running) => {
    const buckets = async (): Promise<string[]> => {
      const text = await (await fetch(`${running.url}/metrics`)).text();
      return Array.from(text.matchAll(/^serve_prediction_value_bucket\{le="([^+"]+)"/gm), ([, le]) => le); // prettier-ignore
    };
    assert.equal(await buckets(), [], 'this model predicts no numbers');
    copyFileSync(numbers.file, `${file}.partial`);
    renameSync(`${file}.partial`, file);
    const whenSwapped = async (): Promise<string[]> => {
      const found = await buckets();
      return found.length > 0 ? found : await whenSwapped();
    };
    const expected = [...new Set(numbers.bundle.golden.predictions)].toSorted((a, b) => a - b);
    assert.equal((await whenSwapped()).map(Number), expected);
  });
});

test('swaps the model under load: every request is answered by the one or the other', async () => {
  const file = join(folder, 'served');
  copyFileSync(classes.file, file);
  await withService(serviceOf(file, { reload_seconds: 0.01 }), async (running) => {
    const expected = new Map<string, unknown>();
    let isOver = false;
    const row = classes.rows[5];
    const ask = async (): Promise<void> => {
      while (!isOver) {
        const { status, headers, predictions } = await post(running, {
          instances: [row],
          params: { predict_method: 'predict_proba' },
        });
        assert.is(status, 200);
        const hash = headers.get('x-model-hash')!;
        if (expected.has(hash)) assert.equal(predictions, expected.get(hash));
        expected.set(hash, predictions);
        isOver ||= expected.size === 2;
      }
    };
    const asking = Promise.all(Array.from({ length: 8 }, ask));
    copyFileSync(strict.file, `${file}.partial`);
    renameSync(`${file}.partial`, file);
    await asking;
    assert.is(running.lines.filter(({ msg }) => msg === 'model swapped').length, 1);
    const text = await (await fetch(`${running.url}/metrics`)).text();
    assert.match(text, 'serve_model_swaps_total{result="swapped"} 1');
    assert.is(text.match(/^serve_model_info\{/gm)?.length, 1);
  });
});

test.run();
