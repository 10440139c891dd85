import { existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface FileServer {
  readonly url: string;
  /** The Range header of each request so far, null where there was none. */
  readonly ranges: readonly (string | null)[];
}

/** Answers the request with the number `nth`, counted from 1. */
export type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** Calls `use` with a server on the loopback interface. */
export async function withServer<T>(
  answer: Answer,
  use: (server: FileServer) => Promise<T>,
): Promise<T> {
  const ranges: (string | null)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range ?? null);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use({ url: `http://127.0.0.1:${port}`, ranges });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Serves `content` as a static server does: ETag, Range with If-Range, 416 beyond the end. */
export function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  etag: string,
): void {
  const { range, 'if-range': condition } = request.headers;
  const start = condition === etag ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
  response.setHeader('etag', etag);
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const part = content.subarray(start);
  response.setHeader('content-length', part.length);
  if (start > 0) {
    const last = content.length - 1;
    response.writeHead(206, { 'content-range': `bytes ${start}-${last}/${content.length}` });
  }
  response.end(part);
}

/** Bytes of the unfinished download in a folder; 0 where there is none. */
export function sizeOfPart(folder: string): number {
  const entries = existsSync(folder) ? readdirSync(folder) : [];
  const part = entries.find((name) => name.endsWith('.part'));
  return part === undefined ? 0 : statSync(join(folder, part)).size;
}
