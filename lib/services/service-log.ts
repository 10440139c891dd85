/** The log of a service: one JSON line a fact, to standard output and to a file that rotates. */
import process from 'node:process';
import pino from 'pino';
import { createStream } from 'rotating-file-stream';
import { StageError } from '../errors.ts';
import type { RotatingFileStream } from 'rotating-file-stream';
import type { ServiceParams } from './service-params.ts';

export interface ServiceLog {
  readonly log: pino.Logger;
  /** Resolves when every line is written. */
  close(): Promise<void>;
}

/** Lines wait this long for others, since each write costs; a kill loses them, a crash those of the file. */
const BATCH_MS = 20;

/** Characters that wait for a reader that does not read; beyond them lines are dropped. */
const MAX_WAITING = 1 << 24;

/**
 * @param name - Of the service: stands in every line, and is the name of the file.
 * @throws StageError E_PARAMS when a field to redact is no path.
 */
export function openServiceLog(name: string, params: ServiceParams['log']): ServiceLog {
  const output = pino.destination({ dest: 1, sync: false, maxLength: MAX_WAITING });
  let isRead = true;
  // whoever read standard output may go away; the service stays
  output.on('error', () => (isRead = false));
  const file = params.folder === null ? null : openFile(name, params.folder, params);
  let lines = '';
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (lines === '') return;
    output.write(lines);
    file?.write(lines);
    lines = '';
  };
  const write = (line: string): void => {
    lines += line;
    timer ??= setTimeout(flush, BATCH_MS);
  };
  const flushAtExit = (): void => {
    flush();
    output.flushSync();
  };
  process.once('exit', flushAtExit);
  return {
    log: createLogger(name, params, { write }),
    async close() {
      process.off('exit', flushAtExit);
      flush();
      if (isRead) await end(output);
      if (file !== null) await new Promise<void>((resolve) => file.end(resolve));
    },
  };
}

/** Resolves when everything is written, or cannot be. */
function end(output: ReturnType<typeof pino.destination>): Promise<void> {
  return new Promise((resolve) => {
    output.once('close', resolve).once('error', () => resolve());
    output.end();
  });
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
  // a full disk costs the file; standard output still has every line
  file.on('error', () => {});
  file.on('warning', () => {});
  return file;
}
