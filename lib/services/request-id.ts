/** The name of a request: taken from `x-request-id` where that can do no harm, made up otherwise. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';

const REQUEST_ID = /^[\w-]{1,64}$/;

/** Letters, digits, `_` and `-`, at most 64: safe in a header, a log line and the name of a file. */
export function isRequestId(text: unknown): text is string {
  return typeof text === 'string' && REQUEST_ID.test(text);
}

/** Names requests; those it makes up differ within this process and from those of any other. */
export function createRequestIds(): (request: IncomingMessage) => string {
  const prefix = randomUUID().slice(0, 13);
  let nRequests = 0;
  return ({ headers }) => {
    const given = headers[REQUEST_ID_HEADER];
    return isRequestId(given) ? given : `${prefix}-${(nRequests++).toString(36)}`;
  };
}
