/** HTTP requests by Node's own client: loading `fetch` takes a tenth of a second, in every step of a pipeline. */
import { createReadStream, statSync } from 'node:fs';
import { createRequire } from 'node:module';

// an import reads every export, and one of node:http loads what `fetch` loads
const require = createRequire(import.meta.url);

export interface HttpRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly signal: AbortSignal;
}
/** A text, or the path of a file. */
export type HttpBody = { readonly text: string } | { readonly file: string };

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Follows no redirects; rejects where there is no whole answer. */
export async function sendHttp(url: string, request: HttpRequest): Promise<HttpAnswer> {
  const { method, headers, body, signal } = request;
  const http = require(
    url.startsWith('https:') ? 'node:https' : 'node:http',
  ) as typeof import('node:http');
  return await new Promise((resolve, reject) => {
    const size = body === undefined ? {} : { 'content-length': sizeOf(body) };
    const asked = http.request(
      url,
      { method, signal, headers: { ...headers, ...size } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode!, text }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    if (body === undefined || 'text' in body) asked.end(body?.text);
    else
      createReadStream(body.file)
        .on('error', (error) => asked.destroy(error))
        .pipe(asked);
  });
}

function sizeOf(body: HttpBody): number {
  return 'text' in body ? Buffer.byteLength(body.text) : statSync(body.file).size;
}
