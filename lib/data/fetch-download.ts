/** One file over HTTP: resumed where it broke off, in a later run too, and tried a few times. */
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, ownPid } from '../processes.ts';
import type { FetchContext } from './fetch.ts';

interface Patience {
  /** Without a byte for so long, a connection counts as lost. */
  readonly stallSeconds: number;
  /** Tries in all, the first one included. */
  readonly maxTries: number;
  /** Wait before the second try; doubled before each further one. */
  readonly waitSeconds: number;
}
const PATIENCE: Patience = { stallSeconds: 30, maxTries: 4, waitSeconds: 1 };
const MEGABYTE = 1e6;

/** A connection that was there and broke, or a server that is busy: worth another try. */
class Interrupted extends Error {}

/**
 * Downloads `url` into the folder of unfinished downloads.
 *
 * What an earlier run left unfinished goes on where it stopped when the server still has the same file (a
 * strong ETag or Last-Modified, asked by If-Range), and starts again otherwise. Each run writes a file of
 * its own, so that two may run at once.
 *
 * @returns Path of the complete file; the caller removes it.
 * @throws Error saying what the server or the network answered.
 */
export async function download(
  label: string,
  url: string,
  context: FetchContext,
  patience: Patience = PATIENCE,
): Promise<string> {
  const { log, signal, downloads } = context;
  // HTTPS_PROXY and its kin, from Node 24.14 on
  const restoreProxy = http.setGlobalProxyFromEnv?.();
  try {
    const part = await claimPart(downloads, url);
    for (let tried = 1; ; tried++) {
      try {
        await transfer(label, url, part, context, patience.stallSeconds);
        await rm(validatorOf(part), { force: true });
        return part;
      } catch (error) {
        signal.throwIfAborted();
        const isInterrupted = error instanceof Interrupted;
        if (!isInterrupted) await removePart(part);
        if (!isInterrupted || tried === patience.maxTries) throw error;
        log.info(`${label}: ${url} broke off (${error.message}), trying again`);
        await sleep(1000 * patience.waitSeconds * 2 ** (tried - 1), undefined, { signal });
      }
    }
  } finally {
    restoreProxy?.();
  }
}

/** The innermost cause: `fetch failed` says less than `ENOTFOUND`. */
export function reasonOf(error: unknown): string {
  const { message, cause, code } = error as NodeJS.ErrnoException & { cause?: unknown };
  return cause instanceof Error ? reasonOf(cause) : message || (code ?? 'unknown');
}

async function transfer(
  label: string,
  url: string,
  part: string,
  { progress, signal }: FetchContext,
  stallSeconds: number,
): Promise<void> {
  const validator = existsSync(validatorOf(part)) ? readFileSync(validatorOf(part), 'utf8') : null;
  const have = validator !== null && existsSync(part) ? statSync(part).size : 0;
  const stalled = new AbortController();
  const timer = setTimeout(() => {
    stalled.abort(new Interrupted(`no byte for ${stallSeconds} s`));
  }, 1000 * stallSeconds);
  try {
    const response = await connect(url, {
      headers: have > 0 ? { range: `bytes=${have}-`, 'if-range': validator! } : {},
      signal: AbortSignal.any([signal, stalled.signal]),
    });
    const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(
      response.headers.get('content-range') ?? '',
    );
    const isComplete = response.status === 416 && Number(range?.[2]) === have;
    if (isComplete) return;
    const start = response.status === 206 ? Number(range?.[1]) : 0;
    if (response.status === 416 || (start > 0 && start !== have)) {
      await removePart(part);
      throw new Interrupted('the server has another file now');
    }
    if (!response.ok) throw new Error(`HTTP ${response.status} ${response.statusText}`.trimEnd());
    if (start === 0) await rememberValidator(part, response);
    const total = totalOf(response, start);
    const bar = progress(`${label} download`, total / MEGABYTE, 'MB');
    let done = start;
    const counted = async function* (body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
      for await (const chunk of body) {
        timer.refresh();
        done += chunk.length;
        bar.update(done / MEGABYTE);
        yield chunk;
      }
    };
    const body = Readable.fromWeb(response.body as ReadableStream);
    await pipeline(body, counted, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' })).catch(
      (error: unknown) => {
        // an error of the file system names its call, one of the network does not
        throw (error as NodeJS.ErrnoException).syscall === undefined ? toInterrupted(error) : error;
      },
    );
    bar.end();
    if (Number.isFinite(total) && done !== total) {
      throw new Interrupted(`ended after ${done} of ${total} bytes`);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function connect(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    const { code = '' } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    // a server that was reached; one that was not is not worth waiting for
    const wasReached = ['ECONNRESET', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT'].includes(code);
    throw wasReached ? toInterrupted(error) : error;
  });
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    throw new Interrupted(`HTTP ${response.status} ${response.statusText}`.trimEnd());
  }
  return response;
}

function toInterrupted(error: unknown): Interrupted {
  return error instanceof Interrupted ? error : new Interrupted(reasonOf(error), { cause: error });
}

/** Bytes of the whole file, Infinity where the server does not say. */
function totalOf({ headers }: Response, start: number): number {
  const length = headers.get('content-length');
  // the length of a body that is packed on the way says nothing of the file
  return length === null || headers.has('content-encoding') ? Infinity : start + Number(length);
}

async function rememberValidator(part: string, { headers }: Response): Promise<void> {
  const etag = headers.get('etag');
  const isStrong = etag !== null && !etag.startsWith('W/');
  const validator = isStrong ? etag : headers.get('last-modified');
  if (validator === null || headers.has('content-encoding')) {
    await rm(validatorOf(part), { force: true });
  } else writeFileSync(validatorOf(part), validator);
}

/** A download of one url by one run: `<hash of the url>.<pid>.part`; its validator stands beside it. */
const PART = /^([0-9a-f]{16})\.(\d+)\.(?:part|validator)$/;
const validatorOf = (part: string): string => part.replace(/\.part$/, '.validator');

async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(validatorOf(part), { force: true });
}

/** The path of this run's download; what a dead run left of the same one is taken over. */
async function claimPart(folder: string, url: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
  const own = join(folder, `${key}.${ownPid}.part`);
  for (const entry of await readdir(folder)) {
    const [, ofUrl, pid] = PART.exec(entry) ?? [];
    if (ofUrl !== key || Number(pid) === ownPid || isAlive(Number(pid))) continue;
    const left = join(folder, `${key}.${pid}.part`);
    try {
      // of two runs that see it, one gets it
      await rename(left, own);
      await rename(validatorOf(left), validatorOf(own));
    } catch {
      await removePart(left);
    }
  }
  return own;
}
