/**
 * `node tests/long/serve-sales.ts`: the sales service seen from outside. Requests made up from its OpenAPI, the example
 * client, locust, a Prometheus that scrapes it and answers every query of the dashboard. About two minutes on 2 cores,
 * and the installation of what is missing, so that it is no part of `npm test`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readQueries, startPrometheus } from '../support/prometheus.ts';
import { installServiceTools, runServiceTool } from '../support/service-tools.ts';
import { withServiceProcess } from '../support/service-process.ts';
import { PROJECT } from '../support/stage-process.ts';

const test = suite('the sales service from outside');
const ARGS = ['--vegetables', join(PROJECT, 'data/vegetables.yaml')];
const folder = mkdtempSync(join(tmpdir(), 'timberline-services-'));

await installServiceTools();

test('answers requests made up from its OpenAPI as that says, none with 500', async () => {
  await withServiceProcess('serve-sales', ARGS, folder, async (url) => {
    const options = ['--checks', 'all', '--max-examples', '100', '--seed', '12'];
    const { code, text } = await runServiceTool('schemathesis', ['run', `${url}/openapi.json`, ...options], folder); // prettier-ignore
    assert.is(code, 0, text);
    assert.match(text, 'No issues found');
    assert.match(text, /(\d{3,}) generated, \1 passed/);
  });
  const lines = readFileSync(join(folder, 'logs/serve-sales.log'), 'utf8').trimEnd().split('\n');
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  assert.ok(requests.length > 500);
  assert.ok(requests.every(({ status }) => status < 500));
});

test('is called by the example client at each of its addresses', async () => {
  await withServiceProcess('serve-sales', ARGS, folder, async (url) => {
    const client = join(PROJECT, 'examples/sales_client.py');
    const { code, text } = await runServiceTool('python', [client, url], folder);
    assert.is(code, 0, text);
    const statuses = [...text.matchAll(/^(?:GET|POST) +(\S+) +(\d{3}) /gm)].map(
      ([, , status]) => status,
    );
    assert.equal(statuses.sort(), [...Array(15).fill('200'), '304']);
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object };
    for (const path of Object.keys(paths)) assert.ok(text.includes(` ${path}`), path);
  });
});

test('stands the load of the locustfile', async () => {
  await withServiceProcess('serve-sales', ARGS, folder, async (url) => {
    const file = join(PROJECT, 'examples/locustfile.py');
    const load = ['--users', '20', '--spawn-rate', '20', '--run-time', '5s', '--only-summary'];
    const { code, text } = await runServiceTool('locust', ['-f', file, '--host', url, '--headless', ...load], folder); // prettier-ignore
    assert.is(code, 0, text);
    assert.match(text, /Aggregated +\d{3,} +0\(0\.00%\)/);
  });
});

test('gives data to every query of its Grafana dashboard', async () => {
  await withServiceProcess('serve-sales', ARGS, folder, async (url) => {
    const prometheus = await startPrometheus([url], join(folder, 'prometheus'), 'serve-sales');
    try {
      await prometheus.whenScraped(2);
      await use(url);
      await prometheus.whenScraped(15);
      const queries = readQueries(join(PROJECT, 'deploy/grafana/dashboards/serve-sales.json'));
      assert.ok(queries.length > 20, `${queries.length} queries`);
      for (const { panel, expression } of queries) {
        const found = await prometheus.query(expression);
        const isThere = found.some(({ value }) => Number.isFinite(value));
        assert.ok(isThere, `${panel}: ${expression}`);
      }
      const [{ value: nRequests }] = await prometheus.query('sum(http_request_duration_seconds_count{route="/post_sales",status_code="200"})'); // prettier-ignore
      assert.is(nRequests, 50);
    } finally {
      await prometheus.stop();
    }
  });
});

/** Fifty posts, each with a row that is refused, and what they gave. */
async function use(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  for (let i = 0; i < 50; i++) {
    const rows = [
      { year_week: 202_001, vegetable: 'leek', sales: i },
      { year_week: 202_099, vegetable: 'leek', sales: i },
    ];
    await fetch(`${url}/post_sales`, { method: 'POST', headers, body: JSON.stringify(rows) });
    await fetch(`${url}/get_monthly_sales`);
  }
}

test.after(() => rmSync(folder, { recursive: true }));
test.run();
