/** The files of a tuning: best parameters, trials, page, metrics. */
import { stringify as toCsv } from 'csv-stringify/sync';
import { writeFileSync } from 'node:fs';
import { stringify as toYaml } from 'yaml';
import { tunePage } from '../reports/tune-page.ts';
import { toOverlay, trialRows, tuneMetrics } from '../tuning/trial.ts';
import type { Tuning } from '../tuning/trial.ts';
import { writeJson } from './json-files.ts';

/** @returns What reports/metrics/tune.json holds. */
export async function writeTuning(
  paths: Readonly<Record<'best' | 'trials' | 'page' | 'metrics', string>>,
  tuning: Tuning,
  about: readonly (readonly [term: string, value: string])[],
): Promise<ReturnType<typeof tuneMetrics>> {
  const { best, metric, trials } = tuning;
  const head =
    `# ${metric} ${best.value} in trial ${best.index} of ${trials.length}; to take it over:\n` +
    '# npx timberline params compose --overlay <this file> --write\n';
  writeFileSync(paths.best, head + toYaml(toOverlay(best.params)));
  writeFileSync(paths.trials, toCsv(trialRows(tuning), { header: true }));
  writeFileSync(paths.page, await tunePage(tuning, about));
  const metrics = tuneMetrics(tuning);
  writeJson(paths.metrics, metrics);
  return metrics;
}
