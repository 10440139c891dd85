/** Experiments of an MLflow server: found by name, created where absent, deleted. */
import { StageError } from '../errors.ts';
import { Refusal } from './client.ts';
import type { TrackingClient } from './client.ts';

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly isDeleted: boolean;
}

interface ExperimentAnswer {
  readonly experiment: {
    readonly experiment_id: string;
    readonly name: string;
    readonly lifecycle_stage: string;
  };
}

/** Null: there is none of that name, deleted ones counted. */
export async function findExperiment(
  client: TrackingClient,
  name: string,
): Promise<Experiment | null> {
  try {
    const { experiment } = await client.get<ExperimentAnswer>('experiments/get-by-name', {
      experiment_name: name,
    });
    const { experiment_id: id, lifecycle_stage: stage } = experiment;
    return { id, name, isDeleted: stage === 'deleted' };
  } catch (error) {
    if (isRefusal(error, 'RESOURCE_DOES_NOT_EXIST')) return null;
    throw error;
  }
}

/**
 * The id of the experiment, which is created where there is none.
 *
 * @throws StageError E_ENVIRONMENT when it is in the trash.
 */
export async function selectExperiment(client: TrackingClient, name: string): Promise<string> {
  const found = (await findExperiment(client, name)) ?? (await createExperiment(client, name));
  if (!found.isDeleted) return found.id;
  throw new StageError(
    'E_ENVIRONMENT',
    `tracking.experiment must not be in the trash of ${client.uri}; got ${name}, which was deleted`,
    { hint: `purge it (npm run mlflow -- --purge ${name}), restore it, or choose another name` },
  );
}

/** Without it MLflow shows its pages for language models. */
const KIND = { key: 'mlflow.experimentKind', value: 'custom_model_development' };

async function createExperiment(client: TrackingClient, name: string): Promise<Experiment> {
  try {
    const body = { name, tags: [KIND] };
    const { experiment_id: id } = await client.post<{ experiment_id: string }>(
      'experiments/create',
      body,
    );
    return { id, name, isDeleted: false };
  } catch (error) {
    // another run created it meanwhile
    const found = isRefusal(error, 'RESOURCE_ALREADY_EXISTS')
      ? await findExperiment(client, name)
      : null;
    if (found !== null) return found;
    throw error;
  }
}

/** Moves the experiment with its runs to the trash; returns whether there was one. */
export async function deleteExperiment(client: TrackingClient, name: string): Promise<boolean> {
  const found = await findExperiment(client, name);
  if (found === null || found.isDeleted) return false;
  await client.post('experiments/delete', { experiment_id: found.id });
  return true;
}

export function isRefusal(error: unknown, code: string): boolean {
  return error instanceof Refusal && error.code === code;
}
