/** A program that a test kills: logs a run of params, metrics and an artifact, says so, and never ends. */
import { trackRun } from '../../lib/tracking/run.ts';
import type { Tracking } from '../../lib/tracking/run.ts';

const tracking = JSON.parse(process.argv[2]) as Tracking;
await trackRun(tracking, { name: 'killed', params: { week: 200 } }, async (run) => {
  for (let step = 0; step < 5; step++) run.logMetrics({ mae: step / 3 }, step);
  run.logText('a\n1\n', 'data/a.csv');
  process.stdout.write('logged\n');
  await new Promise((resolve) => void setTimeout(resolve, 600_000));
});
