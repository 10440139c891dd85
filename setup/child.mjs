/** Child processes: quiet unless they fail, ended with their own children when set-up ends. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { constants as os } from 'node:os';
import { delimiter, join } from 'node:path';
import { SetupError } from './errors.mjs';
import { noteChild } from './lock.mjs';
import { root, systemEnvironment } from './places.mjs';

const running = new Set();

/** Ends every child at once: what they were writing is incomplete, and made anew by the next run. */
export function endChildren() {
  for (const { pid } of running) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // already gone
    }
  }
}
process.on('exit', endChildren);

// Children lead groups of their own, so a terminal's Ctrl-C reaches this process alone.
const leave = (signal) => process.exit(128 + os.signals[signal]);
const watchSignals = (method) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process[method](signal, leave);
};

/** The path of a program of this machine, or null. */
export function find(program) {
  for (const folder of systemEnvironment().PATH.split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return null;
}

/** Runs a program to its end and returns what it printed; a failure carries its last lines. */
export function run(program, args, { what = program, hint = '', env = systemEnvironment() } = {}) {
  return new Promise((resolve, reject) => {
    if (running.size === 0) watchSignals('on');
    // A group of its own, so that `endChildren` reaches grandchildren (pip and npm start some).
    const child = spawn(program, args, {
      cwd: root,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    const ended = () => {
      if (running.delete(child) && running.size === 0) watchSignals('off');
    };
    if (child.pid) noteChild(child.pid);
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => {
      ended();
      reject(new SetupError(`${what} could not start: ${error.message}`, { hint }));
    });
    child.on('close', (code, signal) => {
      ended();
      if (code === 0) resolve(output);
      else reject(new SetupError(`${what} failed (${signal ?? `exit ${code}`})`, { output, hint }));
    });
  });
}
