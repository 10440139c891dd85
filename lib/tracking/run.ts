/**
 * Tracked runs: name, params, metrics, tags, artifacts and models of one piece of work, as MLflow shows them.
 *
 * What is logged is on disk when a call returns (see journal.ts) and goes to the server by the way. Where that
 * does not answer, or `tracking.uri` is null, it waits for `npm run mlflow -- --upload`; the work goes on.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { StageError } from '../errors.ts';
import { assertModelName, assertName, toParamTexts } from './checks.ts';
import type { ParamValue } from './checks.ts';
import { Refusal, Unreachable, createTrackingClient } from './client.ts';
import {
  appendEvent,
  createRunFolder,
  keepCopy,
  keepText,
  readSent,
  release,
  removeRun,
} from './journal.ts';
import type { RunStatus, Sent, ServerRun, TrackingEvent } from './journal.ts';
import { sendRun } from './send.ts';

/** The group `tracking` of params.yaml. */
export interface Tracking {
  /** Address of the server; null: none, everything waits in the queue. */
  readonly uri: string | null;
  readonly experiment: string;
  /** Folder of the queue. */
  readonly queue: string;
}

export interface RunOptions {
  readonly name: string;
  /** Logged before anything else, so that a crash leaves them. */
  readonly params?: Readonly<Record<string, ParamValue>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** The run that this one is nested in. */
  readonly parent?: TrackedRun;
  /** Told, once, that the server does not answer. */
  readonly warn?: (message: string) => void;
}

export interface TrackedRun {
  readonly name: string;
  /** Of this run in the queue; the server keeps it as the tag `timberline.run`. */
  readonly key: string;
  /** Run id, experiment and artifact URI at the server; null while the server has not answered. */
  server(): ServerRun | null;
  logParams(values: Readonly<Record<string, ParamValue>>): void;
  /** Each value at a step; NaN and infinities are kept. */
  logMetrics(values: Readonly<Record<string, number>>, step?: number): void;
  setTags(values: Readonly<Record<string, string>>): void;
  /** @param path - Among the artifacts of the run, with slashes. */
  logText(text: string, path: string): void;
  /** The same for a file or a whole folder, as it is now; it may change or go afterwards. */
  logArtifact(source: string, path: string): void;
  /** @param folder - A model folder of MLflow, with its MLmodel; `runs:/<id>/<name>` loads it. */
  logModel(folder: string, name: string): void;
}

/**
 * Does `work` as a run: it ends FINISHED, or FAILED when `work` throws, which is thrown on.
 *
 * @throws StageError E_ENVIRONMENT when the server refuses what it gets (an experiment in the trash).
 */
export async function trackRun<T>(
  tracking: Tracking,
  options: RunOptions,
  work: (run: TrackedRun) => Promise<T>,
): Promise<T> {
  const { run, begin, end } = openRun(tracking, options);
  await begin();
  try {
    const result = await work(run);
    await end('FINISHED');
    return result;
  } catch (error) {
    await end('FAILED');
    throw error;
  }
}

interface OpenRun {
  readonly run: TrackedRun;
  begin(): Promise<void>;
  end(status: RunStatus): Promise<void>;
}

function openRun(tracking: Tracking, options: RunOptions): OpenRun {
  const { name, params, tags, parent, warn = () => {} } = options;
  const key = createKey();
  const folder = createRunFolder(tracking.queue, key);
  const { uri } = tracking;
  const sender = uri === null ? QUEUE_ONLY : createSender(uri, folder, warn);
  let nEvents = 0;
  const add = (event: TrackingEvent): void => {
    appendEvent(folder, event);
    nEvents++;
    sender.wake();
  };
  const run: TrackedRun = {
    name,
    key,
    server: sender.server,
    logParams: (values) => add({ type: 'params', values: toParamTexts(values) }),
    logMetrics(values, step = 0) {
      Object.keys(values).forEach((metric) => assertName('metric', metric));
      const entries = Object.entries(values).map(([metric, value]) => [
        metric,
        Number.isFinite(value) ? value : String(value),
      ]);
      add({ type: 'metrics', time: Date.now(), step, values: Object.fromEntries(entries) });
    },
    setTags(values) {
      Object.keys(values).forEach((tag) => assertName('tag', tag));
      add({ type: 'tags', values });
    },
    logText(text, path) {
      assertName('artifact', path);
      add({ type: 'artifact', source: keepText(folder, nEvents, text), path });
    },
    logArtifact(source, path) {
      assertName('artifact', path);
      add({ type: 'artifact', source: keepCopy(folder, nEvents, source), path });
    },
    logModel(source, model) {
      assertModelName(model);
      add({ type: 'model', source: keepCopy(folder, nEvents, source), name: model });
    },
  };
  const { experiment } = tracking;
  add({ type: 'start', time: Date.now(), name, experiment, parent: parent?.key ?? null });
  if (params !== undefined) run.logParams(params);
  if (tags !== undefined) run.setTags(tags);
  return {
    run,
    async begin() {
      const refusal = await sender.flush();
      if (refusal === null) return;
      removeRun(folder);
      throw toStageError(refusal, tracking.uri!);
    },
    async end(status) {
      add({ type: 'end', time: Date.now(), status });
      const refusal = await sender.flush();
      if (refusal !== null) warn(`${tracking.uri} did not take all of the run: ${refusal.message}; it waits in ${folder}`); // prettier-ignore
      if (sender.hasSent(nEvents)) removeRun(folder);
      else release(folder);
    },
  };
}

/** Sorts by the time at which a run began, so that a parent is sent before what is nested in it. */
function createKey(): string {
  const time = new Date().toISOString().replace(/\D/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

interface Sender {
  /** Sends in the background, unless the server did not answer before. */
  wake(): void;
  /** Sends what is left, and asks a server that did not answer before once more; returns what it refused. */
  flush(): Promise<Error | null>;
  hasSent(nEvents: number): boolean;
  server(): ServerRun | null;
}

const QUEUE_ONLY: Sender = {
  wake() {},
  flush: async () => null,
  hasSent: () => false,
  server: () => null,
};

function createSender(uri: string, folder: string, warn: (message: string) => void): Sender {
  const client = createTrackingClient(uri);
  let sent: Sent = readSent(folder, client.uri);
  let problem: Error | null = null;
  let hasWarned = false;
  let sending: Promise<void> | null = null;

  const attempt = async (): Promise<void> => {
    try {
      sent = await sendRun(client, folder);
      problem = null;
    } catch (error) {
      problem = error as Error;
      if (!(error instanceof Unreachable) || hasWarned) return;
      hasWarned = true;
      const help = 'npm run mlflow starts a server, npm run mlflow -- --upload sends what waits';
      warn(`${error.message}; the run waits in ${dirname(folder)} (${help})`);
    }
  };
  const send = async (): Promise<void> => {
    sending ??= attempt().finally(() => {
      sending = null;
    });
    await sending;
  };
  return {
    wake() {
      // what one turn logs goes together
      if (problem === null) queueMicrotask(() => void send());
    },
    async flush() {
      if (sending !== null) await sending;
      await send();
      return problem instanceof Unreachable ? null : problem;
    },
    hasSent: (nEvents) => sent.nEvents === nEvents,
    server: () => sent.run,
  };
}

function toStageError(error: Error, uri: string): Error {
  if (!(error instanceof Refusal)) return error;
  return new StageError('E_ENVIRONMENT', `${uri} must take the run; got ${error.message}`, {
    hint: 'tracking.uri must be the address of an MLflow server of version 3',
    cause: error,
  });
}
