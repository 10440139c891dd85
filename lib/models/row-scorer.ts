/**
 * A bundle made ready to score raw rows that are in memory: preprocessing, model, prior correction.
 *
 * A row gets the bits that {@link openOutputs} gives it in a table.
 */
import { loadLibm } from '../preprocessing/libm.ts';
import { createRowProgram } from '../preprocessing/row-program.ts';
import { isRegression } from './bundle.ts';
import type { Bundle } from './bundle.ts';
import { correctPriors } from './correct-priors.ts';
import { openModel, openRegressor } from './fit-model.ts';
import { assertGolden } from './golden-rows.ts';
import type { Machine } from './model.ts';
import { findModel } from './registry.ts';
import { openTextScorer } from './text-scorer.ts';

/** Rows of the columns `input` of a bundle, in its order. */
export interface RawRows {
  readonly nRows: number;
  /** Row-major, shape (nRows, nColumns), finite; NaN where a value is missing, and in columns of other kinds. */
  readonly numbers: Float64Array;
  /** Of each column that holds no numbers its values, shape (nRows); null where one is missing. */
  readonly texts: ReadonlyMap<string, readonly (string | null)[]>;
}

/** A feature without a finite number in a row, for a model that needs one. */
export interface MissingFeature {
  readonly row: number;
  readonly feature: string;
}

export class MissingFeaturesError extends Error {
  readonly missing: readonly MissingFeature[];

  constructor(missing: readonly MissingFeature[]) {
    super(`features without a finite number: ${missing.length}`);
    this.name = 'MissingFeaturesError';
    this.missing = missing;
  }
}

export interface RowScorer {
  /**
   * @returns Probabilities, row-major, shape (nRows, nClasses); of a regression numbers, shape (nRows).
   * @throws MissingFeaturesError where the model takes no missing values and there are some.
   */
  score(rows: RawRows): Promise<Float32Array | Float64Array>;
  dispose(): void;
}

/** @throws StageError E_DATA when the golden rows do not get what the bundle says. */
export async function openRowScorer(bundle: Bundle, machine: Machine): Promise<RowScorer> {
  const scorer = await openScorer(bundle, machine);
  try {
    await assertGolden(bundle, async () => await scorer.score(goldenRows(bundle)));
    return scorer;
  } catch (error) {
    scorer.dispose();
    throw error;
  }
}

async function openScorer(bundle: Bundle, machine: Machine): Promise<RowScorer> {
  const { model, input, preprocessing } = bundle;
  if (preprocessing.vectorizer !== undefined) {
    const { score, dispose } = await openTextScorer(bundle, machine);
    const { column } = preprocessing.vectorizer;
    return { score: async ({ texts }) => await score(texts.get(column)!), dispose };
  }
  const { predict, dispose } = await openPredict(bundle, machine);
  const toFeatures = createRowProgram(preprocessing, input, model.columns, loadLibm());
  const { acceptsMissing } = findModel(model.name)!;
  return {
    async score({ numbers }) {
      const features = toFeatures(numbers);
      if (!acceptsMissing) assertComplete(features, model.columns);
      return await predict(features);
    },
    dispose,
  };
}

async function openPredict(
  bundle: Bundle,
  machine: Machine,
): Promise<{
  predict: (features: Float32Array) => Promise<Float32Array | Float64Array>;
  dispose: () => void;
}> {
  if (isRegression(bundle)) return await openRegressor(bundle.model, machine);
  const { predictProba, dispose } = await openModel(bundle.model, machine);
  return { predict: async (rows) => correctPriors(bundle, await predictProba(rows)), dispose };
}

function assertComplete(features: Float32Array, columns: readonly string[]): void {
  if (!features.some(Number.isNaN)) return;
  const missing: MissingFeature[] = [];
  for (let at = 0; at < features.length; at++) {
    if (!Number.isNaN(features[at])) continue;
    missing.push({ row: Math.floor(at / columns.length), feature: columns[at % columns.length] });
  }
  throw new MissingFeaturesError(missing);
}

/** The golden rows as they would come in a request. */
export function goldenRows({ golden, input }: Pick<Bundle, 'golden' | 'input'>): RawRows {
  const { rows } = golden;
  const isNumber = input.map(({ kind }) => kind === 'number');
  const others = input.filter((_, j) => !isNumber[j]);
  return {
    nRows: rows.length,
    numbers: Float64Array.from(
      rows.flatMap((row) =>
        input.map(({ name }, j) => (isNumber[j] ? ((row[name] as number | null) ?? NaN) : NaN)),
      ),
    ),
    texts: new Map(others.map(({ name }) => [name, rows.map((row) => row[name] as string | null)])),
  };
}
