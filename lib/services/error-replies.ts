/**
 * What a service answers when it refuses or fails: one shape, `{statusCode, error, message, request_id}` and
 * `details` where there is more to say. A failure of ours shows its stack in the log, never to the caller.
 */
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listExamples } from '../errors.ts';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'; // prettier-ignore

/** What a handler throws when the caller can mend it, or try again; message and `details` go out as they are. */
export function requestError(
  statusCode: number,
  message: string,
  details?: unknown,
  cause?: unknown,
): Error {
  return Object.assign(new Error(message, { cause }), { statusCode, details, isForCaller: true });
}

interface RequestError {
  readonly details: unknown;
  readonly isForCaller: true;
}

interface Fault {
  readonly field: string;
  readonly reason: string;
}

/** The schema of such an answer, for OpenAPI. */
export const ERROR_REPLY = {
  type: 'object',
  required: ['statusCode', 'error', 'message', 'request_id'],
  properties: {
    statusCode: { type: 'integer', description: 'Status of the answer' },
    error: { type: 'string', description: 'Its name' },
    message: { type: 'string', description: 'What must be otherwise' },
    request_id: { type: 'string', description: 'What the log calls this request' },
    details: { description: 'What was wrong, one by one, where there is more than one thing' },
  },
} as const;

export function addErrorReplies(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError & Partial<RequestError>, request, reply) => {
    const statusCode = error.statusCode ?? (error.validation ? 400 : 500);
    if (statusCode >= 500) request.log.error({ err: error }, 'failed');
    if (statusCode >= 500 && error.isForCaller !== true) {
      return send(reply, request, statusCode, 'the service failed; its log says why');
    }
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
      return send(reply, request, statusCode, wrongType(request));
    }
    if (error.validation === undefined) {
      return send(reply, request, statusCode, error.message, error.details);
    }
    const faults = faultsOf(error);
    const message = listExamples(faults, ({ field, reason }) => `${field} ${reason}`);
    return send(reply, request, statusCode, message, faults);
  });
  const answerNowhere = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (request.url !== request.originalUrl) {
      return send(reply, request, 400, 'the address must be percent-encoded UTF-8');
    }
    const allowed = methodsOf(app, request.url);
    if (allowed.length === 0 || allowed.includes(request.method)) {
      return send(reply, request, 404, 'there is nothing at this address');
    }
    const methods = allowed.join(', ');
    return send(reply.header('allow', methods), request, 405, `this address takes ${methods}`);
  };
  app.setNotFoundHandler(answerNowhere);
  // before the body of what leads nowhere is looked at
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) answerNowhere(request, reply);
    else done();
  });
}

/** Sends a request whose address fastify cannot read through all hooks, to an address that leads nowhere. */
export function routeUnreadable(
  app: FastifyInstance,
  request: IncomingMessage & { originalUrl?: string },
  reply: ServerResponse,
): void {
  request.originalUrl = request.url;
  request.url = '/%25';
  app.routing(request, reply);
}

/** Answers what is no HTTP, or came in too slowly, on the socket itself. */
export function refuseConnection(error: Error, socket: Socket, log: FastifyBaseLogger): void {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const statusCode = STATUS_OF_CODE[code] ?? 400;
  log.warn({ code, status: statusCode, remote_address: socket.remoteAddress }, 'refused');
  const body = JSON.stringify(replyBody(statusCode, REASON_OF_STATUS[statusCode], ''));
  socket.end(
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
const REASON_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'the request must be HTTP',
  408: 'the request must come in faster',
  431: 'the headers must be shorter',
};

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

function methodsOf(app: FastifyInstance, url: string): string[] {
  return METHODS.filter(
    (method) =>
      app.findRoute({ method: method as HTTPMethods, url: url.split('?', 1)[0] }) !== null,
  );
}

/** Types that bodies of services may have. */
const TYPES = ['application/json', 'text/csv'];

function wrongType({ server, headers }: FastifyRequest): string {
  const taken = TYPES.filter((type) => server.hasContentTypeParser(type)).join(' or ');
  return `the content type must be ${taken}; got ${headers['content-type'] ?? 'none'}`;
}

/** What a schema found wrong, in the words of requests. */
function faultsOf({ validation = [] }: FastifyError): readonly Fault[] {
  return validation.map(({ instancePath, keyword, params, message = 'is wrong' }) =>
    keyword === 'additionalProperties'
      ? { field: String(params.additionalProperty), reason: 'is not known here' }
      : { field: instancePath.slice(1), reason: message },
  );
}

function replyBody(statusCode: number, message: string, requestId: string, details?: unknown) {
  return {
    statusCode,
    error: STATUS_CODES[statusCode] ?? 'Error',
    message,
    request_id: requestId,
    ...(details === undefined ? {} : { details }),
  };
}

function send(
  reply: FastifyReply,
  request: FastifyRequest,
  statusCode: number,
  message: string,
  details?: unknown,
): FastifyReply {
  const body = replyBody(statusCode, message, request.id, details);
  return reply.code(statusCode).type('application/json').send(JSON.stringify(body));
}
