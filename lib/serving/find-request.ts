/** A request in the log of the model server. */
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { StageError } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import type { KeptInput } from './kept-input.ts';
import type { Outcome } from './score-invocation.ts';

export interface LoggedRequest {
  readonly id: string;
  /** When it was answered, as the log says it. */
  readonly time: string;
  readonly responseTimeMs: number;
  /** Hash of the model that answered. */
  readonly model: string;
  readonly input: KeptInput;
  readonly outcome: Outcome;
}

/** @throws StageError E_DATA when there is no such file. */
export function assertLog(file: string): void {
  if (existsSync(file)) return;
  throw new StageError('E_DATA', `${file} must exist; got no such file`, {
    hint: 'name the log of the model server with --log',
  });
}

/**
 * The latest request of this id, in the log file or in those that were put aside before it.
 *
 * @throws StageError E_DATA when there is none, or when its input was not kept whole.
 */
export async function findRequest(file: string, id: string): Promise<LoggedRequest> {
  for (let n = 0, name = file; existsSync(name); name = `${file}.${++n}`) {
    const line = await findLine(name, id);
    if (line !== null) return toRequest(line, id, name);
  }
  throw new StageError('E_DATA', `${file} must have a request ${id}; got none of this id`, {
    hint: 'the answer of the server names it in x-request-id; log files beyond serve.log.max_files are gone',
  });
}

/** The last line of a request of this id. */
async function findLine(file: string, id: string): Promise<Record<string, unknown> | null> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let found: Record<string, unknown> | null = null;
  for await (const line of lines) {
    // most lines are of others, and need not be read
    if (!line.includes(id)) continue;
    const value = parseLine(line);
    if (value?.request_id === id && value.msg === 'request') found = value;
  }
  return found;
}

/** null for a line that was cut, by a full disk or a killed server. */
function parseLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function toRequest(line: Record<string, unknown>, id: string, file: string): LoggedRequest {
  const { time, response_time_ms: responseTimeMs, model } = line;
  const input = line.input as KeptInput | undefined;
  const refuse = (got: string, hint: string): never => {
    throw new StageError('E_DATA', `request ${id} in ${file} must have its input; got ${got}`, {
      hint,
    });
  };
  if (input === undefined) {
    return line.input_left_out_bytes === undefined
      ? refuse(`none, of status ${String(line.status)}`, 'serve.input.sample_share says of how many requests that go well it is kept')
      : refuse(`${String(line.input_left_out_bytes)} bytes that were left out`, 'serve.input.max_bytes says what is kept at most; what cannot be read is not kept where columns are hidden'); // prettier-ignore
  }
  if (input.hidden.length > 0) {
    refuse(
      `hidden values of ${input.hidden.join(', ')}`,
      'serve.input.redact names what is hidden',
    );
  }
  return {
    ...{ id, input },
    time: String(time),
    responseTimeMs: Number(responseTimeMs),
    model: String(model),
    outcome: line.outcome as Outcome,
  };
}
