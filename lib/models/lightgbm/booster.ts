/**
 * Boosting round by round: trains until the valid loss stops falling, and gives the text of the model.
 *
 * The same rows, options and seed give the same text, on any number of threads: sums over rows are made in
 * a fixed order (LightGBM's `deterministic`), and the text says nothing of the threads.
 *
 * @see Ke et al. (2017), LightGBM: A Highly Efficient Gradient Boosting Decision Tree, NeurIPS 30
 */
import { setImmediate } from 'node:timers/promises';
import { StageError } from '../../errors.ts';
import { toCamelCase } from '../../params/schema.ts';
import type { FitContext, Verdict } from '../model.ts';
import { openLibrary } from './library.ts';
import type { Booster, Dataset, Library, Rows } from './library.ts';
import type { Feature } from './features.ts';
import { BOOSTER_SCHEMA } from './params.ts';
import type { BoosterOptions } from './params.ts';
import { createWatch } from './watch.ts';
import type { Round } from './watch.ts';

export type Objective =
  | { readonly name: 'multiclass'; readonly nClasses: number }
  | { readonly name: 'binary' }
  /** Least squares. */
  | { readonly name: 'regression' }
  /** The value that a share of `alpha`, above 0 and below 1, lies below. */
  | { readonly name: 'quantile'; readonly alpha: number };

/** Rows to learn from, or to watch. */
export type BoosterRows = Pick<Rows, 'features' | 'nSamples'> & {
  /** Class from 0, or the number to predict; shape (nSamples). */
  readonly targets: Float32Array;
  /** Shape (nSamples), above 0; null: all 1. */
  readonly weights: Float32Array | null;
};

export interface BoosterData {
  readonly objective: Objective;
  readonly features: readonly Pick<Feature, 'name' | 'isCategorical' | 'monotone'>[];
  readonly train: BoosterRows;
  /** null: no history, and no early stopping. */
  readonly valid: BoosterRows | null;
}

export interface BoosterFit {
  /** LightGBM's own text of the rounds that are kept, in UTF-8. */
  readonly text: Uint8Array;
  /** Every round that was trained. */
  readonly history: readonly Round[];
  readonly nRounds: number;
  /** Round of the lowest valid loss, from 1; null without valid rows. */
  readonly bestRound: number | null;
}

export type BoosterContext = Pick<
  FitContext,
  'threads' | 'warn' | 'rng' | 'signal' | 'startProgress'
> & {
  /** Gets every round as it ends; after `stop` training ends with what it has. */
  readonly onRound: (round: Round) => Verdict;
};

/**
 * @throws StageError E_PARAMS when options contradict each other or training diverges, E_DATA when a target
 *   is not finite, E_ENVIRONMENT when the library is missing.
 */
export async function fitBooster(
  data: BoosterData,
  options: BoosterOptions,
  context: BoosterContext,
): Promise<BoosterFit> {
  assertOptions(options);
  assertTargets(data);
  const library = openLibrary(context);
  const parameters = toParameters(data, options, context.rng('lightgbm').int32() >>> 1);
  const { booster, dispose } = prepare(library, data, parameters);
  const bar = context.startProgress('lightgbm', options.numIterations, 'rounds');
  try {
    const watch = createWatch(booster, data);
    const history: Round[] = [];
    let best: Round | null = null;
    const patience = options.earlyStoppingRounds ?? Infinity;
    while (history.length < options.numIterations && !booster.update()) {
      const round = { step: history.length + 1, ...watch() };
      assertFinite(round);
      history.push(round);
      if (isBetter(round, best)) best = round;
      bar.update(round.step, noteOf(round));
      await setImmediate(); // Ctrl-C and the progress bar get their turn
      context.signal.throwIfAborted();
      if (context.onRound(round) === 'stop') break;
      if (best !== null && round.step - best.step >= patience) break;
    }
    const isBestKept = options.earlyStoppingRounds !== null && best !== null;
    if (!isBestKept) warnOfRise(history.at(-1), best, context);
    const nRounds = isBestKept ? best!.step : history.length;
    return { text: booster.toText(nRounds), history, nRounds, bestRound: best?.step ?? null };
  } finally {
    bar.end();
    dispose();
  }
}

function isBetter({ validLoss }: Round, best: Round | null): boolean {
  return validLoss !== null && (best === null || validLoss < best.validLoss!);
}

function prepare(
  library: Library,
  { features, train, valid }: BoosterData,
  parameters: string,
): { booster: Booster; dispose: () => void } {
  const featureNames = toFeatureNames(features.map(({ name }) => name));
  const open: { dispose(): void }[] = [];
  const dispose = (): void => {
    for (const item of open.splice(0).reverse()) item.dispose();
  };
  const create = (
    { targets: label, weights: weight, ...rows }: BoosterRows,
    like: Dataset | null,
  ) => {
    const rest = { label, weight, nFeatures: features.length, featureNames };
    const dataset = library.createDataset({ ...rows, ...rest }, parameters, like);
    open.push(dataset);
    return dataset;
  };
  try {
    const trainSet = create(train, null);
    const validSet = valid === null ? null : create(valid, trainSet);
    const booster = library.createBooster(trainSet, parameters);
    open.push(booster);
    if (validSet !== null) booster.watch(validSet);
    return { booster, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** LightGBM's parameters as it reads them. */
function toParameters(
  { objective, features }: BoosterData,
  options: BoosterOptions,
  seed: number,
): string {
  const own = Object.keys(BOOSTER_SCHEMA)
    .filter((name) => name !== 'early_stopping_rounds') // ours: LightGBM has it in its own loop alone
    .map((name) => [name, options[toCamelCase(name) as keyof BoosterOptions]]);
  const categorical = features.flatMap(({ isCategorical }, j) => (isCategorical ? [j] : []));
  const isMonotone = features.some(({ monotone }) => monotone !== 0);
  return Object.entries({
    ...Object.fromEntries(own),
    objective: objective.name,
    ...(objective.name === 'multiclass' ? { num_class: objective.nClasses } : {}),
    ...(objective.name === 'quantile' ? { alpha: objective.alpha } : {}),
    metric: 'none',
    max_depth: options.maxDepth ?? -1,
    ...(categorical.length > 0 ? { categorical_feature: categorical.join() } : {}),
    ...(isMonotone
      ? { monotone_constraints: features.map(({ monotone }) => monotone).join() }
      : {}),
    seed,
    deterministic: true,
    force_row_wise: true,
    verbosity: 0,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Without what LightGBM allows in no name; a name that is there already gets a number behind it. */
function toFeatureNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = name.replace(/[\s,:"[\]{}\\]/g, '_');
    let unique = base;
    for (let n = 2; taken.has(unique); n++) unique = `${base}_${n}`;
    taken.add(unique);
    return unique;
  });
}

function assertFinite({ step, validLoss }: Round): void {
  if (validLoss === null || Number.isFinite(validLoss)) return;
  throw new StageError(
    'E_PARAMS',
    `the valid loss of train.lightgbm must stay finite; got ${validLoss} after ${step} rounds`,
    { hint: 'raise min_sum_hessian_in_leaf or lambda_l2, or lower learning_rate' },
  );
}

/** A valid loss that is this many times the lowest says that leaves took extreme values. */
const UNSTABLE_RISE = 2;

function warnOfRise(last: Round | undefined, best: Round | null, { warn }: BoosterContext): void {
  if (best === null || last!.validLoss! <= UNSTABLE_RISE * best.validLoss!) return;
  warn(
    `the valid loss rose from ${best.validLoss} after ${best.step} rounds to ${last!.validLoss}: set early_stopping_rounds, or raise min_sum_hessian_in_leaf`,
  );
}

function noteOf({ validLoss, validAccuracy }: Round): string | undefined {
  if (validLoss === null) return undefined;
  const accuracy = validAccuracy === null ? '' : `, valid accuracy ${validAccuracy.toFixed(4)}`;
  return `valid loss ${validLoss.toFixed(4)}${accuracy}`;
}

function assertOptions(options: BoosterOptions): void {
  const { boosting, baggingFreq, baggingFraction, featureFraction } = options;
  const isSampled = (baggingFreq > 0 && baggingFraction < 1) || featureFraction < 1;
  if (boosting === 'rf' && !isSampled) {
    throw new StageError(
      'E_PARAMS',
      'train.lightgbm.boosting: rf must sample rows or features; got all rows and features for every tree',
      { hint: 'set feature_fraction below 1, or bagging_freq 1 with bagging_fraction below 1' },
    );
  }
  if (options.pathSmooth > 0 && options.minDataInLeaf < 2) {
    throw new StageError(
      'E_PARAMS',
      `train.lightgbm.min_data_in_leaf must be at least 2 where path_smooth is above 0; got ${options.minDataInLeaf}`,
    );
  }
}

function assertTargets({ train, valid }: BoosterData): void {
  for (const [name, rows] of Object.entries({ train, valid })) {
    const at = rows?.targets.findIndex((target) => !Number.isFinite(target)) ?? -1;
    if (at < 0) continue;
    throw new StageError(
      'E_DATA',
      `${name} must have finite targets; got ${rows!.targets[at]} in row ${at + 1}`,
    );
  }
}
