/**
 * What a stage is: a name, a sentence, the files it reads and writes, its parameters, and `run`.
 *
 * Everything around `run` (command line, parameters, log, progress, timing, exit codes, atomic writes) is
 * in main.ts, so that a stage file holds nothing but its declaration and its calls.
 */
import type { Params, Schema } from '../params/schema.ts';
import type { Rng } from '../rng.ts';
import type { Log } from './log.ts';
import type { StartProgress } from '../progress.ts';

export interface StagePath {
  readonly kind: 'input' | 'output';
  readonly default: string | null;
  readonly doc: string;
}
interface RequiredPath extends StagePath {
  readonly default: string;
}

/** A file or folder that the stage reads; the default is the path in dvc.yaml. */
export const input = (path: string, doc: string): RequiredPath & { kind: 'input' } => ({
  kind: 'input',
  default: path,
  doc,
});
/** An input that may be left out; `paths.<name>` is then null. */
export const optionalInput = (doc: string): StagePath => ({ kind: 'input', default: null, doc });
/** A file or folder that the stage writes, whole; `run` gets a path beside it, renamed when complete. */
export const output = (path: string, doc: string): RequiredPath & { kind: 'output' } => ({
  kind: 'output',
  default: path,
  doc,
});
/** An output that is written only when asked for; `paths.<name>` is null when it is not. */
export const optionalOutput = (doc: string): StagePath => ({ kind: 'output', default: null, doc });

export type StagePaths = Readonly<Record<string, StagePath>>;
export type StageFlags = Readonly<Record<string, string>>;
/** Groups of params.yaml by name, each with its declaration. */
export type StageGroups = Readonly<Record<string, Schema>>;
type PathValues<P extends StagePaths> = {
  readonly [K in keyof P]: P[K] extends RequiredPath ? string : string | null;
};

/** Values that every stage shares: the group `base` of params.yaml. */
export type BaseParams = Params<typeof import('./base.ts').BASE_SCHEMA>;
/** The group `tracking` of params.yaml. */
export type TrackingParams = Params<typeof import('./base.ts').TRACKING_SCHEMA>;

export interface StageContext<
  P extends StagePaths,
  S extends Schema,
  F extends StageFlags,
  G extends StageGroups,
> {
  readonly paths: PathValues<P>;
  readonly params: Params<S>;
  /** Values of the groups that the stage shares, by their names. */
  readonly shared: { readonly [K in keyof G]: Params<G[K]> };
  readonly base: BaseParams;
  readonly tracking: TrackingParams;
  readonly flags: { readonly [K in keyof F]: boolean };
  /** What stands on the command line beside flags; empty for a stage that declares no operands. */
  readonly operands: readonly string[];
  /** The random stream of one purpose of this stage. */
  readonly rng: (purpose: string) => Rng;
  readonly log: Log;
  readonly progress: StartProgress;
  /**
   * Tells whoever started this run as a child, and watches it, what was measured at a step: `tune` prunes by
   * that. Steps rise from 0 or 1; what is null or not finite is passed over. Nobody listens to other runs.
   */
  readonly report: (step: number, values: Readonly<Record<string, number | null>>) => void;
  /** The file that the parameters came from; null: there was none. */
  readonly paramsFile: string | null;
  /** Version of timberline. */
  readonly version: string;
  /** Aborted by Ctrl-C; long loops look at it, a service ends. */
  readonly signal: AbortSignal;
  /** Seconds since the stage began; for the log and the terminal, never for an output. */
  readonly clock: () => number;
  /** A folder for state that outlives a killed run; removed when the run ends well. */
  readonly checkpoint: string;
}

/** `message` is the one line on stdout; all of it is the document of --json. */
export interface StageResult {
  readonly message: string;
  readonly [fact: string]: unknown;
}

export interface StageDefinition<
  P extends StagePaths = StagePaths,
  S extends Schema = Schema,
  F extends StageFlags = StageFlags,
  G extends StageGroups = StageGroups,
> {
  readonly name: string;
  /** One sentence, imperative, without a full stop. */
  readonly summary: string;
  readonly paths: P;
  readonly params: S;
  /** Groups that other stages of its pipeline read too, so that each number is written once. */
  readonly shared?: G;
  /** Switches beside paths and parameters, each with its sentence. */
  readonly flags?: F;
  /** What may stand on the command line beside flags, any number of it: its name there and its sentence. */
  readonly operands?: { readonly name: string; readonly doc: string };
  /** True for a stage that no dvc.yaml needs to hold (predict, services). */
  readonly standalone?: boolean;
  /**
   * True for a stage that answers until it is told to stop: SIGINT and SIGTERM abort its `signal` and it ends by
   * itself, with 0; a second SIGINT ends it at once. Its standard output is its log, JSON lines, of which the result is the last.
   */
  readonly service?: boolean;
  /** Arguments of the example in --help, without the program's name. */
  readonly example: string;
  run(context: StageContext<P, S, F, G>): Promise<StageResult>;
}

/** The flag of a path or switch, without its dashes: `class-names` of `classNames`. */
export function toFlag(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Types the definition; the stage file exports what comes back. */
export function defineStage<
  const P extends StagePaths,
  const S extends Schema,
  const F extends StageFlags = Record<never, string>,
  const G extends StageGroups = Record<never, Schema>,
>(definition: StageDefinition<P, S, F, G>): StageDefinition<P, S, F, G> {
  return definition;
}
