/** What a model is to the stages: a name, parameters, how it is fitted, and how it predicts. */
import type { Params, Schema } from '../params/schema.ts';
import type { StartProgress } from '../progress.ts';
import type { Rng } from '../rng.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import type { Task } from '../task.ts';
import type { Tensor } from '../tensors/safetensors.ts';

/** Dense: row-major, shape (nSamples, nFeatures), NaN where a value is missing; or sparse, every value finite. */
export type Features = Float32Array | CsrMatrix;

/** Rows of one split as features and labels. */
export interface LabelledRows<X extends Features = Float32Array> {
  readonly nSamples: number;
  readonly features: X;
  /** Class of each row, 0 to nClasses - 1, shape (nSamples). */
  readonly labels: Int32Array;
}

/** Rows of one split as features and numbers to predict. */
export interface NumericRows {
  readonly nSamples: number;
  /** Row-major, shape (nSamples, nFeatures); NaN where a value is missing. */
  readonly features: Float32Array;
  /** Finite, shape (nSamples). */
  readonly targets: Float64Array;
}

/** What a model learns classes from. */
export interface TrainingData<X extends Features = Float32Array> {
  readonly task?: 'classification';
  /** Names of the features, in their order. */
  readonly columns: readonly string[];
  /** At least 2. */
  readonly nClasses: number;
  readonly train: LabelledRows<X>;
  /** For early stopping, blending weights and the history; never learnt from otherwise. */
  readonly valid: LabelledRows<X>;
  /** Weight of the rows of each class, shape (nClasses); null: all 1. */
  readonly classWeight: readonly number[] | null;
}

/** What a model learns a number from. */
export interface RegressionData {
  readonly task: 'regression';
  readonly columns: readonly string[];
  readonly train: NumericRows;
  /** As of {@link TrainingData}. */
  readonly valid: NumericRows;
}

/** Whatever `train` may be given. */
export type AnyData = TrainingData | TrainingData<CsrMatrix> | RegressionData;

/** Whether a model is to learn from sparse rows. */
export function isSparse(data: AnyData): data is TrainingData<CsrMatrix> {
  return !(data.train.features instanceof Float32Array);
}

/** The state of one training between runs of a killed process. */
export interface CheckpointStore {
  /** null: there is none of the same training. */
  read(): Checkpoint | null;
  write(checkpoint: Checkpoint): void;
}
export interface Checkpoint {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Plain data. */
  readonly state: unknown;
}

/** What a model is opened or fitted with. */
export interface Machine {
  readonly threads: number;
  readonly warn: (message: string) => void;
}

export interface FitContext extends Machine {
  /** A model of the same name that training starts from; null or none: from nothing. */
  readonly from?: FittedModel | null;
  /** The random stream of one purpose. */
  readonly rng: (purpose: string) => Rng;
  /** Aborted by Ctrl-C; long loops look at it. */
  readonly signal: AbortSignal;
  readonly info: (message: string) => void;
  readonly startProgress: StartProgress;
  /** Gets every step as it ends; after `stop` training ends with what it has. */
  readonly onStep: (row: HistoryRow) => Verdict;
  /** Where the state of the training of this name is kept; null: nowhere. */
  readonly checkpoint: (name: string) => CheckpointStore | null;
  /** Fits another model of the registry by its own parameters, for a model that is made of several. */
  readonly fitMember: (name: string) => Promise<TrainedModel>;
}

/** Whether training goes on after a step. */
export type Verdict = 'go on' | 'stop';

/**
 * One step of training: an epoch, a boosting round, a tree. Losses are log losses, those of a regression root mean
 * squared errors; null: not measured.
 */
export interface HistoryRow {
  /** From 1. */
  readonly step: number;
  readonly loss: number | null;
  readonly validLoss: number | null;
  readonly validAccuracy: number | null;
  readonly learningRate: number | null;
}

/** A step of the training of one model, which may be one of several. */
export interface ModelHistoryRow extends HistoryRow {
  readonly model: string;
}

/** What was learnt; plain data. */
export interface FittedModel {
  /** Name in the registry. */
  readonly name: string;
  /** Features that it takes, in its order. */
  readonly columns: readonly string[];
  /** Absent: it tells classes apart. */
  readonly task?: Task;
  /** 0 of a regression. */
  readonly nClasses: number;
  /** All that is no array of numbers; survives JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

export interface Fit {
  readonly fitted: Pick<FittedModel, 'facts' | 'tensors'>;
  /** The features that it takes, where these are not all that it was given. */
  readonly columns?: readonly string[];
  /** With the name of its model where that is another one. */
  readonly history: readonly (HistoryRow | ModelHistoryRow)[];
  /** What is worth knowing of the training (n_trees, best_step …), for reports/metrics/train.json. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** What the training of a model of the registry gives. */
export interface TrainedModel {
  readonly fitted: FittedModel;
  readonly history: readonly ModelHistoryRow[];
  readonly metrics: Fit['metrics'];
}

/** A fitted model ready to score. A row gets the same bits alone, in a subset, and in the whole. */
export interface Predictor<X extends Features = Float32Array> {
  /**
   * @param features - Shape (nSamples, nFeatures).
   * @returns Probabilities, row-major, shape (nSamples, nClasses); each row sums to 1.
   */
  predictProba(features: X): Promise<Float32Array>;
  dispose(): void;
}

/** A fitted regression ready to predict. A row gets the same bits alone, in a subset, and in the whole. */
export interface Regressor {
  /**
   * @param features - Row-major, shape (nSamples, nFeatures).
   * @returns Shape (nSamples).
   */
  predict(features: Float32Array): Promise<Float64Array>;
  dispose(): void;
}

/** How a model predicts a number, by the same parameters as classes. */
export interface RegressionDefinition<S extends Schema = Schema> {
  /** @throws StageError as `fit` of {@link ModelDefinition} does. */
  fit(data: RegressionData, params: Params<S>, context: FitContext): Promise<Fit>;
  findProblem(fitted: FittedModel): string | null;
  open(fitted: FittedModel, machine: Machine): Promise<Regressor>;
}

/** How a model learns classes from sparse rows, by the same parameters and to the same state as from dense ones. */
export interface SparseDefinition<S extends Schema = Schema> {
  /** @throws StageError as `fit` of {@link ModelDefinition} does. */
  fit(data: TrainingData<CsrMatrix>, params: Params<S>, context: FitContext): Promise<Fit>;
  open(fitted: FittedModel, machine: Machine): Promise<Predictor<CsrMatrix>>;
}

export interface ModelDefinition<S extends Schema = Schema> {
  /** In kebab-case, as `train.model` has it; its parameters are `train.<name_in_snake_case>`. */
  readonly name: string;
  /** One sentence for the documentation, with its source. */
  readonly summary: string;
  readonly params: S;
  /** True: NaN is a missing value; false: every feature must be a number. */
  readonly acceptsMissing: boolean;
  /** Whether `context.from` is looked at; none: it is not. */
  readonly startsFromModel?: boolean;
  /**
   * @throws StageError E_DATA or E_PARAMS for data that this model cannot learn from, E_ENVIRONMENT when
   *   its native part is missing.
   */
  fit(data: TrainingData, params: Params<S>, context: FitContext): Promise<Fit>;
  /** What does not fit together in a model that comes from a file, as "got" of a message; null: all does. */
  findProblem(fitted: FittedModel): string | null;
  open(fitted: FittedModel, machine: Machine): Promise<Predictor>;
  /** None: it tells classes apart, and predicts no numbers. */
  readonly regression?: RegressionDefinition<S>;
  /** None: every row must be dense. */
  readonly sparse?: SparseDefinition<S>;
}

/** Types the definition; heavy modules are imported inside `fit` and `open`. */
export function defineModel<const S extends Schema>(
  definition: ModelDefinition<S>,
): ModelDefinition<S> {
  return definition;
}
