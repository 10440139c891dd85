/** Small bundles for those who serve them: classes, a number, texts; each fitted in no time. */
import type { FileDatabase } from '../../lib/data/database.ts';
import { assembleBundle, describeInput } from '../../lib/models/assemble-bundle.ts';
import type { Bundle } from '../../lib/models/bundle.ts';
import { fitModel } from '../../lib/models/fit-model.ts';
import type { AnyData, Machine } from '../../lib/models/model.ts';
import { TRAIN_SCHEMA } from '../../lib/models/train-params.ts';
import { resolveParams } from '../../lib/params/resolve.ts';
import { fitFeatures } from '../../lib/preprocessing/features.ts';
import { fitScaler } from '../../lib/preprocessing/fit-scaler.ts';
import type { Distribution } from '../../lib/preprocessing/distribution.ts';
import { preprocess, registerFunctions } from '../../lib/preprocessing/pipeline.ts';
import type { Preprocessing } from '../../lib/preprocessing/pipeline.ts';
import type { FeatureDeclaration } from '../../lib/preprocessing/transforms.ts';
import { createRng } from '../../lib/rng.ts';
import type { Relation } from '../../lib/sql.ts';
import { labelExpression } from '../../lib/tensors/classes.ts';
import { targetExpression } from '../../lib/tensors/numeric-target.ts';
import { streamBlocks } from '../../lib/tensors/row-blocks.ts';
import { fitVectorizer } from '../../lib/text/fit-vectorizer.ts';
import { VECTORIZE_SCHEMA } from '../../lib/text/vectorize-params.ts';
import { applyVectorizer, termNames } from '../../lib/text/vectorizer.ts';
import { createRelation } from './relations.ts';
import { showNoProgress } from '../../lib/progress.ts';

export const machine = {
  threads: 1,
  memoryMb: 256,
  warn: (line: string) => console.error(line),
} satisfies Machine & { memoryMb: number };

export const CLASSES = ['fir', 'oak, white', 'pine'];

/** An id, numbers, a text and a day; the class and the number to predict follow from the numbers. */
export const TABLE = `SELECT i AS row_id, (i % 3) * 2 + sin(i) AS a, (i * 7) % 11 AS b, (i % 5 = 0)::INTEGER AS hot,
  ['clay', 'loam', 'sand'][i % 3 + 1] AS soil, DATE '2020-01-01' + CAST(i AS INTEGER) AS day,
  ['fir', 'oak, white', 'pine'][i % 3 + 1] AS kind FROM range(300) AS rows(i)`;

const FEATURES: readonly FeatureDeclaration[] = [
  { name: 'a_plus_b', transform: 'sum', of: ['a', 'b'] },
  { name: 'b_sine', transform: 'sine', of: ['b'] },
  { name: 'a_log', transform: 'logarithm', of: ['a'] },
];
const COLUMNS = ['a', 'b', 'hot', 'a_plus_b', 'b_sine', 'a_log'];
const DROPPED = ['soil', 'day'];

const { params } = resolveParams({
  params: { schema: TRAIN_SCHEMA, prefix: 'train', sources: [] },
});
const context = {
  ...machine,
  rng: (purpose: string) => createRng(1, 'test', purpose),
  signal: new AbortController().signal,
  info: () => {},
  startProgress: showNoProgress,
  checkpoint: () => null,
  onStep: () => 'go on' as const,
};

async function fitSteps(database: FileDatabase, raw: Relation): Promise<Preprocessing> {
  const keep = ['row_id', 'kind'];
  const dropped = DROPPED.map((name) => ({ name, reason: 'named' as const, detail: 'in a test' }));
  const columns = { format: 'timberline-columns', version: 1, dropped } as const;
  const kept = raw.columns.filter(({ name }) => !DROPPED.includes(name));
  const features = fitFeatures({ ...raw, columns: kept }, FEATURES);
  const sql = preprocess({ columns, features, scaler: null }, raw.sql);
  const made = FEATURES.map(({ name }) => ({ name, kind: 'number' as const }));
  const scaler = await fitScaler(
    database,
    { ...raw, sql, columns: [...kept, ...made] },
    {
      ...{ method: 'standard', groups: [{ columns: ['b'], method: 'quantile' }], keep },
      ...{ missing: 'keep', missingValue: 0, nQuantiles: 10 },
    },
  );
  return { columns, features, scaler };
}

async function assemble(
  database: FileDatabase,
  raw: Relation,
  {
    model,
    data,
    target,
    ...facts
  }: Pick<Bundle, 'preprocessing' | 'classes' | 'target'> & {
    readonly model: string;
    readonly data: AnyData;
  },
): Promise<Bundle> {
  const { fitted } = await fitModel(model, data, params, context);
  const known = {
    ...{ ...facts, target, id: 'row_id', threshold: null, priorCorrection: null },
    ...{ classNames: { pine: 'Pinus' }, versions: { timberline: '0.0.0' }, dataHashes: {} },
    ...(data.task === 'regression' ? { task: data.task } : {}),
  };
  const parts = { ...known, ...describeInput(raw, data.columns, known), model: fitted };
  return await assembleBundle(parts, raw, database, machine);
}

/**
 * A bundle of `kind`, with every step of the preprocessing.
 *
 * @param model - That takes missing values, by default; `logistic` takes none.
 */
export async function makeClassBundle(
  database: FileDatabase,
  model: 'naive-bayes' | 'logistic' = 'naive-bayes',
): Promise<{ bundle: Bundle; raw: Relation }> {
  const raw = await createRelation(database, 'raw', TABLE);
  const preprocessing = await fitSteps(database, raw);
  registerFunctions(database, preprocessing);
  const relation = { ...raw, sql: preprocess(preprocessing, raw.sql) };
  const [X, y]: number[][] = [[], []];
  for await (const block of streamBlocks(
    database,
    relation,
    COLUMNS,
    labelExpression('kind', CLASSES),
  )) {
    X.push(...block.features);
    y.push(...block.labels);
  }
  const rows = { nSamples: y.length, features: Float32Array.from(X), labels: Int32Array.from(y) };
  const data = {
    ...{ columns: COLUMNS, nClasses: 3, classWeight: null },
    train: rows,
    valid: rows,
  };
  const facts = { model, data, preprocessing, target: 'kind', classes: CLASSES };
  return { bundle: await assemble(database, raw, facts), raw };
}

/** A bundle that predicts `a` of `b` and `hot`, without preprocessing. */
export async function makeNumberBundle(
  database: FileDatabase,
): Promise<{ bundle: Bundle; raw: Relation }> {
  const raw = await createRelation(database, 'numbers', `SELECT row_id, b, hot, a FROM (${TABLE})`);
  const columns = ['b', 'hot'];
  const [X, y]: number[][] = [[], []];
  for await (const block of streamBlocks(database, raw, columns, targetExpression('a'))) {
    X.push(...block.features);
    y.push(...block.targets!);
  }
  const rows = {
    nSamples: y.length,
    features: Float32Array.from(X),
    targets: Float64Array.from(y),
  };
  const data = { task: 'regression', columns, train: rows, valid: rows } as const;
  const preprocessing = { columns: null, features: null, scaler: null };
  const facts = { model: 'ridge', data, preprocessing, target: 'a', classes: [] };
  return { bundle: await assemble(database, raw, facts), raw };
}

/** As bundles kept it before drift was measured: no counts, quantiles, lengths. */
export function withoutCounts({ n_samples, columns }: Distribution): Distribution {
  const kept = Object.entries(columns).map(([name, facts]) => [
    name,
    { ...facts, counts: undefined, quantiles: undefined, lengths: undefined },
  ]);
  return { n_samples, columns: Object.fromEntries(kept) as Distribution['columns'] };
}

/** A bundle that tells good texts from bad ones. */
export async function makeTextBundle(
  database: FileDatabase,
): Promise<{ bundle: Bundle; raw: Relation }> {
  const raw = await createRelation(
    database,
    'texts',
    `SELECT i AS row_id, ['very good', 'quite bad', 'good ' || i, 'bad ' || i][i % 4 + 1] AS text,
       ['good', 'bad'][i % 2 + 1] AS mood FROM range(40) AS rows(i)`,
  );
  const rows = await database.query(`SELECT text, mood FROM ${raw.sql}`);
  const sources = [{ name: 'test', values: {} }];
  const { options } = resolveParams({
    options: { schema: VECTORIZE_SCHEMA, prefix: 'vectorize', sources },
  });
  const texts = rows.map(({ text }) => String(text));
  const vectorizer = fitVectorizer(texts, options, 'texts');
  const classes = ['bad', 'good'];
  const labels = Int32Array.from(rows, ({ mood }) => classes.indexOf(String(mood)));
  const split = { nSamples: texts.length, features: applyVectorizer(vectorizer, texts), labels };
  const columns = termNames(vectorizer);
  const data = { ...{ columns, nClasses: 2, classWeight: null }, train: split, valid: split };
  const preprocessing = { columns: null, features: null, scaler: null, vectorizer };
  const facts = { model: 'logistic', data, preprocessing, target: 'mood', classes };
  return { bundle: await assemble(database, raw, facts), raw };
}
