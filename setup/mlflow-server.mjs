/** MLflow's server on the loopback, with SQLite and the artifacts in one folder. */
import { mkdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { mlflowPython, systemEnvironment } from './places.mjs';

/** Where a server keeps its things within its folder. */
export const placesOf = (folder) => ({
  store: `sqlite:///${resolve(folder, 'mlflow.db')}`,
  artifacts: resolve(folder, 'artifacts'),
  log: join(folder, 'server.log'),
});

/**
 * MLflow's programs first, since it starts one by name; no usage statistics, and no jobs: what is logged here needs
 * none.
 */
export const mlflowEnvironment = () => ({
  ...systemEnvironment(),
  PATH: [dirname(mlflowPython), systemEnvironment().PATH].join(delimiter),
  MLFLOW_DISABLE_TELEMETRY: 'true',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
});

/** The program, arguments and environment of a server; its folder is there afterwards. */
export function serverCommand(folder, port) {
  const { store, artifacts } = placesOf(folder);
  mkdirSync(folder, { recursive: true });
  const options = {
    '--backend-store-uri': store,
    '--artifacts-destination': artifacts,
    '--host': '127.0.0.1',
    '--port': String(port),
    '--workers': '1',
  };
  return {
    program: mlflowPython,
    args: ['-m', 'mlflow', 'server', ...Object.entries(options).flat()],
    env: mlflowEnvironment(),
  };
}

/** Resolves to true when the server answers, to false when `hasEnded` says that it will not. */
export async function whenUp(address, hasEnded, path = '/health') {
  while (!hasEnded()) {
    const isUp = await fetch(address + path).then(({ ok }) => ok, () => false); // prettier-ignore
    if (isUp) return true;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  return false;
}
