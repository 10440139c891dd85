/** The part of `npm run mlflow` that talks to a server: uploads the queue, deletes an experiment. */
import { parseArgs } from 'node:util';
import { StageError } from '../errors.ts';
import { Unreachable, createTrackingClient } from '../tracking/client.ts';
import { deleteExperiment } from '../tracking/experiments.ts';
import { uploadQueue } from '../tracking/upload.ts';
import { printError } from './print-error.ts';
import { readParams } from './read-params.ts';
import { listStageNames } from './registry.ts';

/** What `npm run mlflow` starts. */
const LOCAL = 'http://127.0.0.1:5000';

async function upload(queue: string, uri: string): Promise<void> {
  const { nSent, nWaiting, refusals } = await uploadQueue(queue, uri);
  const waiting = nWaiting === 0 ? '' : `; ${nWaiting} still under way`;
  process.stdout.write(`${nSent} runs of ${queue} sent to ${uri}${waiting}\n`);
  if (refusals.length === 0) return;
  const lines = refusals.map(({ folder, message }) => `${folder}: ${message}`);
  throw new StageError('E_ENVIRONMENT', [`${uri} must take every run; got`, ...lines].join('\n  '));
}

async function discard(name: string, uri: string): Promise<void> {
  if (await deleteExperiment(createTrackingClient(uri), name)) {
    process.stdout.write(`${name} is in the trash of ${uri}\n`);
    return;
  }
  throw new StageError(
    'E_DATA',
    `the experiment must exist; got ${name}, which ${uri} does not have`,
  );
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      upload: { type: 'boolean', default: false },
      delete: { type: 'string' },
      uri: { type: 'string' },
      queue: { type: 'string' },
      params: { type: 'string' },
    },
  });
  const { tracking } = readParams({}, 'mlflow', values.params ?? null, [], listStageNames());
  const uri = values.uri ?? tracking.uri ?? LOCAL;
  if (values.upload) await upload(values.queue ?? tracking.queue, uri);
  if (values.delete !== undefined) await discard(values.delete, uri);
}

try {
  await run();
} catch (error) {
  const mendable =
    error instanceof Unreachable
      ? new StageError('E_ENVIRONMENT', error.message, { hint: 'npm run mlflow starts a server' })
      : error;
  process.exitCode = printError(mendable, false);
}
