/**
 * LightGBM's C library, called through koffi: data sets and boosters. Its own prediction walks one row after
 * another through all trees, and is left aside.
 *
 * Every call is synchronous. LightGBM keeps its last error, the level of its log and where that goes for
 * each thread, so that a call on another thread would write to stdout and lose its error; the loop of
 * rounds gives the event loop its turns instead.
 *
 * @see https://lightgbm.readthedocs.io/en/v4.7.0/C-API.html
 */
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { StageError } from '../../errors.ts';
import type { Machine } from '../model.ts';

type Log = Machine['warn'];

/** A booster or a data set of the library; {@link Dataset.dispose} frees it. */
type Handle = bigint;
type Native = (...values: unknown[]) => number;

export interface Matrix {
  /** Row-major, shape (nSamples, nFeatures); NaN where a value is missing. */
  readonly features: Float32Array;
  readonly nSamples: number;
  readonly nFeatures: number;
}

export interface Rows extends Matrix {
  /** Shape (nSamples). */
  readonly label: Float32Array;
  /** Shape (nSamples); null: all 1. */
  readonly weight: Float32Array | null;
  /** Of the features; without white space and any of `,:"[]{}`. */
  readonly featureNames: readonly string[];
}

export interface Dataset {
  readonly handle: Handle;
  dispose(): void;
}

export interface Booster {
  /** Keeps the scores of these rows too. */
  watch(dataset: Dataset): void;
  /** One more round; true: no leaf could be split any more, nothing was added. */
  update(): boolean;
  /**
   * Predictions for the watched rows after the last round: probabilities (of two classes that of the second),
   * or numbers of a regression.
   *
   * @param values - Written: class after class, shape (nTreesPerRound, nSamples).
   */
  predictWatched(values: Float64Array): void;
  /** LightGBM's own text of the first `nRounds` rounds. */
  toText(nRounds: number): Uint8Array;
  dispose(): void;
}

export interface Library {
  /**
   * Sorts the values of each feature into bins.
   *
   * @param parameters - "name=value name=value …".
   * @param reference - Takes the bins of that data set; null: finds its own.
   */
  createDataset(rows: Rows, parameters: string, reference: Dataset | null): Dataset;
  createBooster(train: Dataset, parameters: string): Booster;
}

const FLOAT32 = 0;
/** Of the importances that stand below the trees in a text: number of splits. */
const IMPORTANCE_SPLIT = 0;

const SIGNATURES = {
  SetMaxThreads: 'int n',
  DatasetCreateFromMat:
    'const void *data, int type, int32_t nRows, int32_t nColumns, int isRowMajor, const char *parameters, void *reference, _Out_ void **out',
  DatasetSetField: 'void *dataset, const char *name, const void *data, int n, int type',
  DatasetSetFeatureNames: 'void *dataset, const char **names, int n',
  DatasetFree: 'void *dataset',
  BoosterCreate: 'void *dataset, const char *parameters, _Out_ void **out',
  BoosterFree: 'void *booster',
  BoosterAddValidData: 'void *booster, void *dataset',
  BoosterUpdateOneIter: 'void *booster, _Out_ int *isFinished',
  BoosterGetPredict: 'void *booster, int dataset, _Out_ int64_t *n, _Out_ double *values',
  BoosterSaveModelToString:
    'void *booster, int start, int nRounds, int kind, int64_t size, _Out_ int64_t *length, _Out_ void *text',
} as const;
type Name = keyof typeof SIGNATURES;

/**
 * The library, running on `threads` threads, its log going to `warn`, each message once.
 *
 * @throws StageError E_ENVIRONMENT when it is missing or cannot be loaded.
 */
export function openLibrary({ threads, warn }: Machine): Library {
  const { functions, lastError, setLog } = load();
  const log = once(warn);
  const call = (name: Name, ...values: unknown[]): void => {
    setLog(log);
    // not the parameter num_threads, which would stand in the text of the model
    functions.SetMaxThreads(threads);
    if (functions[name](...values) !== 0) throw new Error(`LightGBM: ${lastError()} (${name})`);
  };
  const create = (name: Name, ...values: unknown[]): Handle => {
    const out: Handle[] = [0n];
    call(name, ...values, out);
    return out[0];
  };
  return {
    createDataset(rows, parameters, reference) {
      const { features, nSamples, nFeatures, label, weight, featureNames } = rows;
      const handle = create(
        'DatasetCreateFromMat',
        ...[features, FLOAT32, nSamples, nFeatures, 1, parameters],
        reference?.handle ?? null,
      );
      for (const [name, values] of Object.entries({ label, weight })) {
        if (values !== null) call('DatasetSetField', handle, name, values, nSamples, FLOAT32);
      }
      call('DatasetSetFeatureNames', handle, featureNames, nFeatures);
      return { handle, dispose: () => call('DatasetFree', handle) };
    },
    createBooster: (train, parameters) =>
      toBooster(create('BoosterCreate', train.handle, parameters), call),
  };
}

function toBooster(booster: Handle, call: (name: Name, ...values: unknown[]) => void): Booster {
  const save = (nRounds: number, text: Uint8Array): number => {
    const length = [0];
    call(
      'BoosterSaveModelToString',
      booster,
      0,
      nRounds,
      IMPORTANCE_SPLIT,
      text.length,
      length,
      text,
    );
    return Number(length[0]);
  };
  return {
    watch: (dataset) => call('BoosterAddValidData', booster, dataset.handle),
    update() {
      const isFinished = [0];
      call('BoosterUpdateOneIter', booster, isFinished);
      return isFinished[0] === 1;
    },
    predictWatched: (values) => call('BoosterGetPredict', booster, 1, [0], values),
    toText(nRounds) {
      const text = new Uint8Array(save(nRounds, new Uint8Array(1)));
      save(nRounds, text);
      return text.subarray(0, -1); // without the zero that ends a text in C
    },
    dispose: () => call('BoosterFree', booster),
  };
}

/** That a tree has fewer leaves than it may have is no fault. */
const NO_FAULT = /No further splits with positive gain/;

/** LightGBM says some things of every tree. */
function once(warn: Log): Log {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message) || NO_FAULT.test(message)) return;
    said.add(message);
    warn(message);
  };
}

interface Loaded {
  readonly functions: Readonly<Record<Name, Native>>;
  readonly lastError: () => string;
  /** Where the messages of the next call go. */
  readonly setLog: (log: Log) => void;
}
let loaded: Loaded | null = null;

/* eslint no-restricted-globals: 'off' -- OpenMP is configured by the environment alone, when it loads */

/**
 * Turns that a thread waits for the others before it sleeps. OpenMP's own 300,000 gain nothing where the cores
 * are free, and make training 8 times slower where another program uses them too: threads wait for one that
 * does not run.
 */
const SPIN_COUNT = '1000';

function load(): Loaded {
  if (loaded !== null) return loaded;
  process.env.GOMP_SPINCOUNT ??= SPIN_COUNT;
  try {
    const library = koffi.load(findLibrary());
    const functions = Object.fromEntries(
      Object.entries(SIGNATURES).map(([name, signature]) => [
        name,
        library.func(`int LGBM_${name}(${signature})`) as Native,
      ]),
    ) as Record<Name, Native>;
    const lastError = library.func('const char *LGBM_GetLastError()') as () => string;
    loaded = { functions, lastError, setLog: redirectLog(library) };
    return loaded;
  } catch (cause) {
    throw missing((cause as Error).message, cause);
  }
}

/** Messages come in pieces, the last of which ends the line. */
function redirectLog(library: LibraryHandle): Loaded['setLog'] {
  let log: Log = () => {};
  let line = '';
  const receive = (piece: string): void => {
    line += piece;
    if (!line.endsWith('\n')) return;
    const message = line.trim().replace(/^\[LightGBM\] \[\w+\] /, '');
    line = '';
    log(`LightGBM: ${message}`);
  };
  const type = koffi.proto('void LightgbmLog(const char *piece)');
  const register = library.func('int LGBM_RegisterLogCallback(LightgbmLog *log)');
  register(koffi.register(receive, koffi.pointer(type)));
  return (next) => {
    log = next;
  };
}

/** Three folders up from lib/models/lightgbm, four from dist/lib/models/lightgbm. */
function findLibrary(): string {
  const root = import.meta.url.endsWith('.ts') ? '../../..' : '../../../..';
  return fileURLToPath(new URL(`${root}/.native/lightgbm/lib_lightgbm.so`, import.meta.url));
}

function missing(got: string, cause?: unknown): StageError {
  return new StageError('E_ENVIRONMENT', `gradient boosting needs LightGBM's library; got ${got}`, {
    hint: '`npm run setup` places it; `npx timberline doctor` says what is missing',
    cause,
  });
}
