/**
 * `npm run mlflow`: MLflow's server, installed at the first use, until Ctrl-C.
 *
 *   npm run mlflow -- [--port 5000]      what it keeps is in the folder mlflow
 *   npm run mlflow -- --upload           sends the runs that wait in the queue to tracking.uri
 *   npm run mlflow -- --delete NAME      puts an experiment in the trash
 *   npm run mlflow -- --purge NAME       removes one that is in the trash of the folder mlflow, for good
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { run } from './child.mjs';
import { SetupError } from './errors.mjs';
import { foreground } from './foreground.mjs';
import { mlflowPackages } from './mlflow-packages.mjs';
import { mlflowEnvironment, placesOf, serverCommand, whenUp } from './mlflow-server.mjs';
import { inRoot, mlflowPython, node } from './places.mjs';
import { orExplain, setUp } from './setup.mjs';

const EXIT_USAGE = 2;
const OPTIONS = {
  port: { type: 'string', default: '5000' },
  folder: { type: 'string', default: inRoot('mlflow') },
  upload: { type: 'boolean', default: false },
  delete: { type: 'string' },
  purge: { type: 'string' },
  uri: { type: 'string' },
  queue: { type: 'string' },
  params: { type: 'string' },
};

/** The flags that were given, for the program that talks to the server. */
const flagsOf = ({ uri, queue, params }) =>
  Object.entries({ uri, queue, params }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );

const talk = (options, ...args) =>
  foreground(node(), [inRoot('lib', 'cli', 'mlflow.ts'), ...args, ...flagsOf(options)]);

async function purge({ folder, purge: name }) {
  await setUp([mlflowPackages]);
  const { store, artifacts } = placesOf(folder);
  await run(mlflowPython, [inRoot('setup', 'purge_experiment.py'), store, artifacts, name], {
    what: 'the removal',
    env: mlflowEnvironment(),
  });
  process.stdout.write(`removed ${name} from ${folder}\n`);
  return 0;
}

/** Serves until a signal comes or the server ends by itself; resolves to the exit code. */
async function serve({ folder, port }) {
  await setUp([mlflowPackages]);
  const { program, args, env } = serverCommand(folder, port);
  const { log } = placesOf(folder);
  const output = openSync(log, 'w');
  // a group of its own: the server starts processes too, and all of them must end
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = new Promise((resolve) => child.on('close', resolve).on('error', resolve));
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    process.kill(-child.pid, 'SIGTERM');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const address = `http://127.0.0.1:${port}`;
  const hasEnded = () => isStopped || child.exitCode !== null || child.signalCode !== null;
  if (await whenUp(address, hasEnded)) {
    process.stdout.write(`MLflow serves ${folder} at ${address} (Ctrl-C ends it; log: ${log})\n`);
  }
  await ended;
  if (isStopped) return 0;
  const error = new SetupError('MLflow ended by itself', { output: readFileSync(log, 'utf8') });
  error.hint = `where another program has the port ${port}: npm run mlflow -- --port 5001`;
  throw error;
}

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (/^\d+$/.test(values.port)) return values;
    throw new Error(`--port must be a number; got ${values.port}`);
  } catch ({ message }) {
    process.stderr.write(`error E_USAGE: ${message}\n`);
    process.exit(EXIT_USAGE);
  }
}

const options = readOptions();
process.exitCode = await orExplain(() => {
  if (options.upload) return talk(options, '--upload');
  if (options.delete !== undefined) return talk(options, '--delete', options.delete);
  return options.purge === undefined ? serve(options) : purge(options);
});
