/**
 * One set-up at a time. The lock names its owner and the process groups that it started; after a
 * killed set-up the next one ends those that still run, since they would write into its folders.
 */
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { native } from './places.mjs';

export const lockFile = join(native, 'lock');
const POLL_MS = 300;
let held = false;

/** `pid` and the time it started, which tells it from a later process with the same number. */
function identity(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return `${pid} -`;
  }
}

function lives(line) {
  const [pid, started] = line.split(' ');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return started === '-' || identity(pid) === line;
}

const readLines = () => {
  try {
    return readFileSync(lockFile, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

function removeStale(lines) {
  const aside = `${lockFile}.stale.${process.pid}`;
  try {
    renameSync(lockFile, aside);
  } catch {
    return; // another set-up was quicker
  }
  // Between reading and renaming, another set-up may have taken the lock: give it back.
  if (readFileSync(aside, 'utf8').split('\n')[0] !== (lines[0] ?? '')) {
    renameSync(aside, lockFile);
    return;
  }
  rmSync(aside);
  for (const line of lines.slice(1).filter((line) => !line.endsWith(' -') && lives(line))) {
    try {
      process.kill(-Number(line.split(' ')[0]), 'SIGKILL');
    } catch {
      // gone meanwhile
    }
  }
}

/** Linking a written file into place: nobody can see a lock without its owner. */
function tryLock() {
  const written = `${lockFile}.${process.pid}`;
  writeFileSync(written, `${identity(process.pid)}\n`);
  try {
    linkSync(written, lockFile);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(written);
  }
}

/** Waits for the lock; `say` is told once whom it waits for. */
export async function lock(say) {
  mkdirSync(native, { recursive: true });
  let told = false;
  while (!tryLock()) {
    const lines = readLines();
    if (!lines.length || !lives(lines[0])) {
      removeStale(lines);
      continue;
    }
    if (!told) say(`another set-up (process ${lines[0].split(' ')[0]}) is running: waiting for it`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  held = true;
}

export function noteChild(pid) {
  if (held) appendFileSync(lockFile, `${identity(pid)}\n`);
}

export function unlock() {
  if (held) rmSync(lockFile, { force: true });
  held = false;
}
