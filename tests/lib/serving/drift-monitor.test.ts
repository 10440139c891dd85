import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBundle } from '../../../lib/models/bundle.ts';
import { goldenRows } from '../../../lib/models/row-scorer.ts';
import { createDriftMonitor } from '../../../lib/serving/drift-monitor.ts';
import { openServedModel } from '../../../lib/serving/served-model.ts';
import { openTestDatabase } from '../../support/relations.ts';
import { machine, makeNumberBundle, withoutCounts } from '../../support/served-bundles.ts';

const test = suite('drift monitor');
const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const database = await openTestDatabase();
const { bundle } = await makeNumberBundle(database);
database.close();
const old = { ...bundle, distribution: withoutCounts(bundle.distribution) };
const [model, oldModel] = await Promise.all(
  Object.entries({ bundle, old }).map(async ([name, made]) => {
    writeBundle(join(folder, name), made);
    return await openServedModel(join(folder, name), machine);
  }),
);
test.after(() => {
  for (const { scorer } of [model, oldModel]) scorer.dispose();
  rmSync(folder, { recursive: true });
});

test('says nothing of drift before it is measured, nor of a bundle of an earlier version, which it warns of', async () => {
  const registry = new Registry();
  const warnings: [Record<string, unknown>, string][] = [];
  const log = {
    info: () => {},
    warn: (...line: [Record<string, unknown>, string]) => void warnings.push(line),
    error: () => {},
  } as unknown as Parameters<typeof createDriftMonitor>[1];
  const options = { windowRows: 100, minRows: 1, intervalSeconds: 1, threshold: 0.1 };
  const monitor = createDriftMonitor(registry, log, options);
  const drifted = async (): Promise<string | undefined> =>
    /^serve_drifted_features (.*)/m.exec(await registry.metrics())?.[1];
  monitor.serve(model);
  assert.is(await drifted(), undefined);
  monitor.add(model, goldenRows(bundle));
  await monitor.compare();
  assert.ok(Number(await drifted()) >= 0);
  warnings.length = 0;
  monitor.serve(oldModel);
  const [[{ features }, message]] = warnings;
  assert.equal(features, ['b', 'hot']);
  assert.match(message, 'train the model again');
  monitor.add(oldModel, goldenRows(bundle));
  await monitor.compare();
  assert.is(await drifted(), undefined);
  await monitor.close();
});

test.run();
