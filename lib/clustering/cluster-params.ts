import { COLUMNS } from '../params/columns.ts';
import { integer, nullable, number, oneOf } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';

/** The group `cluster` of params.yaml. */
export const CLUSTER_SCHEMA = {
  columns: COLUMNS,
  normalize: oneOf(['none', 'l2'], {
    default: 'none',
    doc: 'l2: every row, after the singular value decomposition where there is one, is divided by its norm, as is the custom for texts; a row of zeros stays.',
  }),
  svd_components: nullable(integer({ default: 50, min: 1, max: 1000, doc: '' }), {
    default: null,
    doc: 'Components of a truncated singular value decomposition that sparse rows are reduced to before they are clustered; null: none.',
  }),
  n_clusters: nullable(integer({ default: 8, min: 1, max: 1000, doc: '' }), {
    default: null,
    doc: 'Clusters; null: the number, no more than k_max, that choose finds on a sample.',
  }),
  k_max: integer({
    default: 10,
    min: 2,
    max: 100,
    doc: 'The most clusters tried when n_clusters is null.',
  }),
  choose: oneOf(['silhouette', 'gap', 'elbow'], {
    default: 'silhouette',
    doc: 'What chooses n_clusters when it is null: the largest mean silhouette; the first gap (Tibshirani et al. 2001) that is within one standard error of the next; or the point of the curve of inertia farthest below its chord (elbow). All are reported.',
  }),
  gap_references: integer({
    default: 10,
    min: 2,
    max: 1000,
    doc: 'Reference sets without clusters drawn for the gap, when n_clusters is null and the rows are not sparse.',
  }),
  algorithm: oneOf(['lloyd', 'mini-batch'], {
    default: 'lloyd',
    doc: 'lloyd: every iteration looks at all rows; mini-batch (Sculley 2010): each step at a few drawn rows, for millions, from first centers of k-means++ that swaps have bettered (Lattanzi and Sohler 2019).',
  }),
  batch_size: integer({
    default: 1024,
    min: 1,
    max: 1_000_000,
    doc: 'Rows of a step of mini-batch.',
  }),
  init: oneOf(['k-means++', 'random'], {
    default: 'k-means++',
    doc: 'First centers: rows drawn far apart (k-means++), or each row with equal probability (random).',
  }),
  n_init: integer({
    default: 3,
    min: 1,
    max: 1000,
    doc: 'Starts from other first centers; the one of least inertia wins. Of mini-batch: the first centers of least inertia on a sample win.',
  }),
  max_iter: integer({
    default: 300,
    min: 1,
    doc: 'The most iterations of one start; of mini-batch, as many steps as take that many times all rows.',
  }),
  tol: number({
    default: 1e-4,
    min: 0,
    doc: 'A start ends when the squared moves of its centers sum to at most tol times the mean variance of the features; mini-batch ends when its smoothed inertia has not fallen for 10 steps.',
  }),
  silhouette_sample: integer({
    default: 5000,
    min: 2,
    max: 50000,
    doc: 'Rows drawn for the silhouette, whose time grows with their square.',
  }),
  n_bootstrap: integer({
    default: 0,
    min: 0,
    max: 1000,
    doc: "Resamples of the silhouette's rows, drawn with replacement and clustered anew, that tell how stable the clusters are; 0: none.",
  }),
  picture_sample: integer({
    default: 2000,
    min: 1,
    max: 20000,
    doc: 'Rows drawn for the picture of the page.',
  }),
};

export type ClusterParams = Params<typeof CLUSTER_SCHEMA>;
