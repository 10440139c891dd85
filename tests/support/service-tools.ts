/** schemathesis and locust, which test a service from outside. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT } from './stage-process.ts';

interface SetUp {
  setUp(more: readonly unknown[]): Promise<void>;
}
interface Tools {
  readonly serviceTools: unknown;
}
interface Places {
  readonly serviceToolsVenv: string;
}
const load = async <T>(name: string): Promise<T> =>
  (await import(join(PROJECT, 'setup', name))) as T;

/** Installs them where they are missing. */
export async function installServiceTools(): Promise<void> {
  const { setUp } = await load<SetUp>('setup.mjs');
  await setUp([(await load<Tools>('service-tools.mjs')).serviceTools]);
}

/** Runs one of their programs in `cwd`; gives what it printed. */
export async function runServiceTool(
  name: 'schemathesis' | 'locust' | 'python',
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; text: string }> {
  const { serviceToolsVenv } = await load<Places>('places.mjs');
  const child = spawn(join(serviceToolsVenv, 'bin', name), [...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, text };
}
