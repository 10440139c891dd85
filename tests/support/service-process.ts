/** A service as its users start it: a process of its stage, on a free port of the loopback. */
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { startStage } from './stage-process.ts';
import type { StageOutcome } from './stage-process.ts';

/** Calls `use` with the address of a service in `folder`, then tells it to stop; gives how it ended. */
export async function withServiceProcess(
  stage: string,
  args: readonly string[],
  folder: string,
  use: (url: string, child: ChildProcess) => Promise<void>,
): Promise<StageOutcome> {
  // no test waits for this long: a connection that is kept open would show
  const patient = ['--set', `${stage}.stop_timeout_seconds=60`];
  const { child, outcome } = startStage(stage, [...args, '--port', '0', ...patient], folder);
  try {
    let said = '';
    while (!said.includes('/docs\n')) said += String((await once(child.stderr!, 'data'))[0]);
    const [url] = /http:\/\/[\d.:]+/.exec(said)!;
    await use(url, child);
  } finally {
    // a second one would end it at once
    if (!child.killed) child.kill('SIGTERM');
  }
  return await outcome;
}
