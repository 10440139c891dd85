/**
 * `node tests/long/serve.ts`: model servers seen from outside. A real Prometheus scrapes two of them, of classes and of a
 * number, under load, and every query of the Grafana dashboard gives data; requests made up from the OpenAPI page. Under
 * two minutes, and the installation of what is missing; needs Debian's package `prometheus`, so that it is no part of
 * `npm test`.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBundle } from '../../lib/models/bundle.ts';
import type { Bundle } from '../../lib/models/bundle.ts';
import { replayRequest } from '../../lib/serving/replay-request.ts';
import { readQueries, startPrometheus } from '../support/prometheus.ts';
import { openTestDatabase } from '../support/relations.ts';
import { machine, makeClassBundle, makeNumberBundle } from '../support/served-bundles.ts';
import { installServiceTools, runServiceTool } from '../support/service-tools.ts';
import { withServiceProcess } from '../support/service-process.ts';
import { PROJECT } from '../support/stage-process.ts';

const test = suite('long: model servers seen from outside');
const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
test.after(() => rmSync(folder, { recursive: true }));
const database = await openTestDatabase();
const classes = (await makeClassBundle(database)).bundle;
const numbers = (await makeNumberBundle(database)).bundle;
database.close();

const SET = ['drift.min_rows=10', 'drift.interval_seconds=0.2'].flatMap((set) => ['--set', `serve.${set}`]); // prettier-ignore

async function post(url: string, rows: readonly object[]): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ dataframe_records: rows });
  return (await fetch(`${url}/invocations`, { method: 'POST', headers, body })).status;
}

/** Rows that are right, and one that is not. */
async function load(url: string, { golden }: Bundle): Promise<void> {
  for (let i = 0; i < 40; i++) assert.is(await post(url, golden.rows), 200);
  assert.is(await post(url, [{ ...golden.rows[0], b: 'x' }]), 400);
}

test('every query of the dashboard gives data', async () => {
  const [one, other] = ['classes', 'numbers'].map((name) => join(folder, name));
  writeBundle(one, classes);
  writeBundle(other, numbers);
  await withServiceProcess('serve', ['--model', one, ...SET], folder, async (first) => {
    await withServiceProcess('serve', ['--model', other, ...SET], folder, async (second) => {
      const prometheus = await startPrometheus([first, second], join(folder, 'prometheus'));
      try {
        // a rate needs what counts at one scrape and counts more at the next
        for (const nScrapes of [2, 6, 13]) {
          await prometheus.whenScraped(nScrapes);
          await load(first, classes);
          await load(second, numbers);
        }
        await prometheus.whenScraped(15);
        const queries = readQueries(join(PROJECT, 'deploy/grafana/dashboards/serve.json'));
        assert.ok(queries.length > 20, `${queries.length} queries`);
        for (const { panel, expression } of queries) {
          const found = await prometheus.query(expression);
          assert.ok(
            found.some(({ value }) => Number.isFinite(value)),
            `${panel}: ${expression}`,
          );
        }
        const [budget] = await prometheus.query(queries[0].expression);
        assert.ok(budget.value <= 1);
        const [drifted] = await prometheus.query('max(serve_drifted_features)');
        assert.ok(drifted.value > 0, 'golden rows alone are not the training rows');
      } finally {
        await prometheus.stop();
      }
    });
  });
});

test('answers requests made up from its OpenAPI, replays them to the same answers, none with 500', async () => {
  await installServiceTools();
  const own = join(folder, 'fuzzed');
  mkdirSync(own);
  const model = join(own, 'model');
  writeBundle(model, classes);
  await withServiceProcess('serve', ['--model', model], own, async (url) => {
    // what a row must be depends on the model, and no schema says of CSV and of lists of columns all of it
    const checks = ['--checks', 'all', '--exclude-checks', 'positive_data_acceptance'];
    const options = [...checks, '--max-examples', '100', '--seed', '12'];
    const { code, text } = await runServiceTool('schemathesis', ['run', `${url}/openapi.json`, ...options], own); // prettier-ignore
    assert.is(code, 0, text);
    assert.match(text, /(\d{3,}) generated, \1 passed/);
  });
  const log = join(own, 'logs/serve.log');
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line)); // prettier-ignore
  const requests = lines.filter(({ msg }) => msg === 'request');
  assert.ok(requests.every(({ status }) => status < 500));
  const kept = requests.filter(({ input }) => input !== undefined);
  assert.ok(kept.length > 50, `${kept.length} kept`);
  for (const { request_id: id } of kept.slice(-30)) {
    const { same, message } = await replayRequest([id], { log, model }, { maxRows: 1000, machine });
    assert.ok(same, `${id}: ${message}`);
  }
});

test.run();
