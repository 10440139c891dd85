import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listRunFolders, readEvents } from '../../../lib/tracking/journal.ts';
import type { TrackingEvent } from '../../../lib/tracking/journal.ts';
import { trackRun } from '../../../lib/tracking/run.ts';
import type { TrackedRun } from '../../../lib/tracking/run.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

interface Logged {
  readonly folder: string;
  readonly events: readonly TrackingEvent[];
  readonly error: unknown;
}

/** What a run without a server leaves in the queue. */
async function log(folder: string, work: (run: TrackedRun) => void): Promise<Logged> {
  const tracking = { uri: null, experiment: 'foodcast', queue: join(folder, 'queue') };
  const options = { name: 'train', params: { n: 3, list: [1, 2], none: null } };
  const error = await trackRun(tracking, options, async (run) => work(run)).catch((e) => e);
  const [run] = listRunFolders(tracking.queue);
  return { folder: run, events: readEvents(run), error };
}
const typesOf = ({ events }: Logged): string[] => events.map(({ type }) => type);
const timeless = (event: TrackingEvent): object => ({ ...event, time: 0 });

const test = suite('trackRun');

test('writes params before anything else, as texts', async () => {
  await inTemporaryFolder(async (folder) => {
    const { events } = await log(folder, (run) => run.logMetrics({ mae: 1 }, 4));
    assert.equal(events.map(timeless), [
      { type: 'start', time: 0, name: 'train', experiment: 'foodcast', parent: null },
      { type: 'params', time: 0, values: { n: '3', list: '1,2', none: 'null' } },
      { type: 'metrics', time: 0, step: 4, values: { mae: 1 } },
      { type: 'end', time: 0, status: 'FINISHED' },
    ]);
  });
});

test('ends FAILED when the work throws, and throws that on', async () => {
  await inTemporaryFolder(async (folder) => {
    const logged = await log(folder, () => {
      throw new Error('no data');
    });
    assert.is((logged.error as Error).message, 'no data');
    assert.equal(typesOf(logged), ['start', 'params', 'end']);
    assert.is((logged.events.at(-1) as { status: string }).status, 'FAILED');
  });
});

test('keeps NaN and infinities of metrics', async () => {
  await inTemporaryFolder(async (folder) => {
    const { events } = await log(folder, (run) => run.logMetrics({ a: NaN, b: -Infinity }));
    assert.equal((events[2] as { values: object }).values, { a: 'NaN', b: '-Infinity' });
  });
});

test('keeps artifacts as they were when they were logged', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'a.csv');
    writeFileSync(file, 'old');
    const { events, folder: run } = await log(folder, (tracked) => {
      tracked.logArtifact(file, 'data/a.csv');
      writeFileSync(file, 'new');
      tracked.logText('<p>', 'plots/a.html');
    });
    const [csv, html] = events.slice(2) as { source: string; path: string }[];
    assert.equal([csv.path, html.path], ['data/a.csv', 'plots/a.html']);
    assert.is(readFileSync(join(run, csv.source), 'utf8'), 'old');
    assert.is(readFileSync(join(run, html.source), 'utf8'), '<p>');
  });
});

test('refuses names that MLflow would refuse later', async () => {
  await inTemporaryFolder(async (folder) => {
    for (const work of [
      (run: TrackedRun) => run.logText('', '../a.csv'),
      (run: TrackedRun) => run.logText('', '/a.csv'),
      (run: TrackedRun) => run.logMetrics({ 'a\nb': 1 }),
      (run: TrackedRun) => run.setTags({ '': 'x' }),
      (run: TrackedRun) => run.logParams({ 'a*': 1 }),
      (run: TrackedRun) => run.logParams({ a: 'x'.repeat(6001) }),
      (run: TrackedRun) => run.logModel(folder, 'a/b'),
    ]) {
      const { error } = await log(folder, work);
      assert.match((error as Error).message, /must be/);
    }
  });
});

test('goes on where the server does not answer, says so once, and leaves the run in the queue', async () => {
  await inTemporaryFolder(async (folder) => {
    const queue = join(folder, 'queue');
    const said: string[] = [];
    const tracking = { uri: NOWHERE, experiment: 'foodcast', queue };
    const options = { name: 'load', warn: (message: string) => void said.push(message) };
    const result = await trackRun(tracking, options, async (run) => {
      run.logMetrics({ mae: 1 });
      return run.server();
    });
    assert.is(result, null);
    assert.is(said.length, 1);
    assert.match(said[0], 'npm run mlflow -- --upload');
    const [run] = readdirSync(queue);
    assert.not.ok(existsSync(join(queue, run, 'owner')), 'free to be uploaded');
  });
});

test.run();
