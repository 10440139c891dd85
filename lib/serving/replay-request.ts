/** A request of the log, run again through a bundle: is the answer the same? */
import { StageError } from '../errors.ts';
import { assertLog, findRequest } from './find-request.ts';
import { scoreInvocation, toOutcome } from './score-invocation.ts';
import type { Outcome, SentInvocation } from './score-invocation.ts';
import { openServedModel } from './served-model.ts';
import type { ServedModel, ServingMachine } from './served-model.ts';

/** Keys as the document of --json has them. */
export interface Replay {
  readonly message: string;
  readonly request_id: string;
  readonly time: string;
  readonly response_time_ms: number;
  /** Whether the answer is the same, to the last bit. */
  readonly same: boolean;
  /** Hash of the model that answered, and of the one that was asked now. */
  readonly model: string;
  readonly replayed_model: string;
  readonly answer: Outcome;
  readonly replayed_answer: Outcome;
}

/**
 * @param ids - What was asked for; one.
 * @throws StageError E_USAGE for other than one id; as {@link findRequest} and {@link openServedModel} do.
 */
export async function replayRequest(
  ids: readonly string[],
  files: { readonly log: string; readonly model: string },
  { maxRows, machine }: { readonly maxRows: number; readonly machine: ServingMachine },
): Promise<Replay> {
  assertLog(files.log);
  const [id] = ids;
  if (ids.length !== 1) {
    throw new StageError('E_USAGE', `one request must be named; got ${ids.length}`, {
      hint: 'npx timberline replay <id>: the id that x-request-id of the answer says',
    });
  }
  const { input, outcome: answer, ...logged } = await findRequest(files.log, id);
  const model = await openServedModel(files.model, machine);
  try {
    const again = await outcomeOf(model, input, maxRows);
    const same = isSame(answer, again);
    return {
      message: tell(answer, again, { same, isSameModel: model.hash === logged.model }),
      request_id: id,
      time: logged.time,
      response_time_ms: logged.responseTimeMs,
      same,
      model: logged.model,
      replayed_model: model.hash,
      answer,
      replayed_answer: again,
    };
  } finally {
    model.scorer.dispose();
  }
}

async function outcomeOf(
  model: ServedModel,
  sent: SentInvocation,
  maxRows: number,
): Promise<Outcome> {
  try {
    const { predictions } = await scoreInvocation(model, sent, maxRows);
    return { status: 200, predictions };
  } catch (error) {
    return toOutcome(error);
  }
}

/** Of what the log has of the answer; it may leave a message out. */
function isSame(answer: Outcome, again: Outcome): boolean {
  const keys = Object.keys(answer) as (keyof Outcome)[];
  return keys.every((key) => JSON.stringify(answer[key]) === JSON.stringify(again[key]));
}

function tell(
  answer: Outcome,
  again: Outcome,
  { same, isSameModel }: { same: boolean; isSameModel: boolean },
): string {
  const by = isSameModel ? 'by the same model' : 'by another model';
  if (same) return `the same answer ${by}: ${summary(answer)}`;
  return `another answer ${by}: ${difference(answer, again)}`;
}

function summary({ status, predictions, message }: Outcome): string {
  if (predictions === undefined) return `${status} ${message ?? ''}`.trimEnd();
  const n = predictions.length;
  return `${n} ${n === 1 ? 'prediction' : 'predictions'}`;
}

function difference(answer: Outcome, again: Outcome): string {
  const { predictions: before, ...rest } = answer;
  const after = again.predictions;
  if (before === undefined || after === undefined || before.length !== after.length) {
    return `${summary(again)}, where it was ${summary({ ...rest, predictions: before })}`;
  }
  const differing = before.flatMap((value, i) => JSON.stringify(value) === JSON.stringify(after[i]) ? [] : [i]); // prettier-ignore
  const [i] = differing;
  return `${differing.length} of ${before.length} predictions differ, the first in row ${i}: ${JSON.stringify(after[i])}, where it was ${JSON.stringify(before[i])}`;
}
