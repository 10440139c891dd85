/** A PostgreSQL server of the machine's own packages, for the time of a test. */
import { spawnSync } from 'node:child_process';
import { chownSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';

export interface Postgres {
  readonly url: string;
  /** Cells of the rows that a query gives, as texts. */
  query(sql: string): string[][];
  stop(): void;
}

/** Debian keeps the server's programs off the PATH. */
const FOLDERS = [
  ...(process.env.PATH ?? '').split(delimiter),
  ...globSync('/usr/lib/postgresql/*/bin').toSorted(),
];

/**
 * Starts a server in `folder`, on a free port of the loopback.
 *
 * @throws Error with what is missing.
 */
export async function startPostgres(folder: string): Promise<Postgres> {
  const [initdb, control, psql] = ['initdb', 'pg_ctl', 'psql'].map(find);
  const owner = findOwner();
  const data = join(folder, 'postgres');
  mkdirSync(data);
  if (owner !== null) chownSync(data, owner.uid, owner.gid);
  const run = (program: string, args: readonly string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      ...{ cwd: data, encoding: 'utf8' },
      ...owner,
      // the server inherits them, and would keep a pipe open for as long as it runs
      stdio: ['ignore', program === control ? 'ignore' : 'pipe', program === control ? 'ignore' : 'pipe'], // prettier-ignore
    });
    if (status === 0) return stdout ?? '';
    throw new Error(`${program} ended with ${status}: ${error?.message ?? stderr}`);
  };
  const port = await findPort();
  run(initdb, ['-D', data, '-U', 'tune', '--auth=trust', '--no-sync', '-E', 'UTF8']);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -F`;
  run(control, ['-D', data, '-l', join(data, 'log'), '-w', '-o', options, 'start']);
  const url = `//tune@127.0.0.1:${port}/postgres`;
  return {
    url: `postgresql+psycopg:${url}`,
    query: (sql) =>
      run(psql, ['-qtA', '-F', '\t', '-c', sql, `postgresql:${url}`])
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t')),
    stop: () => void run(control, ['-D', data, '-m', 'immediate', 'stop']),
  };
}

function find(program: string): string {
  const path = FOLDERS.flatMap((folder) => globSync(join(folder, program)))[0];
  if (path !== undefined) return path;
  throw new Error(`${program} of PostgreSQL is missing; on Debian: apt-get install postgresql`);
}

/** initdb refuses root; null: this user serves. */
function findOwner(): { uid: number; gid: number } | null {
  if (process.getuid!() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody'].flatMap((name) => users.filter(([n]) => n === name))[0];
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
