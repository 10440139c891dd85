/**
 * Files as they were at another revision: a commit, a branch, a tag, an experiment of DVC. Git names the commit and
 * has what it tracks; DVC has the outs, in its cache or its remote.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { StageError } from '../errors.ts';

interface Failure {
  /** Of the program where it ran; a name where it did not. */
  readonly code?: number | string;
  readonly stdout?: string;
  readonly stderr?: string;
}

const execute = promisify(execFile);
const MAX_OUTPUT_BYTES = 1 << 26;

/**
 * The commit of a revision.
 *
 * @throws StageError E_USAGE when there is no such revision, E_ENVIRONMENT without Git or a repository.
 */
export async function resolveRevision(name: string): Promise<string> {
  const commit = await git([
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  ]);
  if (commit !== null) return commit.trim();
  // as DVC stores the experiment `name`: refs/exps/<2 of the baseline>/<38 of it>/<name>
  const references = await git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/exps']);
  const experiment = (references ?? '').split('\n').find((line) => line.endsWith(`/${name}`));
  if (experiment !== undefined) return experiment.split(' ')[0];
  throw new StageError(
    'E_USAGE',
    `${name} must be a revision of Git, an experiment of DVC, or a table of predictions; got none of them`,
    { hint: 'npx dvc exp show lists experiments; a table ends in .parquet, .csv or .csv.gz' },
  );
}

/** Text of a file that Git tracks, at a commit; null: it is not there. */
export async function readAtCommit(commit: string, file: string): Promise<string | null> {
  return await git(['show', `${commit}:./${file}`]);
}

/**
 * Copies an out of DVC as it was at a commit.
 *
 * @param name - What people call the commit.
 * @throws StageError E_DATA when it was not there, or is neither in the cache nor in the remote.
 */
export async function getOut(
  { name, commit }: { name: string; commit: string },
  file: string,
  destination: string,
): Promise<void> {
  const prefix = ((await git(['rev-parse', '--show-prefix'])) ?? '').trim();
  const args = ['get', '.', `${prefix}${file}`, '--rev', commit, '--out', destination, '--force'];
  const said = await run('dvc', [...args, '--quiet'], 'npm start sets it up');
  if (said.code === 0 && existsSync(destination)) return;
  // of a path that it does not know DVC says no more than the path
  const reason = /^ERROR: (?!unexpected error)(.*)$/m.exec(said.stderr)?.[1] ?? 'no such out';
  throw new StageError('E_DATA', `${name} must hold ${file}; got ${reason}`, {
    hint: 'run the pipeline there and commit dvc.lock, or get what it made with npx dvc fetch',
  });
}

/** What Git prints; null where it says no. */
async function git(args: readonly string[]): Promise<string | null> {
  const { code, stdout, stderr } = await run(
    'git',
    args,
    'install it, or name tables of predictions',
  );
  if (/not a git repository/.test(stderr)) {
    throw new StageError('E_ENVIRONMENT', 'the folder must be in a Git repository; got none', {
      hint: 'name tables of predictions: npx timberline compare a.parquet b.parquet',
    });
  }
  return code === 0 ? stdout : null;
}

async function run(
  program: string,
  args: readonly string[],
  hint: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await execute(program, args, { maxBuffer: MAX_OUTPUT_BYTES })) };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as Failure;
    if (code === 'ENOENT') {
      throw new StageError('E_ENVIRONMENT', `${program} must be on the PATH; got no such program`, {
        hint,
        cause: error,
      });
    }
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}
