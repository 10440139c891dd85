/** Logged models of MLflow 3: an entity of their own, with artifacts of their own, named by the run as outputs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { putArtifacts, toProxyPath } from './artifacts.ts';
import type { TrackingClient } from './client.ts';
import type { ServerRun } from './journal.ts';

/** Tag that tells which event of the run's journal a model is. */
const EVENT_TAG = 'timberline.event';
const DESCRIPTION = 'MLmodel';

interface ModelToSend {
  readonly name: string;
  /** A model folder, complete but for what the server knows alone. */
  readonly folder: string;
  readonly event: number;
}
interface ModelAnswer {
  readonly info: {
    readonly model_id: string;
    readonly artifact_uri: string;
    readonly source_run_id?: string;
    readonly tags?: readonly { readonly key: string; readonly value: string }[];
  };
}

/** After it `runs:/<run>/<name>` and `models:/<model id>` load the model. */
export async function sendModel(
  client: TrackingClient,
  run: ServerRun,
  model: ModelToSend,
): Promise<void> {
  const { info } = (await findModel(client, run, model)) ?? (await createModel(client, run, model));
  await nameAsOutput(client, run, info.model_id);
  await putArtifacts(client, model.folder, info.artifact_uri);
  // what is known only now goes over the description that the folder has
  const description = [
    readFileSync(join(model.folder, DESCRIPTION), 'utf8').trimEnd(),
    `artifact_path: ${info.artifact_uri}`,
    `model_id: ${info.model_id}`,
    `model_uuid: ${info.model_id}`,
    `run_id: ${run.id}`,
    '',
  ].join('\n');
  const path = `${toProxyPath(client, info.artifact_uri)}/${DESCRIPTION}`;
  await client.putArtifact(path, { text: description });
  await client.patch(`logged-models/${info.model_id}`, {
    model_id: info.model_id,
    status: 'LOGGED_MODEL_READY',
  });
}

async function createModel(
  client: TrackingClient,
  run: ServerRun,
  { name, event }: ModelToSend,
): Promise<ModelAnswer> {
  const { model } = await client.post<{ model: ModelAnswer }>('logged-models', {
    ...{ experiment_id: run.experimentId, name, source_run_id: run.id },
    tags: [{ key: EVENT_TAG, value: String(event) }],
  });
  return model;
}

/** The model that an attempt before this one created. */
async function findModel(
  client: TrackingClient,
  run: ServerRun,
  { name, event }: ModelToSend,
): Promise<ModelAnswer | null> {
  const { models = [] } = await client.post<{ models?: ModelAnswer[] }>('logged-models/search', {
    experiment_ids: [run.experimentId],
    filter: `name = '${name}' AND source_run_id = '${run.id}'`,
  });
  const isIt = ({ info }: ModelAnswer): boolean =>
    (info.tags ?? []).some(({ key, value }) => key === EVENT_TAG && value === String(event));
  return models.find(isIt) ?? null;
}

/** The server would keep a second entry for the same output. */
async function nameAsOutput(client: TrackingClient, run: ServerRun, id: string): Promise<void> {
  const answer = await client.get<{
    run: { outputs?: { model_outputs?: readonly { model_id: string }[] } };
  }>('runs/get', { run_id: run.id });
  const outputs = answer.run.outputs?.model_outputs ?? [];
  if (outputs.some(({ model_id: other }) => other === id)) return;
  await client.post('runs/outputs', { run_id: run.id, models: [{ model_id: id, step: 0 }] });
}
