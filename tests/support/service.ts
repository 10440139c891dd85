/** Services that tests talk to: in this process, on a free port of the loopback. */
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { createApp } from '../../lib/services/service.ts';
import type { FastifyInstance } from 'fastify';
import type { Service } from '../../lib/services/service.ts';
import type { ServiceParams } from '../../lib/services/service-params.ts';

export const SERVICE_DEFAULTS: ServiceParams = {
  host: '127.0.0.1',
  port: 0,
  bodyLimit: 1_048_576,
  rateLimit: null,
  requestTimeoutSeconds: 10,
  stopTimeoutSeconds: 10,
  tokenEnv: null,
  tokenFile: null,
  log: { level: 'info', folder: null, maxMegabytes: 1, maxFiles: 1, redact: [] },
};

export interface RunningService {
  readonly app: FastifyInstance;
  readonly url: string;
  readonly port: number;
  /** The lines of its log so far. */
  readonly lines: Record<string, unknown>[];
  /** Those of requests. */
  requests(): Record<string, unknown>[];
}

/** Calls `use` with the service listening, and closes it afterwards. */
export async function withService<T>(
  service: Service,
  use: (running: RunningService) => Promise<T>,
): Promise<T> {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { base: null, redact: [...service.params.log.redact] },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const app = await createApp(service, log);
  try {
    await app.listen({ host: service.params.host, port: service.params.port });
    const { port } = app.server.address() as AddressInfo;
    const requests = () => lines.filter(({ msg }) => msg === 'request');
    return await use({ app, url: `http://127.0.0.1:${port}`, port, lines, requests });
  } finally {
    await app.close();
  }
}

/** Sends raw bytes and gives what comes back until the service closes the connection. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}
