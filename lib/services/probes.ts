/** The addresses that every service has: is it alive, is it ready, which version, its numbers. */
import process from 'node:process';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Service } from './service.ts';
import type { Usage } from './usage.ts';

const HEALTH = {
  type: 'object',
  required: ['status', 'memory_usage', 'cpu_percent', 'uptime_seconds'],
  properties: {
    status: { type: 'string', enum: ['healthy'] },
    memory_usage: { type: 'number', description: 'Megabytes, the resident set' },
    cpu_percent: { type: 'number', description: 'Of one core, in the last second' },
    uptime_seconds: { type: 'number' },
  },
} as const;
const READINESS = {
  type: 'object',
  required: ['ready'],
  properties: { ready: { type: 'boolean' } },
} as const;
const VERSION = {
  type: 'object',
  required: ['service', 'version', 'node'],
  properties: {
    service: { type: 'string' },
    version: { type: 'string' },
    node: { type: 'string' },
  },
} as const;

/** What watches a service is under no limit; probes of a cluster carry no token either. */
const UNLIMITED = { rateLimit: false } as const;
const OPEN = { ...UNLIMITED, isOpen: true } as const;

export function addProbes(
  app: FastifyInstance,
  service: Service,
  registry: Registry,
  usage: () => Usage,
): void {
  const tags = ['service'];
  app.get(
    '/health',
    { config: OPEN, schema: { tags, summary: 'Alive, and what it costs', response: { 200: HEALTH } } }, // prettier-ignore
    async () => {
      const { rss_mb: memory_usage, cpu_percent } = usage();
      const uptime_seconds = Math.round(process.uptime());
      return { status: 'healthy', memory_usage, cpu_percent, uptime_seconds };
    },
  );
  app.get(
    '/ready',
    { config: OPEN, schema: { tags, summary: 'Whether it can answer now', response: { 200: READINESS, 503: READINESS } } }, // prettier-ignore
    async (_, reply) => {
      const ready = service.isReady?.() ?? true;
      return reply.code(ready ? 200 : 503).send({ ready });
    },
  );
  app.get(
    '/version',
    { schema: { tags, summary: 'What runs here', response: { 200: VERSION } } },
    async () => ({
      service: service.name,
      version: service.version,
      node: process.versions.node,
      ...service.about?.(),
    }),
  );
  app.get(
    '/metrics',
    { config: UNLIMITED, schema: { tags, summary: 'Numbers for Prometheus', produces: ['text/plain'] } }, // prettier-ignore
    async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
}
