/** Runs a program in the foreground: same streams, Node 24 and the Python tools on its PATH. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root, toolEnvironment } from './places.mjs';

/** Resolves to its exit code: 128 + signal number where a signal ended it or this process. */
export function foreground(program, args, { onOutput } = {}) {
  return new Promise((resolve) => {
    // On a terminal, Ctrl-C reaches the whole foreground group. Elsewhere the child leads a group
    // of its own and gets each signal from here, since DVC passes none on to its stages.
    const detached = !process.stdin.isTTY;
    const stdout = onOutput ? 'pipe' : 'inherit';
    const child = spawn(program, args, {
      cwd: root,
      env: toolEnvironment(),
      detached,
      stdio: ['inherit', stdout, 'inherit'],
    });
    let received = null;
    const pass = (signal) => {
      received = signal;
      if (detached) process.kill(-child.pid, signal);
      else if (signal !== 'SIGINT') child.kill(signal);
    };
    process.on('SIGINT', pass).on('SIGTERM', pass);
    if (onOutput) child.stdout.on('data', onOutput);
    child.on('error', (error) => {
      process.stderr.write(`${program} could not start: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      const by = received ?? signal;
      resolve(by ? 128 + constants.signals[by] : code);
    });
  });
}
