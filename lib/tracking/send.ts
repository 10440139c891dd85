/**
 * Sends a run of the queue to the server, from where the last attempt ended.
 *
 * An attempt may be killed between a request and its note in `sent.json`; the next one repeats that request.
 * Nothing is doubled by it: a run and its models are looked up by tags before they are created, metrics carry the
 * time of their event, and everything else is a value set once more.
 */
import { basename, join } from 'node:path';
import { putArtifacts } from './artifacts.ts';
import { Postponed } from './client.ts';
import type { TrackingClient } from './client.ts';
import { selectExperiment } from './experiments.ts';
import { readEvents, readSent, writeSent } from './journal.ts';
import type { Sent, ServerRun, TrackingEvent } from './journal.ts';
import { sendModel } from './send-model.ts';

/** Tag that tells a run of the queue at the server. */
const KEY_TAG = 'timberline.run';
/** The most that one log-batch takes of each. */
const MAX_BATCH = { metrics: 1000, params: 100, tags: 100 };

type BatchEvent = Extract<TrackingEvent, { type: 'params' | 'tags' | 'metrics' }>;

/**
 * Sends every event that the journal holds by now.
 *
 * @param folder - Folder of the run, owned by this process.
 * @returns What the server has.
 * @throws Unreachable or Postponed, with what was sent noted; Refusal; StageError E_ENVIRONMENT for an experiment in the trash.
 */
export async function sendRun(client: TrackingClient, folder: string): Promise<Sent> {
  const events = readEvents(folder);
  let sent = readSent(folder, client.uri);
  const note = (nEvents: number, run: ServerRun): void => {
    sent = { uri: client.uri, nEvents, run };
    writeSent(folder, sent);
  };
  while (sent.nEvents < events.length) {
    const n = sent.nEvents;
    const event = events[n];
    if (event.type === 'start') {
      note(n + 1, await openRun(client, folder, event));
      continue;
    }
    const run = sent.run!;
    const batch = takeBatch(events, n);
    if (batch.length > 0) await sendBatch(client, run, batch);
    else await sendOne(client, folder, run, event, n);
    note(n + Math.max(1, batch.length), run);
  }
  return sent;
}

async function sendOne(
  client: TrackingClient,
  folder: string,
  run: ServerRun,
  event: TrackingEvent,
  n: number,
): Promise<void> {
  if (event.type === 'artifact') {
    await putArtifacts(client, join(folder, event.source), `${run.artifactUri}/${event.path}`);
  } else if (event.type === 'model') {
    const model = { name: event.name, folder: join(folder, event.source), event: n };
    await sendModel(client, run, model);
  } else if (event.type === 'end') {
    const { status, time } = event;
    await client.post('runs/update', { run_id: run.id, status, end_time: time });
  }
}

async function openRun(
  client: TrackingClient,
  folder: string,
  { time, name, experiment, parent }: Extract<TrackingEvent, { type: 'start' }>,
): Promise<ServerRun> {
  const experimentId = await selectExperiment(client, experiment);
  const key = basename(folder);
  const found = await findRun(client, experimentId, key);
  if (found !== null) return found;
  const parentRun = parent === null ? null : await findRun(client, experimentId, parent);
  if (parent !== null && parentRun === null) {
    throw new Postponed(`${client.uri} has no run ${parent} yet, in which ${key} is nested`);
  }
  const tags = {
    'mlflow.runName': name,
    'mlflow.source.type': 'LOCAL',
    [KEY_TAG]: key,
    ...(parentRun === null ? {} : { 'mlflow.parentRunId': parentRun.id }),
  };
  const { run } = await client.post<{ run: RunAnswer }>('runs/create', {
    ...{ experiment_id: experimentId, run_name: name, start_time: time },
    tags: toPairs(tags),
  });
  return toServerRun(run);
}

interface RunAnswer {
  readonly info: {
    readonly run_id: string;
    readonly experiment_id: string;
    readonly artifact_uri: string;
  };
}

async function findRun(
  client: TrackingClient,
  experimentId: string,
  key: string,
): Promise<ServerRun | null> {
  const { runs = [] } = await client.post<{ runs?: RunAnswer[] }>('runs/search', {
    experiment_ids: [experimentId],
    filter: `tags.\`${KEY_TAG}\` = '${key}'`,
    max_results: 1,
  });
  return runs.length === 0 ? null : toServerRun(runs[0]);
}

function toServerRun({ info }: RunAnswer): ServerRun {
  return {
    id: info.run_id,
    experimentId: info.experiment_id,
    artifactUri: info.artifact_uri,
  };
}

/** Params, tags and metrics that follow one another from event `start` on. */
function takeBatch(events: readonly TrackingEvent[], start: number): BatchEvent[] {
  const end = events.findIndex(({ type }, i) => i >= start && !(type in MAX_BATCH));
  return events.slice(start, end < 0 ? events.length : end) as BatchEvent[];
}

async function sendBatch(
  client: TrackingClient,
  run: ServerRun,
  events: readonly BatchEvent[],
): Promise<void> {
  const pairs = (type: 'params' | 'tags'): object[] =>
    events.flatMap((event) => (event.type === type ? toPairs(event.values) : []));
  const metrics = events.flatMap((event) =>
    event.type === 'metrics'
      ? toPairs(event.values).map((pair) => ({ ...pair, timestamp: event.time, step: event.step }))
      : [],
  );
  const entries = { params: pairs('params'), tags: pairs('tags'), metrics };
  for (const kind of ['params', 'tags', 'metrics'] as const) {
    for (let i = 0; i < entries[kind].length; i += MAX_BATCH[kind]) {
      const chunk = entries[kind].slice(i, i + MAX_BATCH[kind]);
      await client.post('runs/log-batch', { run_id: run.id, [kind]: chunk });
    }
  }
}

function toPairs<T>(values: Readonly<Record<string, T>>): { key: string; value: T }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}
