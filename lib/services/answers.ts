/**
 * Answers that are made once and sent many times: bytes of JSON or CSV, kept until what they tell of changes,
 * with the tag by which a caller asks whether it has.
 */
import { randomUUID } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { routeOf } from './metrics.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';

export type AnswerFormat = 'json' | 'csv';

/** Rows, and the columns that a CSV of them has. */
export interface AnswerRows {
  readonly columns: readonly string[];
  readonly rows: readonly object[];
  /** On all pages. */
  readonly nTotal: number;
}

interface Answer {
  readonly bytes: Buffer;
  readonly type: string;
  readonly tag: string;
  readonly nTotal: number;
  readonly nRows: number;
}

export interface AnswerCache {
  /** Lets go of answers that are no longer right; `send` does it, too. */
  dropOld(): void;
  /** Sends the rows that `find` gives, or 304 when the caller has them. */
  send(request: FastifyRequest, reply: FastifyReply, find: () => AnswerRows): FastifyReply;
}

/** Bytes of answers that are kept, since filters make any number of questions. */
const MAX_BYTES = 64 * 2 ** 20;
/** What an answer costs beside its bytes and its question, at most. */
const BYTES_BESIDE = 1000;
const TYPES = { json: 'application/json; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;

/**
 * @param revision - Changes when answers do.
 * @param maxBytes - Of all answers that are kept; a longer one is made each time.
 */
export function createAnswerCache(revision: () => number, maxBytes = MAX_BYTES): AnswerCache {
  // numbers of revisions begin anew in each process
  const instance = randomUUID().slice(0, 8);
  const answers = new Map<string, Answer>();
  let nBytes = 0;
  let answersOf = -1;
  const clear = (): void => {
    answers.clear();
    nBytes = 0;
  };
  const dropOld = (): void => {
    if (revision() !== answersOf) clear();
    answersOf = revision();
  };
  const keep = (question: string, answer: Answer): void => {
    const size = answer.bytes.length + question.length + BYTES_BESIDE;
    if (size > maxBytes) return;
    if (nBytes + size > maxBytes) clear();
    answers.set(question, answer);
    nBytes += size;
  };
  return {
    dropOld,
    send(request, reply, find) {
      dropOld();
      const format = formatOf(request);
      const { limit = Infinity, ...query } = request.query as { limit?: number };
      const question = `${format} ${routeOf(request)} ${JSON.stringify(query)}`;
      const limited = `${question} ${limit}`;
      const whole = answers.get(question);
      const known = whole !== undefined && whole.nRows <= limit ? whole : answers.get(limited);
      if (known !== undefined) return sendAnswer(request, reply, known);
      const answer = makeAnswer(find(), format, `"${instance}-${answersOf}-${format}"`);
      // fewer rows than asked for are all that there are
      keep(answer.nRows < limit ? question : limited, answer);
      return sendAnswer(request, reply, answer);
    },
  };
}

function makeAnswer(
  { columns, rows, nTotal }: AnswerRows,
  format: AnswerFormat,
  tag: string,
): Answer {
  // prettier-ignore
  const text =
    format === 'json'
      ? JSON.stringify(rows)
      : // a name that begins as a formula must not become one in a spreadsheet
        stringify([...rows], { header: true, columns: [...columns], escape_formulas: true, cast: { boolean: String } }); // prettier-ignore
  return { bytes: Buffer.from(text), type: TYPES[format], tag, nTotal, nRows: rows.length };
}

function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  const { bytes, type, tag, nTotal } = answer;
  reply.headers({ etag: tag, vary: 'accept', 'cache-control': 'no-cache', 'x-total-count': nTotal }); // prettier-ignore
  const known = request.headers['if-none-match'];
  if (known !== undefined && holdsTag(known, tag)) return reply.code(304).send();
  return reply.header('content-type', type).send(bytes);
}

/** `format` of the query, then the first of the two types that `accept` names, then JSON. */
function formatOf({ query, headers: { accept } }: FastifyRequest): AnswerFormat {
  const { format } = query as { format?: AnswerFormat };
  if (format !== undefined) return format;
  if (accept === undefined || !accept.includes('text/csv')) return 'json';
  const json = accept.indexOf('application/json');
  return json !== -1 && json < accept.indexOf('text/csv') ? 'json' : 'csv';
}

function holdsTag(header: string, tag: string): boolean {
  return header.split(',').some((given) => ['*', tag, `W/${tag}`].includes(given.trim()));
}
