/**
 * What pip and Python's standard library do for fetch: the source archive of a package, by the user's own
 * pip with the user's own configuration, and one member of an archive.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { isAlive, ownPid } from '../processes.ts';
import type { Source } from './catalogue.ts';
import type { FetchContext } from './fetch.ts';

const PYTHON = 'python3';

/**
 * `archive FILE MEMBER` or `package NAME==VERSION MEMBER FOLDER`; the bytes of the member go to stdout.
 *
 * Before pip hands out a source archive it makes its metadata, by running the setup.py in it, which wants
 * numpy here, and elsewhere anything. The stand-in for setuptools answers with the metadata that the archive
 * holds already: nothing of the archive runs, and nothing has to be installed.
 */
const SCRIPT = `
import importlib.util, os, shutil, signal, subprocess, sys, tarfile, venv, zipfile

STAND_IN = '''
import os, shutil
from email.parser import HeaderParser

class __legacy__:
    def prepare_metadata_for_build_wheel(folder, config_settings=None):
        with open("PKG-INFO", encoding="utf-8") as file:
            info = HeaderParser().parse(file)
        name = info["Name"].replace("-", "_") + "-" + info["Version"] + ".dist-info"
        os.mkdir(os.path.join(folder, name))
        shutil.copy("PKG-INFO", os.path.join(folder, name, "METADATA"))
        return name
'''

def put(path, text=""):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)

def python_with_pip(folder):
    if importlib.util.find_spec("pip"):
        return sys.executable
    venv.create(os.path.join(folder, "venv"), with_pip=True)
    return os.path.join(folder, "venv", "bin", "python")

def download(package, folder):
    python = python_with_pip(folder)
    modules, dest = os.path.join(folder, "modules"), os.path.join(folder, "dest")
    put(os.path.join(modules, "setuptools", "__init__.py"))
    put(os.path.join(modules, "setuptools", "build_meta.py"), STAND_IN)
    put(os.path.join(modules, "wheel", "__init__.py"))
    os.environ.update(PYTHONPATH=modules, TMPDIR=folder)
    pip = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
           "--no-build-isolation", "--use-pep517", "--dest", dest, package]
    code = subprocess.run(pip, stdout=sys.stderr).returncode
    if code != 0:
        sys.exit(code)
    return os.path.join(dest, os.listdir(dest)[0])

def copy(source):
    shutil.copyfileobj(source, sys.stdout.buffer, 1 << 20)

def copy_member(archive, member):
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            copy(file.open(member))
    else:
        with tarfile.open(archive) as file:
            copy(file.extractfile(member))

# so that subprocess.run ends pip before this process ends
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
kind, what, member, *folder = sys.argv[1:]
if kind == "package":
    what = download(what, os.path.abspath(folder[0]))
    top = os.path.basename(what).removesuffix(".tar.gz").removesuffix(".zip")
    member = top + "/" + member
copy_member(what, member)
`;

/** Bytes of one member of a .zip, .tar or .tar.gz file. */
export function readArchive(
  file: string,
  member: string,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  return runScript(['archive', file, member], signal);
}

/** Bytes of one member of the source archive of a package, its path below the archive's one folder. */
export async function* readPackage(
  label: string,
  source: Extract<Source, { package: string }>,
  { log, signal, downloads }: FetchContext,
): AsyncIterable<Buffer> {
  const folder = await makeFolder(downloads);
  try {
    log.info(`${label}: asking pip for ${source.package}`);
    yield* runScript(['package', source.package, source.member, folder], signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* runScript(args: readonly string[], signal: AbortSignal): AsyncIterable<Buffer> {
  const child = spawn(PYTHON, ['-c', SCRIPT, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let errors = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (errors = (errors + text).slice(-8000)));
  const closed = once(child, 'close');
  // an error of spawn is thrown where `closed` is awaited, which is after the loop below
  closed.catch(() => {});
  let isRead = false;
  try {
    yield* child.stdout;
    isRead = true;
  } finally {
    if (!isRead) child.kill();
  }
  const [code, endedBy] = (await closed.catch(explainSpawn)) as [number | null, string | null];
  if (code !== 0) throw toError(errors, code ?? endedBy);
}

function explainSpawn(error: NodeJS.ErrnoException): never {
  throw error.code === 'ENOENT' ? new Error(`no ${PYTHON} on the PATH`) : error;
}

/** The line in which pip or Python says what went wrong. */
function toError(stderr: string, end: number | string | null): Error {
  // pip colours its errors where FORCE_COLOR asks for it
  const plain = stripVTControlCharacters(stderr);
  const lines = plain.split('\n').filter((line) => line.trim() !== '');
  const said = lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? '';
  const error = new Error(said.replace(/^ERROR: /, '') || `${PYTHON} ended with ${end}`);
  const isDiskFull = /No space left on device/.test(stderr);
  return isDiskFull ? Object.assign(error, { code: 'ENOSPC' }) : error;
}

/** A folder for this run's pip to work in. */
async function makeFolder(downloads: string): Promise<string> {
  const own = join(downloads, `package.${ownPid}`);
  await mkdir(own, { recursive: true });
  return own;
}

/** Removes the folders of runs that ended while pip was at work. */
export async function removeAbandoned(downloads: string): Promise<void> {
  const entries = existsSync(downloads) ? await readdir(downloads) : [];
  for (const entry of entries) {
    const pid = /^package\.(\d+)$/.exec(entry)?.[1];
    if (pid === undefined || (Number(pid) !== ownPid && isAlive(Number(pid)))) continue;
    await rm(join(downloads, entry), { recursive: true, force: true });
  }
}
