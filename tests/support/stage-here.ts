/**
 * Stages run inside the test's own process: half a second less for each than in a process of its own. For what a
 * test says of a stage, not of its process, which kills, signals, pipes and a full memory are about.
 */
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { importStage } from '../../lib/cli/registry.ts';
import { runStage } from '../../lib/cli/run-stage.ts';
import { fileOf } from './stage-process.ts';
import type { StageOutcome } from './stage-process.ts';

let isRunning = false;

/** Ends as the stage's process would; one at a time, since working folder and streams are those of this process. */
export async function runStageHere(
  name: string,
  args: readonly string[],
  cwd: string,
): Promise<StageOutcome> {
  if (isRunning) throw new Error(`${name} must wait for the stage that runs in this process`);
  isRunning = true;
  try {
    const stage = await importStage(pathToFileURL(fileOf(name)));
    return await captureIn(cwd, async () => await runStage(stage, args));
  } finally {
    isRunning = false;
  }
}

async function captureIn(cwd: string, run: () => Promise<number>): Promise<StageOutcome> {
  const texts = { stdout: '', stderr: '' };
  const home = process.cwd();
  process.chdir(cwd);
  const { stdout, stderr } = process;
  const write = { stdout: stdout.write, stderr: stderr.write };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (chunk: string | Uint8Array): boolean => {
      texts[name] += String(chunk);
      return true;
    };
  }
  // what is thrown outside of the stage ends this process, and says so in what is captured
  const tell = (): boolean => write.stderr.call(stderr, texts.stderr);
  process.on('exit', tell);
  try {
    return { code: await run(), ...texts };
  } finally {
    process.off('exit', tell);
    process.chdir(home);
    stdout.write = write.stdout;
    stderr.write = write.stderr;
  }
}

/** Runs a stage that must end well; gives what it says on stdout. */
export async function runWellHere(
  name: string,
  args: readonly string[],
  folder: string,
): Promise<string> {
  const { code, stdout, stderr } = await runStageHere(name, args, folder);
  assert.is(code, 0, `${name} ${args.join(' ')}\n${stderr}`);
  return stdout;
}
