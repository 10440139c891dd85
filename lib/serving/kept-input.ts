/** What the log keeps of the input of a request, so that it can be run again: all of it, but for what is hidden. */
import { hash } from 'node:crypto';
import type { Fault } from './fault.ts';
import { parseInvocation } from './invocation.ts';
import type { SentRows } from './invocation.ts';
import type { Outcome, SentInvocation } from './score-invocation.ts';

/** A request in the log. */
export interface KeptInput extends SentInvocation {
  /** Columns whose values are hidden in it; a body that has one is written anew, and cannot be replayed. */
  readonly hidden: readonly string[];
}

/** Whether a request is of the sample; its id alone decides. */
export function isSampled(requestId: string, share: number): boolean {
  return share > 0 && hash('sha256', requestId, 'buffer').readUInt32BE() / 2 ** 32 < share;
}

/**
 * @param rules.redact - Columns to hide.
 * @param rules.columns - Those of the model, which rows without names have.
 * @returns null for a body that is too long, or that has columns to hide as far as anybody can tell.
 */
export function keepInput(
  sent: SentInvocation,
  rules: {
    readonly maxBytes: number;
    readonly redact: readonly string[];
    readonly columns: readonly string[];
  },
): KeptInput | null {
  if (Buffer.byteLength(sent.body) > rules.maxBytes) return null;
  if (rules.redact.length === 0) return { ...sent, hidden: [] };
  const rows = rowsOf(sent);
  if (rows === null) return null;
  const hidden = rules.redact.filter((name) => hasColumn(rows, name, rules.columns));
  if (hidden.length === 0) return { ...sent, hidden };
  return { ...sent, body: JSON.stringify(hide(rows, hidden, rules.columns)), hidden };
}

function rowsOf({ type, body }: SentInvocation): SentRows | null {
  try {
    return parseInvocation(type, body, {}).rows;
  } catch {
    return null;
  }
}

function hasColumn(rows: SentRows, name: string, columns: readonly string[]): boolean {
  if ('records' in rows) return rows.records.some((record) => Object.hasOwn(record, name));
  return (rows.columns ?? columns).includes(name);
}

const HIDDEN = '[hidden]';

function hide(rows: SentRows, hidden: readonly string[], columns: readonly string[]): object {
  if ('records' in rows) {
    const replaced = Object.fromEntries(hidden.map((name) => [name, HIDDEN]));
    return { dataframe_records: rows.records.map((record) => ({ ...record, ...replaced })) };
  }
  const names = rows.columns ?? columns;
  const data = rows.data.map((row) => row.map((x, j) => (hidden.includes(names[j]) ? HIDDEN : x)));
  return { dataframe_split: { columns: names, data } };
}

/** Without the values of columns to hide; a message that is not of faults may hold any piece of the body. */
export function hideFaults(outcome: Outcome, redact: readonly string[]): Outcome {
  const { faults, message: _message, ...rest } = outcome;
  if (redact.length === 0) return outcome;
  if (faults === undefined) return rest;
  const hideOne = (fault: Fault): Fault =>
    redact.includes(fault.field) ? { ...fault, got: HIDDEN } : fault;
  return { ...outcome, faults: faults.map(hideOne) };
}
