/** The golden tables of tests/golden/baselines, and small data to fit models on. */
import { readFileSync } from 'node:fs';
import type {
  Fit,
  FitContext,
  FittedModel,
  ModelDefinition,
  TrainingData,
} from '../../lib/models/model.ts';
import type { Params, Schema } from '../../lib/params/schema.ts';
import { createContext, machine } from './small-model.ts';

type Table = readonly (readonly number[])[];

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../golden/baselines/${name}.json`, import.meta.url), 'utf8'));

export const input = read('input') as Readonly<
  Record<'X' | 'X_test' | 'scaled' | 'scaled_test' | 'grid' | 'queries', Table> &
    Record<'y' | 'weights' | 'grid_labels', readonly number[]>
>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a tree of numbers that make.py names
export const expected = read('expected') as Readonly<Record<string, any>>;

export const flat = (table: Table): Float32Array => Float32Array.from(table.flat());

export function toData(
  table: Table,
  labels: readonly number[],
  nClasses: number,
  classWeight: readonly number[] | null = null,
): TrainingData {
  const rows = {
    nSamples: labels.length,
    features: flat(table),
    labels: Int32Array.from(labels),
  };
  const columns = table[0].map((_, j) => `column${j}`);
  return { columns, nClasses, classWeight, train: rows, valid: rows };
}

/** Fits a model by itself, without the registry. */
export async function fitAlone<S extends Schema>(
  model: ModelDefinition<S>,
  data: TrainingData,
  params: Params<S>,
  changes: Partial<FitContext> = {},
): Promise<FittedModel & Pick<Fit, 'metrics' | 'history'>> {
  const fitMember = () => Promise.reject(new Error('a baseline has no members'));
  const { fitted, columns, metrics, history } = await model.fit(data, params, {
    ...createContext(),
    onStep: () => 'go on',
    fitMember,
    ...changes,
  });
  return {
    ...fitted,
    name: model.name,
    columns: columns ?? data.columns,
    nClasses: data.nClasses,
    metrics,
    history,
  };
}

export async function predictAlone(
  model: Pick<ModelDefinition, 'open'>,
  fitted: FittedModel,
  features: Float32Array,
): Promise<Float32Array> {
  const predictor = await model.open(fitted, machine);
  try {
    return await predictor.predictProba(features);
  } finally {
    predictor.dispose();
  }
}
