/**
 * What a run says: sentences for people on stderr, and one JSON line per fact in logs/timberline.log, so
 * that a run that died after two days can be explained; passwords in addresses in neither. Timings and origins belong here, never in an out.
 */
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { maskPasswords } from './mask-passwords.ts';

export interface Log {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  /** To the log file alone. */
  record(message: string, facts: Readonly<Record<string, unknown>>): void;
  /** To the log file alone, with the stack and the causes. */
  crash(error: unknown, facts: Readonly<Record<string, unknown>>): void;
}

const FOLDER = 'logs';
export const RUN_LOG = join(FOLDER, 'timberline.log');
const MAX_BYTES = 5 * 1024 * 1024;
const N_OLD_FILES = 5;

/** A folder without write permission, or a full disk, costs the file and not the run. */
export function openLog(facts: Readonly<Record<string, unknown>>): Log {
  const file = openFile(facts);
  const say = (message: string): void => void process.stderr.write(`${maskPasswords(message)}\n`);
  return {
    info(message, more = {}) {
      say(message);
      file?.info(more, message);
    },
    warn(message, more = {}) {
      say(`warning: ${message}`);
      file?.warn(more, message);
    },
    record: (message, more) => file?.info(more, message),
    crash: (error, more) => file?.error({ err: error, ...more }, 'failed'),
  };
}

function openFile(facts: Readonly<Record<string, unknown>>): pino.Logger | null {
  try {
    mkdirSync(FOLDER, { recursive: true });
    if (existsSync(RUN_LOG) && statSync(RUN_LOG).size > MAX_BYTES) rotate(RUN_LOG);
    // synchronous, so that the last line before a kill is on disk
    const destination = pino.destination({ dest: RUN_LOG, sync: true });
    destination.on('error', () => {});
    const options = {
      ...{ base: facts, timestamp: pino.stdTimeFunctions.isoTime },
      hooks: { streamWrite: maskPasswords },
    };
    return pino(options, destination);
  } catch {
    return null;
  }
}

function rotate(path: string): void {
  for (let age = N_OLD_FILES - 1; age >= 1; age--) {
    if (existsSync(`${path}.${age}`)) renameSync(`${path}.${age}`, `${path}.${age + 1}`);
  }
  renameSync(path, `${path}.1`);
}
