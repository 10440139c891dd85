import { integer, nullable, text } from '../params/schema.ts';

/** The group `base` of params.yaml: what several stages share. */
export const BASE_SCHEMA = {
  seed: integer({
    default: 0,
    min: 0,
    doc: 'The one seed; every random stream is derived from it.',
  }),
  target: nullable(text({ default: 'target', doc: '' }), {
    default: null,
    doc: 'Column to predict; null: the table has none.',
  }),
  id: text({ default: 'row_id', doc: 'Column that identifies a row; never a feature.' }),
  threads: integer({
    default: 2,
    min: 1,
    max: 256,
    doc: 'Threads of the table engine and of TensorFlow; another count may change the last bits of weights.',
  }),
  memory_mb: integer({
    default: 1024,
    min: 128,
    doc: 'Memory of the table engine in MB; what does not fit spills to the temporary folder.',
  }),
};

/**
 * The group `tracking`: where stages that track their runs log them. No dvc.yaml names it among its params, since
 * it changes no output.
 */
export const TRACKING_SCHEMA = {
  uri: nullable(text({ default: 'http://127.0.0.1:5000', doc: '' }), {
    default: null,
    doc: 'Address of an MLflow server (`npm run mlflow` starts one); null: runs wait in the queue until they are uploaded.',
  }),
  experiment: text({
    default: 'timberline',
    doc: 'Experiment that runs belong to; it is created where the server has none of that name.',
  }),
  queue: text({
    default: 'logs/mlflow',
    doc: 'Folder that keeps what the server has not received yet.',
  }),
};

/** The groups of params.yaml that belong to no stage. */
export const SHARED_GROUPS = { base: BASE_SCHEMA, tracking: TRACKING_SCHEMA };
