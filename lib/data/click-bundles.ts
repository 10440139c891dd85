/** The two models of clicks as bundles, fitted to tables of a database as the stages fit theirs to files. */
import { assembleBundle, describeInput } from '../models/assemble-bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import { fitModel } from '../models/fit-model.ts';
import type { TrainingContext } from '../models/fit-model.ts';
import type { AnyData } from '../models/model.ts';
import type { TRAIN_SCHEMA } from '../models/train-params.ts';
import type { Params } from '../params/schema.ts';
import { assertCategories } from '../preprocessing/categories.ts';
import { featuresSelect, fitFeatures } from '../preprocessing/features.ts';
import type { FeatureDeclaration } from '../preprocessing/transforms.ts';
import type { Preprocessing } from '../preprocessing/pipeline.ts';
import { createRng } from '../rng.ts';
import { identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { findClasses } from '../tensors/classes.ts';
import { readRows } from '../tensors/read-rows.ts';
import { readTruth } from '../tensors/truth.ts';
import { fitVectorizer } from '../text/fit-vectorizer.ts';
import type { VectorizeParams } from '../text/vectorize-params.ts';
import { applyVectorizer, termNames } from '../text/vectorizer.ts';
import type { FileDatabase } from './database.ts';
import { describeColumns } from './tables.ts';
import { showNoProgress } from '../progress.ts';

type TrainParams = Params<typeof TRAIN_SCHEMA>;

export interface FitOptions {
  readonly seed: number;
  readonly threads: number;
  readonly warn: (message: string) => void;
}

/** What is learnt of a table, and what the bundle says of it. */
interface Task {
  readonly raw: Relation;
  readonly target: string;
  readonly id: string;
  readonly preprocessing: Preprocessing;
}

const NO_STEPS = { columns: null, features: null, scaler: null };

/** Learns the cluster of a page from its text; `pages` has page_id, page_text and cluster. */
export async function fitPageBundle(
  database: FileDatabase,
  pages: Relation,
  params: { readonly vectorize: VectorizeParams; readonly train: TrainParams },
  options: FitOptions,
): Promise<Bundle> {
  const texts = await readTexts(database, pages);
  const vectorizer = fitVectorizer(texts, params.vectorize, `${pages.source} column page_text`);
  const { classes } = await findClasses(database, pages, 'cluster');
  const truth = { target: 'cluster', task: 'classification', classes } as const;
  const { labels } = await readTruth(database, pages, truth);
  const features = applyVectorizer(vectorizer, texts);
  const train = { nSamples: texts.length, features, labels };
  const data = { columns: termNames(vectorizer), nClasses: classes.length, train };
  const task = { raw: pages, target: 'cluster', id: 'page_id' };
  return await fitBundle(
    database,
    { ...data, valid: train, classWeight: null },
    { ...task, preprocessing: { ...NO_STEPS, vectorizer }, classes },
    { train: params.train, stage: 'train.pages', ...options },
  );
}

/** Learns `clicked` from all other columns but `click_id`. */
export async function fitClickBundle(
  database: FileDatabase,
  clicks: Relation,
  params: { readonly features: readonly FeatureDeclaration[]; readonly train: TrainParams },
  options: FitOptions,
): Promise<Bundle> {
  const features = fitFeatures(clicks, params.features);
  await assertCategories(database, clicks, features);
  const sql = `(${featuresSelect(features, clicks.sql)})`;
  const encoded = { ...clicks, sql, columns: await describeColumns(database, sql) };
  const task = { target: 'clicked', id: 'click_id' };
  const { columns, X, target } = await readRows(database, encoded, { ...task, columns: ['*'] });
  const { classes, labels } = target!;
  const train = { nSamples: labels.length, features: X, labels };
  return await fitBundle(
    database,
    { columns, nClasses: classes.length, train, valid: train, classWeight: null },
    { ...task, raw: clicks, preprocessing: { ...NO_STEPS, features }, classes },
    { train: params.train, stage: 'train.clicks', ...options },
  );
}

/** The texts of `page_text`, in the order of the rows. */
export async function readTexts(database: FileDatabase, pages: Relation): Promise<string[]> {
  const rows = await database.query(`SELECT ${identifier('page_text')} AS text FROM ${pages.sql}`);
  return rows.map(({ text }) => String(text));
}

async function fitBundle(
  database: FileDatabase,
  data: AnyData,
  { raw, target, id, ...parts }: Task & Pick<Bundle, 'classes'>,
  {
    train,
    stage,
    ...options
  }: FitOptions & { readonly train: TrainParams; readonly stage: string },
): Promise<Bundle> {
  const facts = { ...parts, classNames: {}, threshold: null, priorCorrection: null };
  const input = describeInput(raw, data.columns, { ...facts, target, id });
  const { fitted: model } = await fitModel(train.model, data, train, contextOf(stage, options));
  const known = { ...facts, ...input, model, versions: {}, dataHashes: {} };
  return await assembleBundle(known, raw, database, options);
}

function contextOf(stage: string, { seed, threads, warn }: FitOptions): TrainingContext {
  return {
    ...{ threads, warn },
    rng: (purpose) => createRng(seed, stage, purpose),
    signal: new AbortController().signal,
    info: () => {},
    startProgress: showNoProgress,
    onStep: () => 'go on',
    checkpoint: () => null,
  };
}
