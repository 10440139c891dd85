/** The files of `monitor`: a reference that is a table or a bundle, JSON, and the page. */
import { writeFileSync } from 'node:fs';
import { StageError } from '../errors.ts';
import { readBundle } from '../models/bundle.ts';
import { assertDriftWithin, monitor } from '../monitoring/monitor.ts';
import type { MonitorParams } from '../monitoring/monitor-params.ts';
import { referenceOfTable, referenceOfTraining } from '../monitoring/reference.ts';
import type { Reference } from '../monitoring/reference.ts';
import { monitorPage } from '../reports/monitor-page.ts';
import type { FileDatabase } from './database.ts';
import { writeJson } from './json-files.ts';
import { openTable } from './tables.ts';

interface MonitorPaths {
  readonly reference: string | null;
  readonly model: string | null;
  readonly in: string;
  readonly out: string;
  readonly page: string;
}

/**
 * Compares the table `paths.in` with the reference; writes what was found, then fails where too much drifted.
 *
 * @throws StageError E_USAGE for none or two references, E_DATA as `monitor` does, E_GATE.
 */
export async function monitorFiles(
  database: FileDatabase,
  paths: MonitorPaths,
  params: MonitorParams & { readonly id: string },
): Promise<{ readonly message: string; readonly [fact: string]: unknown }> {
  const current = await openTable(database, paths.in, 'current');
  const reference = await openReference(database, paths);
  const monitoring = await monitor(database, reference, current, params);
  writeJson(paths.out, monitoring);
  writeFileSync(paths.page, await monitorPage(monitoring, params.maxCharts));
  assertDriftWithin(monitoring, paths.page);
  const { columns, drifted_count, drifted_share, n_reference, n_current } = monitoring;
  const drifted = columns.filter(({ is_drifted: isDrifted }) => isDrifted);
  return {
    message: `${drifted_count} of ${columns.length} columns drifted${drifted.length > 0 ? `, ${drifted[0].name} most` : ''}`,
    drifted_columns: drifted.map(({ name }) => name),
    drifted_share,
    n_reference,
    n_current,
  };
}

async function openReference(
  database: FileDatabase,
  { reference, model }: MonitorPaths,
): Promise<Reference> {
  if (reference !== null && model === null) {
    return await referenceOfTable(database, await openTable(database, reference, 'reference'));
  }
  if (model !== null && reference === null) return referenceOfTraining(readBundle(model), model);
  throw new StageError(
    'E_USAGE',
    `--reference or --model must name what the rows are compared with; got ${model === null ? 'neither' : 'both'}`,
  );
}
