/** The stage that `tune` tunes: what it must be, and how a trial of it is run. */
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { roundResult } from '../data/json-files.ts';
import { ERROR_CODES, EXIT_INTERRUPTED, StageError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { isRecord, toCamelCase } from '../params/schema.ts';
import { isAlive, ownPid } from '../processes.ts';
import { didYouMean } from '../suggest.ts';
import { mergeMaps, toOverlay } from '../tuning/trial.ts';
import type { Ending, RunTrial } from '../tuning/tune.ts';
import { BASE_SCHEMA } from './base.ts';
import { startChildStage } from './child-stage.ts';
import type { ChildOutcome } from './child-stage.ts';
import { parseParamsFile, readParams } from './read-params.ts';
import { listStageNames, loadStage } from './registry.ts';
import { toFlag } from './stage.ts';
import type { BaseParams, StageDefinition } from './stage.ts';

export interface TunedStage {
  readonly definition: StageDefinition;
  /** Path of each input, as the trials read them. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Parameters of its group and of base that no trial changes, unless the space does. */
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly run: RunTrial;
}

export interface TunedStageOptions {
  readonly metric: string;
  readonly workers: number;
  readonly base: BaseParams;
  readonly paramsFile: string | null;
  /** Inputs that are not where the stage has them; null: there. */
  readonly inputs: Readonly<Record<string, string | null>>;
}

/**
 * Opens a stage for tuning.
 *
 * @throws StageError E_PARAMS when there is no such stage, it writes no metrics, or its own parameters are
 *   wrong; E_USAGE for an input that it does not have; E_DATA for one that is missing.
 */
export async function openTunedStage(
  name: string,
  { metric, workers, base, paramsFile, inputs: given }: TunedStageOptions,
): Promise<TunedStage> {
  const definition = await loadTunable(name);
  const inputs = findInputs(definition, given);
  // every problem of the parameters that are no trial's, before the first one
  readParams(definition.params, name, paramsFile, [], listStageNames());
  const group = paramsFile === null ? {} : (parseParamsFile(paramsFile)[name] ?? {});
  const threads = Math.max(1, Math.floor(base.threads / workers));
  const fixed = { base: { ...toFileKeys(base), threads }, [name]: group };
  const flags = Object.entries(inputs).flatMap(([input, path]) => [
    `--${toFlag(input)}`,
    resolve(path),
  ]);
  const metrics = definition.paths.metrics.default!;
  removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), `timberline-tune-${ownPid}-`));
  const running = new Set<() => void>();
  process.on('exit', () => {
    for (const kill of running) kill();
    discard(folder);
  });

  const run: RunTrial = ({ number, params }, onReport) => {
    const cwd = join(folder, String(number));
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'params.yaml'), stringify(mergeMaps(fixed, toOverlay(params))));
    const { pid, outcome, kill } = startChildStage(name, flags, cwd, ({ step, values }) => {
      const value = values[metric];
      if (typeof value === 'number') onReport(step, roundResult(value));
    });
    writeFileSync(join(cwd, `${PID}${pid}`), '');
    running.add(kill);
    const end = (ended: ChildOutcome): Ending => {
      const ending = describeEnd(ended);
      if (ending !== null) return ending;
      return { kind: 'value', value: readMetric(join(cwd, metrics), metric, name) };
    };
    const ending = outcome.then(end).finally(() => {
      running.delete(kill);
      discard(cwd);
    });
    return { ending, kill };
  };
  return { definition, inputs, fixed, run };
}

async function loadTunable(name: string): Promise<StageDefinition> {
  const names = listStageNames();
  if (!names.includes(name)) {
    throw new StageError(
      'E_PARAMS',
      `tune.stage must be a stage; got ${name}${didYouMean(name, names)}`,
      {
        hint: '`npx timberline --help` lists the stages',
      },
    );
  }
  const definition = await loadStage(name);
  if (name === 'tune' || definition.paths.metrics?.kind !== 'output') {
    throw new StageError(
      'E_PARAMS',
      `tune.stage must be a stage that writes metrics; got ${name}`,
      {
        hint: 'train does, and every stage with --metrics',
      },
    );
  }
  return definition;
}

/** By name: what is given, and where the stage has its own; optional ones that are not given are left out. */
function findInputs(
  { name, paths }: StageDefinition,
  given: TunedStageOptions['inputs'],
): Record<string, string> {
  const known = Object.keys(paths).filter((input) => paths[input].kind === 'input');
  const foreign = Object.keys(given).find((input) => given[input] && !known.includes(input));
  if (foreign !== undefined) {
    throw new StageError(
      'E_USAGE',
      `--${toFlag(foreign)} must be an input of ${name}, which has none of this name`,
      {
        hint: `leave it out; ${name} reads ${known.map((input) => `--${toFlag(input)}`).join(', ')}`,
      },
    );
  }
  const inputs = Object.fromEntries(
    known.flatMap((input) => {
      const path = given[input] ?? paths[input].default;
      return path === null ? [] : [[input, path]];
    }),
  );
  for (const [input, path] of Object.entries(inputs)) {
    if (existsSync(path)) continue;
    throw new StageError('E_DATA', `${path} must exist, since ${name} reads it; got no such file`, {
      hint: `run the stage that writes it, or name another with --${toFlag(input)}`,
    });
  }
  return inputs;
}

function toFileKeys(base: BaseParams): Record<string, unknown> {
  const values = base as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(BASE_SCHEMA).map((key) => [key, values[toCamelCase(key)]]));
}

/** null: it ended well. */
function describeEnd({ exit, document, said }: ChildOutcome): Ending | null {
  if (exit === 0) return null;
  if (exit === null || exit === EXIT_INTERRUPTED) return { kind: 'killed' };
  const error = document?.error as { code: ErrorCode; message: string; hint?: string } | undefined;
  if (error !== undefined && Object.hasOwn(ERROR_CODES, error.code)) {
    return { kind: 'failed', ...error };
  }
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => line.startsWith('bug in timberline')) + 1;
  return { kind: 'failed', code: null, message: lines[at]?.trim() ?? `exit ${exit}` };
}

/** null where the metric has no value. */
function readMetric(file: string, metric: string, stage: string): number | null {
  const metrics = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const keys = metric.split('.');
  const value = keys.reduce<unknown>((map, key) => (isRecord(map) ? map[key] : undefined), metrics);
  if (typeof value === 'number' || value === null) return value;
  const known = Object.keys(metrics).filter((key) => typeof metrics[key] === 'number');
  throw new StageError(
    'E_PARAMS',
    `tune.metric must be a metric of ${stage}; got ${metric}${didYouMean(metric, known)}`,
    { hint: `${stage} measures ${known.join(', ')}` },
  );
}

/** What a process that ends meanwhile still writes, or another run removes, is left to the next run. */
function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    return;
  }
}

/** A file in the folder of a trial names its process. */
const PID = 'pid-';

/** Removes the folders of runs that were killed, and whose trials have ended too. */
function removeAbandoned(): void {
  for (const entry of readdirSync(tmpdir())) {
    const owner = /^timberline-tune-(\d+)-/.exec(entry)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const folder = join(tmpdir(), entry);
    const pids = globSync(`*/${PID}*`, { cwd: folder }).map((file) =>
      Number(file.slice(file.lastIndexOf(PID) + PID.length)),
    );
    // a process whose working folder goes away may never end
    if (!pids.some(isAlive)) discard(folder);
  }
}
