/** A service from its start to its stop: listens, tells where, and ends when it is told to. */
import { StageError } from '../errors.ts';
import { createApp } from './service.ts';
import { openServiceLog } from './service-log.ts';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Service } from './service.ts';

interface Stopped {
  readonly message: string;
  readonly host: string;
  readonly port: number;
  readonly n_requests: number;
  readonly [fact: string]: unknown;
}

/**
 * Answers until `signal` is aborted; then takes no more, finishes what is under way, and resolves.
 *
 * @param tell - Says a sentence to people: where the service listens.
 * @throws StageError E_ENVIRONMENT when it cannot listen there.
 */
export async function startService(
  service: Service,
  { signal, tell }: { signal: AbortSignal; tell: (message: string) => void },
): Promise<Stopped> {
  const { log, close } = openServiceLog(service.name, service.params.log);
  try {
    const app = await createApp(service, log);
    let nRequests = 0;
    app.server.on('request', () => nRequests++);
    const { host } = service.params;
    const port = await listen(app, service);
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    log.info({ version: service.version, ...service.about?.() }, 'started');
    tell(`listening on ${url}, its page at ${url}/docs`);
    await aborted(signal);
    log.info('stopping');
    await stop(app, service.params.stopTimeoutSeconds);
    log.info({ n_requests: nRequests }, 'stopped');
    const message = `stopped after ${nRequests.toLocaleString('en')} requests`;
    return { message, host, port, n_requests: nRequests };
  } finally {
    await close();
  }
}

async function listen(app: FastifyInstance, { name, params }: Service): Promise<number> {
  const { host, port } = params;
  try {
    await app.listen({ host, port, listenTextResolver: (url) => `listening on ${url}` });
    return (app.server.address() as AddressInfo).port;
  } catch (error) {
    await app.close();
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = REASONS[code];
    if (reason === undefined) throw error;
    throw new StageError('E_ENVIRONMENT', `${name}: ${host}:${port} must ${reason}; got ${code}`, {
      hint: 'choose another address with --host and --port',
      cause: error,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'be free',
  EACCES: 'be open to this user',
  EADDRNOTAVAIL: 'be an address of this machine',
  ENOTFOUND: 'be an address of this machine',
};

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

/** A connection that is kept for further requests would keep the service, too. */
const IDLE_CHECK_MS = 50;

async function stop(app: FastifyInstance, timeoutSeconds: number): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  const end = setTimeout(() => app.server.closeAllConnections(), timeoutSeconds * 1000);
  await app.close();
  clearInterval(idle);
  clearTimeout(end);
}
