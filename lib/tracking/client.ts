/**
 * Requests to the REST API of an MLflow server, each with a time limit and tried again where that can help.
 *
 * Every request here may reach the server twice (an answer that was lost is asked for again), so callers send
 * nothing that counts when repeated.
 */
import pRetry, { AbortError } from 'p-retry';
import type { Options } from 'p-retry';
import { sendHttp } from './http.ts';
import type { HttpAnswer, HttpBody, HttpRequest } from './http.ts';

/** No answer, or one of a server in trouble: the same request may succeed later. */
export class Unreachable extends Error {}

/** The run that this one is nested in is not at the server yet. */
export class Postponed extends Unreachable {}

/** The server understood and said no; `code` is MLflow's, as RESOURCE_DOES_NOT_EXIST. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface TrackingClient {
  /** Address of the server, without a slash at its end. */
  readonly uri: string;
  get<T>(path: string, query: Readonly<Record<string, string>>): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
  patch(path: string, body: object): Promise<void>;
  /** Writes a file or a text among the artifacts, over what is there. */
  putArtifact(path: string, content: HttpBody): Promise<void>;
  deleteArtifacts(path: string): Promise<void>;
}

const ANSWER_MS = 15_000;
const TRANSFER_MS = 600_000;
/** Four tries within 2 seconds where a server that answered before refuses connections at once. */
const RETRIES: Options = { retries: 3, minTimeout: 250, factor: 2, maxRetryTime: 30_000 };
const API = '/api/2.0/mlflow/';
const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts/';

export function createTrackingClient(uri: string): TrackingClient {
  const base = uri.replace(/\/+$/, '');
  let hasAnswered = false;
  const request = async (
    path: string,
    asked: Omit<HttpRequest, 'signal'>,
    limit = ANSWER_MS,
  ): Promise<unknown> => {
    const once = async (): Promise<unknown> => {
      const signal = AbortSignal.timeout(limit);
      const answer = await ask(`${base}${path}`, { ...asked, signal });
      hasAnswered = true;
      return read(answer, `${asked.method} ${base}${path}`);
    };
    // nobody waits for a server that was never there
    return await pRetry(once, { ...RETRIES, shouldRetry: () => hasAnswered });
  };
  const send = (method: string, path: string, body: object): Promise<unknown> =>
    request(API + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: { text: JSON.stringify(body) },
    });
  return {
    uri: base,
    get: async <T>(path: string, query: Readonly<Record<string, string>>) =>
      (await request(`${API}${path}?${new URLSearchParams(query)}`, { method: 'GET' })) as T,
    post: async <T>(path: string, body: object) => (await send('POST', path, body)) as T,
    patch: async (path, body) => void (await send('PATCH', path, body)),
    putArtifact: async (path, body) =>
      void (await request(ARTIFACTS + escapePath(path), { method: 'PUT', body }, TRANSFER_MS)),
    deleteArtifacts: async (path) =>
      void (await request(ARTIFACTS + escapePath(path), { method: 'DELETE' })),
  };
}

function read({ status, text }: HttpAnswer, question: string): unknown {
  if (status >= 200 && status < 300) return parseJson(text);
  const { error_code: code, message } = parseJson(text);
  const said = `${question} got ${status} ${message ?? text.slice(0, 200)}`;
  if (status >= 500 || status === 429) throw new Unreachable(said);
  throw new AbortError(new Refusal(code ?? `HTTP ${status}`, said));
}

async function ask(url: string, request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await sendHttp(url, request);
  } catch (error) {
    const { message, cause, code } = error as Error & { code?: string };
    // where a name has several addresses, Node gives the code alone
    const reason = cause instanceof Error ? cause.message : message || code;
    throw new Unreachable(`${new URL(url).origin} gave no answer: ${reason}`, { cause: error });
  }
}

/** Proxies answer in HTML, and some requests of MLflow in nothing. */
function parseJson(text: string): { error_code?: string; message?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function escapePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
