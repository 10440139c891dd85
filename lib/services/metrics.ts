/** What Prometheus scrapes: latency by route, and what prom-client tells of any Node process. */
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Seconds; from half a millisecond, which an answer out of a cache takes, to what no caller waits for. */
const LATENCY_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export interface HttpMetrics {
  begin(): void;
  end(request: FastifyRequest, reply: FastifyReply): void;
}

/** A registry of its own for each service, with the process in it: CPU, memory, event loop, garbage collection. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export function measureHttp(registry: Registry): HttpMetrics {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['method', 'route', 'status_code'],
    buckets: LATENCY_BUCKETS,
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests that are being answered',
    registers: [registry],
  });
  return {
    begin: () => inFlight.inc(),
    end(request, reply) {
      inFlight.dec();
      duration.observe(
        {
          method: request.method,
          route: routeOf(request),
          status_code: reply.statusCode,
        },
        reply.elapsedTime / 1000,
      );
    },
  };
}

/** The address as it was declared; one name for all that lead nowhere, or callers could make up any number. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}
