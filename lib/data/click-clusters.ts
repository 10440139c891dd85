/** Clusters of users and of pages, as `cluster@users` and `cluster@pages` of pipelines/clicks find them. */
import { cluster } from '../clustering/cluster.ts';
import type { ClusterParams } from '../clustering/cluster-params.ts';
import { countVisits } from '../clicks/visits.ts';
import type { ModelParams } from '../clicks/clicks-params.ts';
import { requireNames } from '../column-names.ts';
import { StageError, listExamples } from '../errors.ts';
import { createRng } from '../rng.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import type { Relation, Value } from '../sql.ts';
import { fitVectorizer } from '../text/fit-vectorizer.ts';
import { applyVectorizer, termNames } from '../text/vectorizer.ts';
import { readTexts } from './click-bundles.ts';
import type { FitOptions } from './click-bundles.ts';
import { selectFeatures } from './cluster-input.ts';
import type { FileDatabase } from './database.ts';
import { readColumns } from './memory-tables.ts';
import type { TableColumns } from './memory-tables.ts';

type Id = number | string;

/** Users and pages whose rows are the first centers; absent: they are drawn. */
export interface Starts {
  readonly users?: readonly Id[];
  readonly pages?: readonly Id[];
}

interface Rows {
  readonly ids: readonly Value[];
  readonly columns: readonly string[];
  readonly features: CsrMatrix;
}

type Tables = Readonly<Record<'requests' | 'users' | 'pages', Relation>>;

/**
 * Rows are of whole numbers, so that many are equally near to two first centers. They go to the first of these, as
 * with scikit-learn for sparse rows; dense ones it centers, and what is left by rounding decides.
 *
 * @returns user_id and cluster, from 1, the largest first.
 */
export async function clusterUsers(
  database: FileDatabase,
  tables: Tables,
  params: ModelParams,
  options: FitOptions,
  first?: readonly Id[],
): Promise<TableColumns> {
  const known = tables.users.columns.map(({ name }) => name).filter((name) => name !== 'user_id');
  const attributes = requireNames(params.visits.columns, known, 'visits.columns');
  const { users } = await countVisits(database, tables, attributes);
  const rows = { ...users, ids: [...users.ids] };
  const labels = await clusterRows(rows, params, 'cluster.users', options, first);
  return { user_id: rows.ids, cluster: labels };
}

/**
 * By their visitors the pages that have some; under `legacy` all by their texts.
 *
 * @returns page_id and cluster, from 1, the largest first.
 */
export async function clusterPages(
  database: FileDatabase,
  tables: Tables,
  params: ModelParams,
  { legacy, ...options }: FitOptions & { readonly legacy: boolean },
  first?: readonly Id[],
): Promise<TableColumns> {
  const rows = legacy
    ? await readTextRows(database, tables.pages, params)
    : (await countVisits(database, tables, [])).pages;
  const own = { ...rows, ids: [...rows.ids] };
  const labels = await clusterRows(own, params, 'cluster.pages', options, first);
  return { page_id: own.ids, cluster: labels };
}

async function readTextRows(
  database: FileDatabase,
  pages: Relation,
  { vectorize }: ModelParams,
): Promise<Rows> {
  const texts = await readTexts(database, pages);
  const vectorizer = fitVectorizer(texts, vectorize, `${pages.source} column page_text`);
  const { page_id: ids } = await readColumns(database, `SELECT page_id FROM ${pages.sql}`);
  const features = applyVectorizer(vectorizer, texts);
  return { ids, columns: termNames(vectorizer), features };
}

async function clusterRows(
  rows: Rows,
  params: ModelParams,
  stage: 'cluster.users' | 'cluster.pages',
  { seed, threads }: FitOptions,
  first?: readonly Id[],
): Promise<number[]> {
  const own: ClusterParams = params[stage];
  const { columns, X } = selectFeatures(rows, own.columns);
  const { kMeans } = await cluster(
    X,
    columns.length,
    own,
    {
      rng: (purpose) => createRng(seed, stage, purpose),
      nThreads: threads,
      firstRows: first === undefined ? undefined : findStarts(first, rows.ids, own, stage),
    },
    () => {},
  );
  return Array.from(kMeans.labels, (label) => label + 1);
}

/** @throws StageError E_PARAMS where `first` are not as many ids of rows as there are clusters. */
function findStarts(
  first: readonly Id[],
  ids: readonly Value[],
  { nClusters }: ClusterParams,
  stage: string,
): number[] {
  const name = stage.replace('cluster', 'starts');
  if (nClusters !== null && first.length !== nClusters)
    throw new StageError(
      'E_PARAMS',
      `${name} must be ${nClusters} ids, as ${stage}.n_clusters has it; got ${first.length}`,
    );
  const unknown = first.filter((id) => !ids.includes(id));
  if (unknown.length === 0) return first.map((id) => ids.indexOf(id));
  throw new StageError(
    'E_PARAMS',
    `${name} must be ids of rows that are clustered; got ${listExamples(unknown, String)}`,
  );
}
