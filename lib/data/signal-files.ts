/** The files of the tests for signal: metrics and page. */
import { writeFileSync } from 'node:fs';
import { StageError } from '../errors.ts';
import { compareRows } from '../metrics/paired-rows.ts';
import { isRecord } from '../params/schema.ts';
import type { StartProgress } from '../progress.ts';
import { signalPage } from '../reports/signal-page.ts';
import type { SignalReport } from '../reports/signal-page.ts';
import type { Rng } from '../rng.ts';
import { ablate, predictTest, testGroups } from '../signal/ablation.ts';
import type { AblatedModel } from '../signal/ablation.ts';
import type { FeatureTable } from '../signal/feature-table.ts';
import { startRefits } from '../signal/refits.ts';
import type { Refits } from '../signal/refits.ts';
import { findBlocks, testStructure } from '../signal/structure.ts';
import type { StructureTest } from '../signal/structure.ts';
import type { SignalParams } from '../signal/signal-params.ts';
import { readSparseDataset } from '../tensors/sparse-dataset-files.ts';
import { selectColumns } from '../sparse/select-columns.ts';
import { readClusterModel } from './cluster-model.ts';
import type { FileDatabase } from './database.ts';
import { roundResult, writeJson } from './json-files.ts';
import { readShownAds } from './signal-table.ts';
import type { ShownAds } from './signal-table.ts';

export interface SignalPaths {
  readonly in: string;
  readonly inherited: string;
  readonly attributes: string;
  readonly users: string;
  readonly usersModel: string;
  readonly pages: string;
  readonly pagesModel: string;
  readonly metrics: string;
  readonly page: string;
}

export interface SignalContext {
  /** Random stream of a purpose. */
  readonly rng: (purpose: string) => Rng;
  readonly startProgress: StartProgress;
  /** Fits at a time; the numbers do not depend on it. */
  readonly nThreads: number;
}

/**
 * Measures what the groups of features are worth, and whether they and the clusters are more than chance.
 *
 * @returns One line for people, and the metrics as they were written.
 * @throws StageError as readShownAds, readSparseDataset and readClusterModel do.
 */
export async function writeSignal(
  database: FileDatabase,
  paths: SignalPaths,
  params: SignalParams,
  context: SignalContext,
): Promise<{ readonly message: string; readonly [metric: string]: unknown }> {
  const refits = startRefits(context.nThreads);
  try {
    const report = await measureSignal(database, paths, params, { ...context, refits });
    const metrics = toMetrics(report);
    writeJson(paths.metrics, metrics);
    writeFileSync(paths.page, await signalPage(report));
    return { message: toMessage(report), ...metrics };
  } finally {
    await refits.end();
  }
}

/** Tables are read and models compared while the threads cluster. */
async function measureSignal(
  database: FileDatabase,
  paths: SignalPaths,
  params: SignalParams,
  { rng, startProgress, refits }: SignalContext & { readonly refits: Refits },
): Promise<SignalReport> {
  const { nPermutations, nColumnPermutations, C } = params;
  const nFits = nPermutations * params.groups.length + 2 * nColumnPermutations;
  const bar = startProgress('signal', nFits, 'fits');
  let nDone = 0;
  const context = { rng, refits, onFit: () => bar.update(++nDone) };
  try {
    const clustering = testClusterings(paths, params, context);
    // awaited below, unless a table is refused first
    clustering.catch(() => {});
    const shown = await readShownAds(database, paths, params);
    const { table, days } = shown;
    const models = await fitModels(shown, C);
    const compared = compareRows(
      table.y.subarray(table.nTrain),
      models.map(({ probabilities }) => probabilities),
      { ...params, rng: rng('bootstrap') },
    );
    const clusterings = await clustering;
    const groups = await testGroups(table, { C, nPermutations, ...context });
    return {
      models: models.map(({ name }, m) => ({ name, ...compared[m] })),
      ...{ groups, clusterings, days, params },
      nTrain: table.nTrain,
      nTest: table.y.length - table.nTrain,
    };
  } finally {
    bar.end();
  }
}

async function fitModels(
  { table, inheritedCount, attributes, inherited }: ShownAds,
  C: number,
): Promise<AblatedModel[]> {
  const fit = async (name: string, other: FeatureTable): Promise<AblatedModel> => ({
    name,
    probabilities: await predictTest(other, other.groups, C),
  });
  const [all, ...others] = await ablate(table, C);
  return [
    all,
    { name: 'inherited', probabilities: inherited },
    await fit('inherited count', inheritedCount),
    ...others,
    await fit('user attributes alone', attributes),
  ];
}

interface TestContext {
  readonly rng: SignalContext['rng'];
  readonly refits: Refits;
  readonly onFit: () => void;
}

async function testClusterings(
  paths: SignalPaths,
  params: SignalParams,
  context: TestContext,
): Promise<SignalReport['clusterings']> {
  const users = await testClustering(paths.users, paths.usersModel, params, context);
  const pages = await testClustering(paths.pages, paths.pagesModel, params, context);
  return [
    { name: 'users', ...users },
    { name: 'pages', ...pages },
  ];
}

async function testClustering(
  rowsFile: string,
  modelFile: string,
  { nColumnPermutations, nInit }: SignalParams,
  { rng, ...context }: TestContext,
): Promise<StructureTest> {
  const model = readClusterModel(modelFile);
  const { columns, features } = readSparseDataset(rowsFile);
  const places = model.columns.map((name) => columns.indexOf(name));
  if (places.includes(-1)) {
    throw new StageError(
      'E_DATA',
      `${rowsFile} must have the columns that ${modelFile} was fitted to`,
      {
        hint: 'name the rows that cluster read',
      },
    );
  }
  const X = selectColumns(features, places);
  return await testStructure(X, findBlocks(model.columns, X), {
    nClusters: model.nClusters,
    svdComponents: model.svd?.nComponents ?? null,
    normalize: model.normalize,
    ...{ nInit, nPermutations: nColumnPermutations, ...context },
    rng: (purpose) => rng(`${modelFile} ${purpose}`),
  });
}

function toMessage({ models, groups }: SignalReport): string {
  const [all] = models;
  const told = groups.map(({ group, test }) => `${group} p = ${roundResult(test.pValue)}`);
  return `AUC ${all.scores.roc_auc.toFixed(4)}, log loss ${all.scores.log_loss.toFixed(4)}; ${told.join(', ')}`;
}

function toMetrics({ models, groups, clusterings, days, nTrain, nTest }: SignalReport) {
  const tested = (value: number, permuted: Float64Array, pValue: number) => ({
    value,
    mean_permuted: permuted.reduce((sum, other) => sum + other, 0) / permuted.length,
    p_value: pValue,
  });
  const named = <T, U>(items: readonly T[], entry: (item: T, i: number) => [string | number, U]) =>
    Object.fromEntries(items.map(entry));
  const metrics = {
    n_train: nTrain,
    n_test: nTest,
    models: named(models, ({ name, scores, differences }, m) => [
      name,
      { ...scores, ...(m === 0 ? {} : { difference: differences }) },
    ]),
    permuted_log_loss: named(groups, ({ group, ...losses }) => [
      group,
      named(['train', 'test'] as const, (split) => {
        const { logLoss, permuted, pValue } = losses[split];
        return [split, tested(logLoss, permuted, pValue)];
      }),
    ]),
    permuted_clusters: named(clusterings, ({ name, explained, permuted, pValue }) => [
      name,
      tested(explained, permuted, pValue),
    ]),
    user_days: {
      n: days.nUserDays,
      n_with_second_ad: days.nWithSecondAd,
      by_ads_seen: named(days.byCount, ({ adsSeen, nRows, clickRate }) => [
        adsSeen,
        { n_rows: nRows, click_rate: clickRate },
      ]),
    },
  };
  return JSON.parse(JSON.stringify(metrics, asWritten)) as Record<string, unknown>;
}

/** Keys in snake_case, numbers with the digits that files of results hold. */
function asWritten(_: string, value: unknown): unknown {
  if (typeof value === 'number') return roundResult(value);
  if (!isRecord(value) || !('pValue' in value)) return value;
  const { pValue, ...others } = value;
  return { ...others, p_value: pValue };
}
