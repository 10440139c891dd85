/** A request to score rows, from its body to its predictions; what serves and what replays go through here. */
import { decideLabels } from '../metrics/predictions.ts';
import { isRegression } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import { MissingFeaturesError } from '../models/row-scorer.ts';
import type { RawRows } from '../models/row-scorer.ts';
import { requestError } from '../services/error-replies.ts';
import { createFaultList, cut } from './fault.ts';
import type { FaultList } from './fault.ts';
import { parseInvocation } from './invocation.ts';
import type { InvocationType, PredictMethod } from './invocation.ts';
import { readRows } from './read-rows.ts';
import type { ServedModel } from './served-model.ts';

/** A request as it came. */
export interface SentInvocation {
  readonly type: InvocationType;
  readonly body: string;
  readonly query: Readonly<Record<string, unknown>>;
}

export interface Scored {
  readonly rows: RawRows;
  readonly method: PredictMethod;
  /** The answer: classes or numbers, or lists of the probabilities of the classes. */
  readonly predictions: readonly unknown[];
  /** Places of the predicted classes, shape (nRows); none of a regression. */
  readonly labels: Int32Array;
  /** Row-major, shape (nRows, nClasses); of a regression shape (nRows). */
  readonly outputs: Float32Array | Float64Array;
}

/** Rows with faults; a request error, 400, that tells them all. */
export class InvalidRowsError extends Error {
  readonly statusCode = 400;
  readonly details: FaultList['faults'];
  /** How many each field has. */
  readonly counts: FaultList['counts'];

  constructor(faults: FaultList) {
    const n = faults.nFaults();
    const told = n > faults.faults.length ? `, of which ${faults.faults.length} are told` : '';
    super(
      `the rows must be as GET /schema has it; got ${n} ${n === 1 ? 'fault' : 'faults'}${told}`,
    );
    this.name = 'InvalidRowsError';
    this.details = faults.faults;
    this.counts = faults.counts;
  }
}

/**
 * @throws InvalidRowsError; other request errors: 400 for a body of no known shape, 413 for more than `maxRows` rows.
 */
export async function scoreInvocation(
  { bundle, schema, scorer }: ServedModel,
  { type, body, query }: SentInvocation,
  maxRows: number,
): Promise<Scored> {
  const { rows: sent, method } = parseInvocation(type, body, query);
  if (method === 'predict_proba' && isRegression(bundle)) {
    throw requestError(400, 'predict_method must be predict, since the model predicts numbers');
  }
  const nSent = 'records' in sent ? sent.records.length : sent.data.length;
  if (nSent > maxRows) {
    throw requestError(413, `a request must have at most ${maxRows} rows; got ${nSent}`);
  }
  const { rows, faults } = readRows(schema, sent);
  if (faults.nFaults() > 0) throw new InvalidRowsError(faults);
  const outputs = await scorer.score(rows).catch(explainMissing);
  const labels = decide(bundle, outputs);
  const predictions = toPredictions(bundle, { method, outputs, labels });
  return { rows, method, predictions, labels, outputs };
}

/** What became of a request, as far as the model and the request decide it. */
export interface Outcome {
  readonly status: number;
  readonly predictions?: readonly unknown[];
  readonly message?: string;
  /** The first of them: a line of log does not grow with what is sent, neither by this nor by the message. */
  readonly faults?: FaultList['faults'];
}

const MAX_FAULTS_TOLD = 20;
const MAX_MESSAGE = 500;

/** @param error - What {@link scoreInvocation} threw. */
export function toOutcome(error: unknown): Outcome {
  const { statusCode: status = 500, message: whole } = error as Error & { statusCode?: number };
  const message = cut(whole, MAX_MESSAGE);
  if (!(error instanceof InvalidRowsError)) return { status, message };
  return { status, message, faults: error.details.slice(0, MAX_FAULTS_TOLD) };
}

function explainMissing(error: unknown): never {
  if (!(error instanceof MissingFeaturesError)) throw error;
  const faults = createFaultList();
  for (const { row, feature } of error.missing) {
    faults.add(row, feature, 'a finite number, which the model needs', 'none from these values');
  }
  throw new InvalidRowsError(faults);
}

function decide(bundle: Bundle, outputs: Float32Array | Float64Array): Int32Array {
  if (outputs instanceof Float64Array) return new Int32Array(0);
  return decideLabels(outputs, bundle.classes.length, bundle.threshold);
}

function toPredictions(
  { classes }: Bundle,
  { method, outputs, labels }: Pick<Scored, 'method' | 'outputs' | 'labels'>,
): unknown[] {
  if (outputs instanceof Float64Array) return Array.from(outputs);
  if (method === 'predict') return Array.from(labels, (label) => classes[label]);
  const n = classes.length;
  return Array.from(labels, (_, i) => Array.from(outputs.subarray(i * n, (i + 1) * n)));
}
