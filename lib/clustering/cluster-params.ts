import { COLUMNS } from '../params/columns.ts';
import { integer, nullable, number, oneOf } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';

/** The group `cluster` of params.yaml. */
export const CLUSTER_SCHEMA = {
  columns: COLUMNS,
  n_clusters: nullable(integer({ default: 8, min: 1, max: 1000, doc: '' }), {
    default: null,
    doc: 'Clusters; null: the number from 2 to k_max whose mean silhouette on a sample is largest.',
  }),
  k_max: integer({
    default: 10,
    min: 2,
    max: 100,
    doc: 'The most clusters tried when n_clusters is null.',
  }),
  init: oneOf(['k-means++', 'random'], {
    default: 'k-means++',
    doc: 'First centers: rows drawn far apart (k-means++), or each row with equal probability (random).',
  }),
  n_init: integer({
    default: 3,
    min: 1,
    max: 1000,
    doc: 'Starts from other first centers; the one of least inertia wins.',
  }),
  max_iter: integer({ default: 300, min: 1, doc: 'The most iterations of one start.' }),
  tol: number({
    default: 1e-4,
    min: 0,
    doc: 'A start ends when the squared moves of its centers sum to at most tol times the mean variance of the features.',
  }),
  silhouette_sample: integer({
    default: 5000,
    min: 2,
    max: 50000,
    doc: 'Rows drawn for the silhouette, whose time grows with their square.',
  }),
  picture_sample: integer({
    default: 2000,
    min: 1,
    max: 20000,
    doc: 'Rows drawn for the picture of the page.',
  }),
};

export type ClusterParams = Params<typeof CLUSTER_SCHEMA>;
