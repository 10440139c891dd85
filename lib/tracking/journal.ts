/**
 * The queue of runs: what a run logs is written here first, and sent from here.
 *
 * A run is a folder `<queue>/<key>/` of `journal.jsonl` (one event a line, in the order in which they are sent),
 * `files/` (copies of artifacts and models as they were when they were logged), `sent.json` (how far the
 * server has it) and `owner` (the process that writes or sends it). It goes when the server has all of it.
 */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive, ownPid } from '../processes.ts';

export type RunStatus = 'FINISHED' | 'FAILED' | 'KILLED';

/** Times are milliseconds since 1970, of this machine. */
export type TrackingEvent =
  | {
      readonly type: 'start';
      readonly time: number;
      readonly name: string;
      readonly experiment: string;
      /** Key of the run that this one is nested in; null: none. */
      readonly parent: string | null;
    }
  | { readonly type: 'params' | 'tags'; readonly values: Readonly<Record<string, string>> }
  | {
      readonly type: 'metrics';
      readonly time: number;
      readonly step: number;
      /** JSON has no NaN and no infinities: those are 'NaN', 'Infinity', '-Infinity'. */
      readonly values: Readonly<Record<string, number | string>>;
    }
  /** `source`: a file or folder within the folder of the run; `path`: what it is called at the server. */
  | { readonly type: 'artifact'; readonly source: string; readonly path: string }
  | { readonly type: 'model'; readonly source: string; readonly name: string }
  | { readonly type: 'end'; readonly time: number; readonly status: RunStatus };

/** How far a server has a run. */
export interface Sent {
  readonly uri: string;
  /** Events, from the first on. */
  readonly nEvents: number;
  /** Null before the run exists there. */
  readonly run: ServerRun | null;
}

/** A run as the server has it. */
export interface ServerRun {
  readonly id: string;
  readonly experimentId: string;
  readonly artifactUri: string;
}

const JOURNAL = 'journal.jsonl';
const SENT = 'sent.json';
const OWNER = 'owner';
/** Ends the name of a folder that is about to go. */
const DONE = '.done';

/** Begins a run in the queue, owned by this process; returns its folder. */
export function createRunFolder(queue: string, key: string): string {
  const folder = join(queue, key);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, OWNER), `${ownPid}\n`);
  return folder;
}

/** One write, so that a killed process leaves whole lines, and at most one torn line at the end. */
export function appendEvent(folder: string, event: TrackingEvent): void {
  appendFileSync(join(folder, JOURNAL), `${JSON.stringify(event)}\n`);
}

/** Ends a run whose process died: at its last event, and without the line that it was killed in the middle of. */
export function endKilled(folder: string): void {
  const events = readEvents(folder);
  if (events.length === 0 || events.at(-1)!.type === 'end') return;
  const whole = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const { time } = events.findLast((event) => 'time' in event)!;
  const end: TrackingEvent = { type: 'end', time, status: 'KILLED' };
  writeFileSync(join(folder, `${JOURNAL}.tmp`), `${whole}${JSON.stringify(end)}\n`);
  renameSync(join(folder, `${JOURNAL}.tmp`), join(folder, JOURNAL));
}

/** The events that are wholly written. */
export function readEvents(folder: string): TrackingEvent[] {
  const path = join(folder, JOURNAL);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TrackingEvent);
}

/** Keeps a file or folder as it is now; returns where, within the folder of the run. */
export function keepCopy(folder: string, n: number, source: string): string {
  const kept = join('files', String(n));
  cpSync(source, join(folder, kept), { recursive: true });
  return kept;
}

/** The same for a text. */
export function keepText(folder: string, n: number, text: string): string {
  const kept = join('files', String(n));
  mkdirSync(join(folder, 'files'), { recursive: true });
  writeFileSync(join(folder, kept), text);
  return kept;
}

/** Files below a path, relative to it, in order of name; [''] for a path that is a file itself. */
export function listFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [''];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .toSorted();
}

/** What the server at `uri` has of a run; another server has nothing. */
export function readSent(folder: string, uri: string): Sent {
  const path = join(folder, SENT);
  const nothing: Sent = { uri, nEvents: 0, run: null };
  if (!existsSync(path)) return nothing;
  const sent = JSON.parse(readFileSync(path, 'utf8')) as Sent;
  return sent.uri === uri ? sent : nothing;
}

export function writeSent(folder: string, sent: Sent): void {
  const path = join(folder, SENT);
  writeFileSync(`${path}.tmp`, JSON.stringify(sent));
  renameSync(`${path}.tmp`, path);
}

/** Runs of the queue in the order in which they began; what an interrupted removal left goes on the way. */
export function listRunFolders(queue: string): string[] {
  if (!existsSync(queue)) return [];
  const [going, kept] = [true, false].map((isDone) =>
    readdirSync(queue)
      .filter((name) => name.endsWith(DONE) === isDone)
      .map((name) => join(queue, name))
      .filter((path) => statSync(path).isDirectory()),
  );
  for (const folder of going) rmSync(folder, { recursive: true, force: true });
  return kept.toSorted();
}

/** Makes this process the owner, unless one that lives is; returns whether it is. */
export function claim(folder: string): boolean {
  const path = join(folder, OWNER);
  const owner = existsSync(path) ? Number(readFileSync(path, 'utf8')) : NaN;
  if (owner !== ownPid && Number.isInteger(owner) && isAlive(owner)) return false;
  writeFileSync(`${path}.${ownPid}`, `${ownPid}\n`);
  renameSync(`${path}.${ownPid}`, path);
  return true;
}

export function release(folder: string): void {
  rmSync(join(folder, OWNER), { force: true });
}

/** Removes a run at one stroke, and the queue with its last run. */
export function removeRun(folder: string): void {
  renameSync(folder, folder + DONE);
  rmSync(folder + DONE, { recursive: true, force: true });
  const queue = dirname(folder);
  if (readdirSync(queue).length === 0) rmSync(queue, { recursive: true, force: true });
}
