/** The log of a service: one JSON line a fact, to standard output and to a file that rotates. */
import process from 'node:process';
import pino from 'pino';
import { createStream } from 'rotating-file-stream';
import { StageError } from '../errors.ts';
import type { EventEmitter } from 'node:events';
import type { RotatingFileStream } from 'rotating-file-stream';
import type { ServiceParams } from './service-params.ts';

export interface ServiceLog {
  readonly log: pino.Logger;
  /** Resolves when every line is written. */
  close(): Promise<void>;
}

/** Lines wait this long for others, since each write costs; a kill loses them, a crash those of the file. */
const BATCH_MS = 20;

/** Characters that are written at once, whatever the time; files may be longer than they should by so much. */
const MAX_BATCH = 1 << 16;
/** Characters that wait for a reader that does not read; beyond them lines are dropped. */
const MAX_WAITING = 1 << 24;

/**
 * @param name - Of the service: stands in every line, and is the name of the file.
 * @throws StageError E_PARAMS when a field to redact is no path.
 */
export function openServiceLog(name: string, params: ServiceParams['log']): ServiceLog {
  let lines = '';
  let timer: NodeJS.Timeout | null = null;
  const write = (line: string): void => {
    lines += line;
    if (lines.length >= MAX_BATCH) flush();
    else timer ??= setTimeout(flush, BATCH_MS);
  };
  const log = createLogger(name, params, { write });
  const output = pino.destination({ dest: 1, sync: false, maxLength: MAX_WAITING });
  // whoever read standard output may go away; the service stays
  const sinks = [openSink(output, 'close', () => {})];
  if (params.folder !== null) {
    const file = openFile(name, params.folder, params);
    const tell = (err: Error): void => log.warn({ err }, 'the log file is lost');
    sinks.push(openSink(file, 'finish', tell));
  }
  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (lines === '') return;
    for (const sink of sinks) sink.write(lines);
    lines = '';
  }
  const flushAtExit = (): void => {
    flush();
    output.flushSync();
  };
  process.once('exit', flushAtExit);
  return {
    log,
    async close() {
      process.off('exit', flushAtExit);
      // standard output last, since it says when the file was lost
      for (const sink of sinks.toReversed()) {
        flush();
        await sink.close();
      }
    },
  };
}

/** Where lines go, for as long as they can. */
interface Sink {
  write(lines: string): void;
  /** Resolves when everything is written, or cannot be. */
  close(): Promise<void>;
}

/** @param ended - The event that says that all is written. */
function openSink(
  stream: RotatingFileStream | ReturnType<typeof pino.destination>,
  ended: string,
  onLost: (error: Error) => void,
): Sink {
  let isOpen = true;
  let resolveClosed = (): void => {};
  const closed = new Promise<void>((resolve) => (resolveClosed = resolve));
  const emitter: EventEmitter = stream;
  emitter.once(ended, resolveClosed).on('error', (error: Error) => {
    isOpen = false;
    resolveClosed();
    onLost(error);
  });
  return {
    write: (lines) => void (isOpen && stream.write(lines)),
    close() {
      if (isOpen) stream.end();
      isOpen = false;
      return closed;
    },
  };
}

function createLogger(
  name: string,
  { level, redact }: ServiceParams['log'],
  stream: pino.DestinationStream,
): pino.Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  if (redact.length > 0) options.redact = [...redact];
  try {
    return pino(options, stream);
  } catch (error) {
    throw new StageError(
      'E_PARAMS',
      `log.redact must hold paths of fields; got ${redact.join(', ')}`,
      { cause: error },
    );
  }
}

function openFile(
  name: string,
  folder: string,
  { maxMegabytes, maxFiles }: ServiceParams['log'],
): RotatingFileStream {
  const file = createStream(`${name}.log`, {
    path: folder,
    size: `${maxMegabytes}M`,
    rotate: maxFiles,
  });
  // an old file that could not be removed
  file.on('warning', () => {});
  return file;
}
