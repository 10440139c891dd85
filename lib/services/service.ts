/**
 * The frame of every service: what it says of itself, and the app that answers.
 *
 * Around the routes of a service stand: the id of each request, in and out; a line of log and a latency for
 * each; limits of body, nesting, rate and time; the token; probes, metrics, OpenAPI; headers that keep a
 * browser from making more of an answer than it is.
 */
import fastify, { LogController } from 'fastify';
import { decodeBody } from './body-text.ts';
import { parseBoundedJson } from './bounded-json.ts';
import {
  addErrorReplies,
  refuseConnection,
  requestError,
  routeUnreadable,
} from './error-replies.ts';
import { createRegistry, measureHttp, routeOf } from './metrics.ts';
import { addOpenApi } from './openapi.ts';
import { addProbes } from './probes.ts';
import { createRequestIds, REQUEST_ID_HEADER } from './request-id.ts';
import { readToken, requireToken } from './token.ts';
import { watchUsage } from './usage.ts';
import { createValidatorCompiler } from './validation.ts';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { ServiceParams } from './service-params.ts';

export interface Service {
  /** The name of its stage. */
  readonly name: string;
  /** Of the page of its OpenAPI. */
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly params: ServiceParams;
  /** Adds what it answers to; `registry` takes metrics of its own. */
  routes(app: FastifyInstance, tools: { readonly registry: Registry }): void | Promise<void>;
  /** Whether it can answer now (GET /ready); without this it always can. */
  isReady?(): boolean;
  /** What GET /version says beside the version: hash of a model, kind of a store. */
  about?(): Readonly<Record<string, unknown>>;
  /** Called when the last request is answered. */
  stop?(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the line of log of this request says beside the usual; see {@link addFacts}. */
    facts: Record<string, unknown> | null;
  }
  interface FastifyContextConfig {
    /** Answered without a token. */
    isOpen?: boolean;
  }
}

/** Adds to the one line that the log has of this request. */
export function addFacts(request: FastifyRequest, facts: Readonly<Record<string, unknown>>): void {
  request.facts = Object.assign(request.facts ?? {}, facts);
}

/** Long addresses are cut in the log. */
const MAX_LOGGED_URL = 500;
/** How often Node looks for requests that come in too slowly. */
const SLOW_CHECK_MS = 500;

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * The app of a service, ready to listen or, in tests, for `inject`.
 *
 * @throws StageError E_PARAMS, E_ENVIRONMENT when there is no token where one is said to be.
 */
export async function createApp(
  service: Service,
  log: FastifyBaseLogger,
): Promise<FastifyInstance> {
  const { params } = service;
  const token = readToken(params);
  const timeout = params.requestTimeoutSeconds * 1000;
  const registry = createRegistry();
  const usage = watchUsage();
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    // it says what this one says, in two lines
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'request_id',
    }),
    genReqId: createRequestIds(),
    bodyLimit: params.bodyLimit,
    requestTimeout: timeout,
    http: { headersTimeout: timeout, connectionsCheckingInterval: SLOW_CHECK_MS },
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
    // answered by a hook, in the shape of all refusals
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, log),
    frameworkErrors: (_, { raw: request }, { raw: reply }) => routeUnreadable(app, request, reply),
  });
  app.setValidatorCompiler(createValidatorCompiler());
  app.setSerializerCompiler(() => JSON.stringify);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async ({ headers }: FastifyRequest, body: Buffer) => parseBoundedJson(decodeBody(body, headers))); // prettier-ignore
  addRequestHooks(app, registry, usage.current);
  refuseWhenStopping(app);
  // before the token and what leads nowhere: guesses count, too
  if (params.rateLimit !== null) await limitRate(app, params.rateLimit);
  if (token !== null) app.addHook('onRequest', requireToken(token));
  addErrorReplies(app);
  await addOpenApi(app, service, token !== null);
  await service.routes(app, { registry });
  addProbes(app, service, registry, usage.current);
  app.addHook('onClose', async () => {
    usage.stop();
    await service.stop?.();
  });
  await app.ready();
  return app;
}

/** Requests on connections that are still open, while those before them are finished. */
function refuseWhenStopping(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', async () => void (isStopping = true));
  app.addHook('onRequest', async () => {
    if (isStopping) throw requestError(503, 'the service is stopping');
  });
}

/** Of all addresses but those that say `rateLimit: false`. */
async function limitRate(app: FastifyInstance, max: number): Promise<void> {
  const { default: rateLimit } = await import('@fastify/rate-limit');
  await app.register(rateLimit, {
    ...{ global: false, max, timeWindow: '1 minute' },
    allowList: ({ routeOptions }) => routeOptions.config.rateLimit === false,
  });
  app.addHook('onRequest', app.rateLimit());
}

/** Id and headers at the beginning of a request, latency and a line of log at its end. */
function addRequestHooks(
  app: FastifyInstance,
  registry: Registry,
  usage: ReturnType<typeof watchUsage>['current'],
): void {
  const metrics = measureHttp(registry);
  app.decorateRequest('facts', null);
  app.addHook('onRequest', (request, reply, done) => {
    metrics.begin();
    reply.headers(SECURITY_HEADERS).header(REQUEST_ID_HEADER, request.id);
    const given = request.headers[REQUEST_ID_HEADER];
    if (given !== undefined && given !== request.id) {
      addFacts(request, { refused_request_id: true });
    }
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    metrics.end(request, reply);
    const { statusCode } = reply;
    const level = statusCode >= 500 ? 'error' : statusCode >= 400 ? 'warn' : 'info';
    request.log[level](
      {
        method: request.method,
        url: request.originalUrl.slice(0, MAX_LOGGED_URL),
        route: routeOf(request),
        status: statusCode,
        response_time_ms: Math.round(reply.elapsedTime * 1000) / 1000,
        ...usage(),
        ...request.facts,
      },
      'request',
    );
    done();
  });
}
