/**
 * `node tests/long/serve.ts`: a real Prometheus scrapes two model servers, of classes and of a number, under load; every
 * query of the Grafana dashboard gives data. Under a minute; needs Debian's package `prometheus`, so that it is no part
 * of `npm test`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBundle } from '../../lib/models/bundle.ts';
import type { Bundle } from '../../lib/models/bundle.ts';
import { readQueries, startPrometheus } from '../support/prometheus.ts';
import { openTestDatabase } from '../support/relations.ts';
import { makeClassBundle, makeNumberBundle } from '../support/served-bundles.ts';
import { withServiceProcess } from '../support/service-process.ts';
import { PROJECT } from '../support/stage-process.ts';

const test = suite('long: model servers seen by Prometheus');
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
        await prometheus.whenScraped(2);
        await load(first, classes);
        await load(second, numbers);
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

test.run();
