/** A small model with all its steps, trained on a small table: what bundles are tested with. */
import { assembleBundle, describeInput } from '../../lib/models/assemble-bundle.ts';
import type { Bundle } from '../../lib/models/bundle.ts';
import { fitModel } from '../../lib/models/fit-model.ts';
import type { TrainingContext } from '../../lib/models/fit-model.ts';
import type { EmbeddingOptions } from '../../lib/models/mlp/fit-embedding.ts';
import type { MlpOptions } from '../../lib/models/mlp/fit.ts';
import { fromNetwork } from '../../lib/models/mlp/state.ts';
import type { Machine, TrainedModel } from '../../lib/models/model.ts';
import { loadBackend } from '../../lib/models/tensorflow/backend.ts';
import { fitDropColumns } from '../../lib/preprocessing/drop-columns.ts';
import { fitFeatures } from '../../lib/preprocessing/features.ts';
import { preprocess, registerFunctions } from '../../lib/preprocessing/pipeline.ts';
import type { Preprocessing } from '../../lib/preprocessing/pipeline.ts';
import { fitScaler } from '../../lib/preprocessing/fit-scaler.ts';
import type { FileDatabase } from '../../lib/data/database.ts';
import { createRng } from '../../lib/rng.ts';
import type { Relation } from '../../lib/sql.ts';
import { streamBlocks } from '../../lib/tensors/row-blocks.ts';
import { labelExpression } from '../../lib/tensors/classes.ts';
import { toLabelled } from './in-memory-batches.ts';
import type { Rows } from './in-memory-batches.ts';
import { createRelation } from './relations.ts';
import { showNoProgress } from '../../lib/progress.ts';

/** Names that need quotes in SQL and in CSV, in the order of their code points. */
export const CLASSES = ['it\'s "fir"', 'oak, white', 'pine'];

/** 60 rows: an id, two numbers that tell the classes apart, a text, a day, an integer beyond 2^53, the class. */
export const TABLE = `SELECT i AS row_id, (i % 3) * 2 + sin(i) AS a, (i * 7) % 11 AS b, 'note ' || i AS note,
  DATE '2020-01-01' + CAST(i AS INTEGER) AS day, 9007199254740993 + i AS big,
  ['it''s "fir"', 'oak, white', 'pine'][i % 3 + 1] AS kind FROM range(60) AS rows(i)`;

const FEATURES = [
  { name: 'a_plus_b', transform: 'sum', of: ['a', 'b'] },
  { name: 'b_sine', transform: 'sine', of: ['b'] },
] as const;

/** `train.mlp` but for the class weights, which come with the rows. */
export type MlpParams = Omit<MlpOptions, 'classWeight' | 'embedding'> &
  EmbeddingOptions & {
    readonly columns: readonly string[];
    readonly batchSize: number;
    readonly numWorkers: number;
    readonly trainableLayers: number | null;
  };

export const OPTIONS: MlpParams = {
  columns: ['*'],
  hiddenSizes: [8],
  activation: 'relu',
  normalization: 'none',
  embedding: 'none',
  embeddingSize: 4,
  embeddingBins: 4,
  embeddingFrequencies: 4,
  embeddingSigma: 0.1,
  dropout: 0,
  batchSize: 16,
  labelSmoothing: 0,
  optimizer: 'adamw',
  weightDecay: 0,
  gradientClipNorm: null,
  schedule: 'constant',
  learningRate: 0.03,
  warmupShare: 0,
  maxEpochs: 20,
  earlyStoppingPatience: null,
  numWorkers: 0,
  trainableLayers: null,
};

export const machine: Machine = { threads: 2, warn: (line) => console.error(line) };

export const backend = await loadBackend({ nThreads: machine.threads, warn: machine.warn });

/** What a model is fitted in: no progress is shown, no checkpoint kept. */
export function createContext(changes: Partial<TrainingContext> = {}): TrainingContext {
  return {
    ...machine,
    rng: (purpose) => createRng(1, 'test', purpose),
    signal: new AbortController().signal,
    info: () => {},
    startProgress: showNoProgress,
    checkpoint: () => null,
    onStep: () => 'go on',
    ...changes,
  };
}

/** Fits every step of the preprocessing, as the stages do one by one. */
export async function fitPreprocessing(
  database: FileDatabase,
  raw: Relation,
  keep: readonly string[],
): Promise<Preprocessing> {
  const columns = await fitDropColumns(database, raw, {
    columns: ['note', 'day', 'big'],
    constant: false,
    maxMissingShare: null,
    maxCorrelation: null,
    keep,
  });
  const kept = raw.columns.filter(({ name }) => !['note', 'day', 'big'].includes(name));
  const features = fitFeatures({ ...raw, columns: kept }, FEATURES);
  const sql = preprocess({ columns, features, scaler: null }, raw.sql);
  const made = FEATURES.map(({ name }) => ({ name, kind: 'number' as const }));
  const scaler = await fitScaler(
    database,
    { ...raw, sql, columns: [...kept, ...made] },
    {
      method: 'standard',
      groups: [{ columns: ['b'], method: 'quantile' }],
      missing: 'error',
      missingValue: 0,
      nQuantiles: 10,
      keep,
    },
  );
  return { columns, features, scaler };
}

/** Preprocessed rows and their labels, in memory. */
export async function readRows(
  database: FileDatabase,
  raw: Relation,
  preprocessing: Preprocessing,
): Promise<Rows & { features: string[] }> {
  const features = ['a', 'b', 'a_plus_b', 'b_sine'];
  registerFunctions(database, preprocessing);
  const sql = preprocess(preprocessing, raw.sql);
  const X: number[] = [];
  const y: number[] = [];
  const label = labelExpression('kind', CLASSES);
  for await (const block of streamBlocks(database, { ...raw, sql }, features, label)) {
    X.push(...block.features);
    y.push(...block.labels);
  }
  return { X: Float32Array.from(X), y: Int32Array.from(y), features };
}

/** Trains a perceptron on rows in memory, which are the valid rows too where none are given. */
export async function train(
  rows: Rows,
  {
    columns = Array.from({ length: rows.X.length / rows.y.length }, (_, j) => `x${j}`),
    valid = rows,
    classWeight = null,
    options = {},
    context = {},
  }: {
    columns?: readonly string[];
    valid?: Rows;
    classWeight?: readonly number[] | null;
    options?: Partial<MlpParams>;
    context?: Parameters<typeof createContext>[0];
  } = {},
): Promise<TrainedModel> {
  return await fitModel(
    'mlp',
    {
      ...{ columns, nClasses: CLASSES.length, classWeight },
      ...{ train: toLabelled(rows), valid: toLabelled(valid) },
    },
    { mlp: { ...OPTIONS, ...options } },
    createContext(context),
  );
}

/** The whole way from the raw table to the bundle. */
export async function makeBundle(
  database: FileDatabase,
  changes: Partial<Bundle> = {},
): Promise<{ bundle: Bundle; raw: Relation }> {
  const raw = await createRelation(database, 'raw', TABLE);
  const preprocessing = await fitPreprocessing(database, raw, ['row_id', 'kind']);
  const { features: columns, ...rows } = await readRows(database, raw, preprocessing);
  const { fitted: model } = await train(rows, { columns });
  const facts = { preprocessing, classes: CLASSES, threshold: null };
  const input = describeInput(raw, columns, { target: 'kind', id: 'row_id', ...facts });
  const parts = {
    ...{ model, ...facts, ...input, priorCorrection: null },
    classNames: { pine: 'Pinus' },
    versions: { timberline: '0.0.0' },
    dataHashes: { 'train.pt': 'abc' },
    ...changes,
  };
  return { bundle: await assembleBundle(parts, raw, database, machine), raw };
}

/** A model without a hidden layer and without weights but for its bias: every row gets these probabilities. */
export function withProbabilities(bundle: Bundle, probabilities: readonly number[]): Bundle {
  const nFeatures = bundle.model.columns.length;
  const nClasses = probabilities.length;
  const weights = {
    'layer0/kernel': new Float32Array(nFeatures * nClasses),
    'layer0/bias': Float32Array.from(probabilities, Math.log),
  };
  const { activation, normalization } = OPTIONS;
  const network = {
    ...{ nFeatures, nClasses, hiddenSizes: [], activation, normalization },
    ...{ embedding: null, weights },
  };
  return {
    ...bundle,
    classes: probabilities.map((_, c) => c),
    model: { ...bundle.model, nClasses, ...fromNetwork(network, backend.name) },
    golden: { ...bundle.golden, probabilities: [] },
  };
}
