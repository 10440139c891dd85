/**
 * A bundle made ready to score raw tables: preprocessing, model, prior correction, decision.
 *
 * Evaluate, predict and serve score through here, so that what is tested is what is served.
 */
import { StageError, listExamples } from '../errors.ts';
import { decideLabels } from '../metrics/predictions.ts';
import { registerFunctions, preprocess } from '../preprocessing/pipeline.ts';
import { didYouMean } from '../suggest.ts';
import { identifier, literal } from '../sql.ts';
import type { Column, Relation, Row } from '../sql.ts';
import { assertKnownClasses, findClasses, labelExpression } from '../tensors/classes.ts';
import { streamRows, streamTexts } from '../tensors/row-blocks.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import type { Progress, StartProgress } from '../progress.ts';
import { isRegression } from './bundle.ts';
import type { Bundle } from './bundle.ts';
import { correctPriors } from './correct-priors.ts';
import { openModel, openRegressor } from './fit-model.ts';
import { assertGolden } from './golden-rows.ts';
import type { Machine } from './model.ts';
import { findModel } from './registry.ts';
import { openTextScorer } from './text-scorer.ts';

type Outputs = Float32Array | Float64Array;

/** Of classes by default, see {@link openScorer}; of numbers, see {@link openNumberScorer}. */
export interface Scorer<T extends Outputs = Float32Array> {
  /**
   * Scores the rows of a raw table, in its order.
   *
   * @returns Of successive blocks of rows.
   * @throws StageError E_DATA for a column that is missing, unknown or of another kind, or a value that the
   *   preprocessing refuses.
   */
  score(relation: Relation): AsyncIterable<T>;
  dispose(): void;
}

/**
 * A scorer that gives the probabilities of rows, row-major, shape (rows of the block, nClasses).
 *
 * @throws StageError E_DATA when the golden rows do not get the probabilities that the bundle says.
 */
export async function openScorer(
  bundle: Bundle,
  engine: TableEngine,
  machine: Machine,
): Promise<Scorer> {
  if (bundle.preprocessing.vectorizer !== undefined)
    return await openTexts(bundle, engine, machine);
  const predictor = await openModel(bundle.model, machine);
  const predict = async (features: Float32Array): Promise<Float32Array> =>
    correctPriors(bundle, await predictor.predictProba(features));
  return await createScorer(bundle, engine, { predict, dispose: () => predictor.dispose() });
}

/** {@link openTextScorer} on the column of the texts. */
async function openTexts(bundle: Bundle, engine: TableEngine, machine: Machine): Promise<Scorer> {
  const { score, dispose } = await openTextScorer(bundle, machine);
  const { column } = bundle.preprocessing.vectorizer!;
  return {
    async *score(relation) {
      assertInput(bundle, relation);
      for await (const texts of streamTexts(engine, relation, column)) yield await score(texts);
    },
    dispose,
  };
}

/**
 * A scorer that gives the number predicted for each row.
 *
 * @throws StageError E_DATA when the golden rows do not get the numbers that the bundle says.
 */
export async function openNumberScorer(
  bundle: Bundle,
  engine: TableEngine,
  machine: Machine,
): Promise<Scorer<Float64Array>> {
  return await createScorer(bundle, engine, await openRegressor(bundle.model, machine));
}

/** The scorer of whatever the bundle does. */
export async function openOutputs(
  bundle: Bundle,
  engine: TableEngine,
  machine: Machine,
): Promise<Scorer<Outputs>> {
  const open = isRegression(bundle) ? openNumberScorer : openScorer;
  return await open(bundle, engine, machine);
}

async function createScorer<T extends Outputs>(
  bundle: Bundle,
  engine: TableEngine,
  { predict, dispose }: { predict: (features: Float32Array) => Promise<T>; dispose: () => void },
): Promise<Scorer<T>> {
  registerFunctions(engine, bundle.preprocessing);
  const { model } = bundle;
  const scorer: Scorer<T> = {
    async *score(relation) {
      assertInput(bundle, relation);
      const blocks = streamRows(
        engine,
        preprocess(bundle.preprocessing, relation.sql),
        model.columns,
        relation.source,
        findModel(model.name)!.acceptsMissing,
      );
      for await (const features of blocks) yield await predict(features);
    },
    dispose,
  };
  try {
    await assertGolden(bundle, async () => await collect(scorer.score(goldenRelation(bundle))));
    return scorer;
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Scored blocks with the class that is predicted; `bar` is told of every block, and ended. */
export async function* predictBlocks(
  { classes: { length: nClasses }, threshold }: Bundle,
  scorer: Scorer,
  relation: Relation,
  bar: Progress,
): AsyncGenerator<{ labels: Int32Array; probabilities: Float32Array }> {
  let nDone = 0;
  try {
    for await (const probabilities of scorer.score(relation)) {
      yield { labels: decideLabels(probabilities, nClasses, threshold), probabilities };
      nDone += probabilities.length / nClasses;
      bar.update(nDone);
    }
  } finally {
    bar.end();
  }
}

/**
 * Probabilities of a table that has its target, beside the true labels.
 *
 * @returns `yTrue` of shape (nSamples), `yProba` row-major of shape (nSamples, nClasses).
 * @throws StageError E_DATA when the table lacks the target, or holds a class that train had not.
 */
export async function scoreLabelled(
  bundle: Bundle,
  scorer: Scorer,
  engine: TableEngine,
  relation: Relation,
  startProgress: StartProgress,
): Promise<{ yTrue: Int32Array; yProba: Float32Array }> {
  const { target, classes } = bundle;
  assertTarget(relation, target);
  const found = await findClasses(engine, relation, target);
  assertKnownClasses(relation, target, found.classes, { classes, source: 'the model' });
  const yTrue = new Int32Array(found.nSamples);
  let end = 0;
  for await (const chunk of engine.stream(
    `SELECT ${labelExpression(target, classes)} FROM ${relation.sql}`,
  )) {
    const labels = (chunk.getColumnVector(0) as unknown as { items: Int32Array }).items;
    yTrue.set(labels, end);
    end += chunk.rowCount;
  }
  const yProba = new Float32Array(found.nSamples * classes.length);
  const bar = startProgress('evaluate', found.nSamples, 'rows');
  end = 0;
  for await (const { probabilities } of predictBlocks(bundle, scorer, relation, bar)) {
    yProba.set(probabilities, end);
    end += probabilities.length;
  }
  return { yTrue, yProba };
}

/** @throws StageError E_DATA for a table without the target. */
export function assertTarget({ columns, source }: Relation, target: string): void {
  if (columns.some(({ name }) => name === target)) return;
  throw new StageError('E_DATA', `${source} must have the target ${target}; got none`, {
    hint: 'predict scores rows without a target',
  });
}

const N_LATENCY_RUNS = 21;

/** Median seconds of scoring one raw row alone. */
export async function measureLatency(
  bundle: Bundle,
  scorer: Scorer<Outputs>,
  clock: () => number,
): Promise<number> {
  const golden = { ...bundle.golden, rows: bundle.golden.rows.slice(0, 1) };
  const relation = goldenRelation({ ...bundle, golden });
  const seconds: number[] = [];
  for (let run = 0; run < N_LATENCY_RUNS; run++) {
    const start = clock();
    for await (const _ of scorer.score(relation)) continue;
    seconds.push(clock() - start);
  }
  return seconds.toSorted((a, b) => a - b)[Math.floor(N_LATENCY_RUNS / 2)];
}

/** A table of the golden rows. */
export function goldenRelation({ input, golden }: Pick<Bundle, 'input' | 'golden'>): Relation {
  const rows = golden.rows.map(
    (row) => `(${input.map((column) => toSql(row[column.name], column)).join(', ')})`,
  );
  const names = input.map(({ name }) => identifier(name)).join(', ');
  return {
    sql: `(SELECT * FROM (VALUES ${rows.join(', ')}) AS golden(${names}))`,
    columns: input,
    source: 'the golden rows of the model',
  };
}

/** Of the same type in every row, whatever the values are. */
function toSql(value: Row[string], { kind }: Column): string {
  const text = value === null ? 'NULL' : literal(String(value));
  return `CAST(${text} AS ${kind === 'number' ? 'DOUBLE' : 'VARCHAR'})`;
}

function assertInput(
  { input, target, id, preprocessing }: Bundle,
  { columns, source }: Relation,
): void {
  const found = new Map(columns.map(({ name, kind }) => [name, kind]));
  const known = input.map(({ name }) => name);
  // texts stand in tables among much else
  const mayBeThere = (name: string): boolean =>
    preprocessing.vectorizer !== undefined || [...known, target, id].includes(name);
  const problems = [
    ...input.flatMap(({ name, kind }) => {
      const other = found.get(name);
      if (other === undefined) return [`no ${name}${didYouMean(name, [...found.keys()])}`];
      return other === kind ? [] : [`${name} as ${other}, not ${kind}`];
    }),
    ...columns.flatMap(({ name }) => (mayBeThere(name) ? [] : [`an unknown ${name}`])),
  ];
  if (problems.length === 0) return;
  throw new StageError(
    'E_DATA',
    `${source} must have the columns that the model was trained on; got ${listExamples(problems)}`,
    {
      hint: `the order is free, ${target} and ${id} may be there; drop what the model does not know`,
    },
  );
}

async function collect(blocks: AsyncIterable<Outputs>): Promise<number[]> {
  const values: number[] = [];
  for await (const block of blocks) values.push(...block);
  return values;
}
