/** A study of Optuna, kept by study.py: a process of its own that answers one request after another. */
import { spawn } from 'node:child_process';
import { env } from 'node:process';
import { createInterface } from 'node:readline';
import { StageError } from '../errors.ts';
import { ownPid } from '../processes.ts';
import type { Point } from './grid.ts';
import type { SearchSpace } from './search-space.ts';
import type { Attempt, Direction, Trial } from './trial.ts';

export interface StudyOptions {
  /** URL of SQLAlchemy. */
  readonly storage: string;
  readonly name: string;
  readonly direction: Direction;
  readonly space: SearchSpace;
  readonly sampler: string;
  /** The parameters of each trial, where these are given and not drawn. */
  readonly grid: readonly Point[] | null;
  readonly nStartupTrials: number;
  readonly pruner: string;
  readonly nWarmupSteps: number;
  readonly percentile: number;
  readonly seed: number;
  /** All that decides the trials; a study that was made for something else is refused. Plain data. */
  readonly identity: Readonly<Record<string, unknown>>;
}

/** How a trial ended. */
export interface Verdict {
  readonly state: 'COMPLETE' | 'PRUNED' | 'FAIL';
  readonly value: number | null;
  /** Why it failed; null for an attempt that was killed, which is retried. */
  readonly failure: string | null;
}

export interface Study {
  /** The next trial to run; null where there is none, and then whether others still run theirs. */
  ask(nTrials: number): Promise<{ trial: Attempt | null; isRunning: boolean }>;
  /** Stores the metric at a step, which rise; whether the trial is to be pruned. */
  report(attempt: Attempt, step: number, value: number): Promise<boolean>;
  tell(attempt: Attempt, verdict: Verdict): Promise<void>;
  /** By index. */
  trials(): Promise<Trial[]>;
  importances(): Promise<Record<string, number> | null>;
}

type Call = (op: string, request?: object) => Promise<Answer>;

/** Where the program and the Python that has Optuna are. */
export interface StudyPlace {
  readonly python: string;
  readonly program: string;
}

type Answer = Record<string, unknown> & {
  readonly error?: { readonly kind: keyof typeof ERRORS; readonly message: string };
};

const HINT = '`npm run setup` installs it into .venv; elsewhere `pip install optuna==5.0.0`';
const ERRORS = {
  optuna: { code: 'E_ENVIRONMENT', where: 'tune', must: 'find Optuna', hint: HINT },
  module: {
    code: 'E_ENVIRONMENT',
    where: 'tune',
    must: 'find the Python module',
    hint: "install it: `.venv/bin/python -m pip install 'psycopg[binary]'` for PostgreSQL, `… torch scipy` for the sampler gp",
  },
  storage: {
    code: 'E_ENVIRONMENT',
    where: 'tune.storage',
    must: 'be a database that can be read and written',
    hint: 'start the server, make the folder writable, or name another storage',
  },
  url: {
    code: 'E_PARAMS',
    where: 'tune.storage',
    must: 'be a URL of SQLAlchemy',
    hint: 'sqlite:///logs/studies.db, or postgresql+psycopg://user@host/database',
  },
} as const;

/**
 * Opens the study, which is made when there is none of the name, for as long as `use` takes.
 *
 * @throws StageError E_ENVIRONMENT where Optuna, a module or the storage cannot be had, E_PARAMS when the
 *   study was made for something else.
 */
export async function withStudy<T>(
  place: StudyPlace,
  options: StudyOptions,
  use: (study: Study) => Promise<T>,
): Promise<T> {
  const { call, close } = startProgram(place);
  try {
    const { identity } = await call('open', toRequest(options));
    assertSame(options, identity as Record<string, unknown>);
    return await use(toStudy(call, options.space));
  } finally {
    close();
  }
}

function toStudy(call: Call, space: SearchSpace): Study {
  const decode = <T extends Pick<Trial, 'params'>>(trial: T): T => ({
    ...trial,
    params: decodeParams(space, trial.params),
  });
  return {
    async ask(nTrials) {
      const { trial, is_running } = await call('ask', { n_trials: nTrials });
      const isRunning = is_running === true;
      return { trial: trial === null ? null : decode(trial as Attempt), isRunning };
    },
    async report({ number }, step, value) {
      return (await call('report', { number, step, value })).prune as boolean;
    },
    async tell({ number }, verdict) {
      await call('tell', { number, ...verdict });
    },
    async trials() {
      return ((await call('trials')).trials as Trial[]).map(decode);
    },
    async importances() {
      return (await call('importances')).importances as Record<string, number> | null;
    },
  };
}

function startProgram({ python, program }: StudyPlace): { call: Call; close(): void } {
  const child = spawn(python, [program], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // what Optuna imports takes a second to compile; it is kept, wherever Python was told not to
    env: { ...env, PYTHONDONTWRITEBYTECODE: '' },
  });
  let said = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-8000)));
  const waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  const end = (error: Error): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  let ended: Error | null = null;
  child.on('error', (cause) => end((ended = toError('optuna', `no ${python}`, cause))));
  child.on('close', (code, signal) => {
    ended ??= new Error(`study.py ended with ${signal ?? code}:\n${said}`);
    end(ended);
  });
  // what is written after the end is answered by 'close'
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as Answer);
  });
  return {
    async call(op, request = {}) {
      if (ended !== null) throw ended;
      const answer = await new Promise<Answer>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify({ op, ...request })}\n`);
      });
      if (answer.error !== undefined) throw toError(answer.error.kind, answer.error.message);
      return answer;
    },
    close: () => void child.stdin.end(),
  };
}

function toError(kind: keyof typeof ERRORS, got: string, cause?: unknown): StageError {
  const { code, where, must, hint } = ERRORS[kind];
  return new StageError(code, `${where} must ${must}; got ${got}`, { hint, cause });
}

function toRequest(options: StudyOptions): object {
  const { pruner, nStartupTrials, nWarmupSteps, percentile, grid, space } = options;
  return {
    storage: options.storage,
    study: options.name,
    direction: options.direction,
    seed: options.seed,
    identity: options.identity,
    sampler: options.sampler,
    n_startup_trials: nStartupTrials,
    pruner: {
      name: pruner,
      n_startup_trials: nStartupTrials,
      n_warmup_steps: nWarmupSteps,
      percentile,
    },
    grid: grid?.map(encodeValues) ?? null,
    space: space.map(({ name, distribution, when }) => ({
      name,
      ...distribution,
      ...(distribution.type === 'categorical' && { choices: distribution.choices.map(encode) }),
      when: Object.fromEntries(Object.entries(when).map(([key, list]) => [key, list.map(encode)])),
    })),
    pid: ownPid,
  };
}

/** Optuna keeps texts, numbers, booleans and null; lists and maps are kept as their JSON. */
function encode(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function encodeValues(point: Point): Point {
  return Object.fromEntries(Object.entries(point).map(([name, value]) => [name, encode(value)]));
}

function decodeParams(
  space: SearchSpace,
  params: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const drawn = space.filter(({ name }) => Object.hasOwn(params, name));
  return Object.fromEntries(
    drawn.map(({ name, distribution }) => {
      const value = params[name];
      // Optuna's steps come with the rounding errors of low + n * step
      if (distribution.type === 'float' && distribution.step !== null) {
        return [name, Number((value as number).toPrecision(12))];
      }
      if (distribution.type !== 'categorical') return [name, value];
      return [name, distribution.choices.find((choice) => encode(choice) === value)];
    }),
  );
}

function assertSame({ name, identity }: StudyOptions, stored: Record<string, unknown>): void {
  const differing = Object.keys({ ...identity, ...stored }).filter(
    (key) => JSON.stringify(identity[key]) !== JSON.stringify(stored[key]),
  );
  if (differing.length === 0) return;
  throw new StageError(
    'E_PARAMS',
    `tune.study ${name} must be a study of the same trials; got one of another ${differing.join(', ')}`,
    { hint: 'name another study, or leave tune.study at null' },
  );
}
