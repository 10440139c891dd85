/** A real MLflow server for the time of a test, and what it has of a run. */
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PROJECT } from './stage-process.ts';

interface SetUp {
  setUp(more: readonly unknown[]): Promise<void>;
}
interface Packages {
  readonly mlflowPackages: unknown;
}
interface Server {
  serverCommand(
    folder: string,
    port: number,
  ): { program: string; args: string[]; env: NodeJS.ProcessEnv };
  mlflowEnvironment(): NodeJS.ProcessEnv;
  whenUp(address: string, hasEnded: () => boolean, path?: string): Promise<boolean>;
}
const load = async <T>(name: string): Promise<T> =>
  (await import(join(PROJECT, 'setup', name))) as T;

/** Installs MLflow where it is missing. */
export async function installMlflow(): Promise<void> {
  const { setUp } = await load<SetUp>('setup.mjs');
  await setUp([(await load<Packages>('mlflow-packages.mjs')).mlflowPackages]);
}

export interface MlflowServer {
  readonly uri: string;
  /** Ends it and what it started at once, as a power cut would. */
  kill(): Promise<void>;
}

/** Starts a server on what `folder` keeps, and waits until it answers. */
export async function startMlflow(folder: string, port: number): Promise<MlflowServer> {
  const { serverCommand } = await load<Server>('mlflow-server.mjs');
  const { program, args, env } = serverCommand(folder, port);
  return await startProgram(program, args, { env }, folder, port, '/health');
}

/** The same for `mlflow models serve`. */
export async function serveModel(
  uri: string,
  model: string,
  folder: string,
  port: number,
): Promise<MlflowServer> {
  const { serverCommand } = await load<Server>('mlflow-server.mjs');
  const { program, env } = serverCommand(folder, port);
  const options = ['-m', model, '--env-manager', 'local', '-p', String(port)];
  const args = ['-m', 'mlflow', 'models', 'serve', ...options];
  const own = { env: { ...env, MLFLOW_TRACKING_URI: uri } };
  return await startProgram(program, args, own, folder, port, '/ping');
}

async function startProgram(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
  folder: string,
  port: number,
  path: string,
): Promise<MlflowServer> {
  const log = join(folder, `${port}.log`);
  const output = openSync(log, 'a');
  const child = spawn(program, args, {
    ...options,
    ...{ cwd: folder, detached: true, stdio: ['ignore', output, output] },
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => void child.on('close', () => resolve()));
  const uri = `http://127.0.0.1:${port}`;
  const { whenUp } = await load<Server>('mlflow-server.mjs');
  if (!(await whenUp(uri, () => child.exitCode !== null, path))) {
    throw new Error(`${program} ${args.join(' ')} ended:\n${readFileSync(log, 'utf8')}`);
  }
  return {
    uri,
    async kill() {
      killGroup(child);
      await ended;
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // ended before
  }
}

/** Runs Python in MLflow's environment; gives the last line that it printed, as JSON. */
export async function runPython(program: string, uri: string, folder: string): Promise<unknown> {
  const { serverCommand } = await load<Server>('mlflow-server.mjs');
  const { program: python, env } = serverCommand(folder, 0);
  const child = spawn(python, ['-c', program], {
    cwd: folder,
    env: { ...env, MLFLOW_TRACKING_URI: uri },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const code = await new Promise((resolve) => void child.on('close', resolve));
  if (code !== 0) throw new Error(err);
  return JSON.parse(out.trim().split('\n').at(-1)!);
}

export async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
