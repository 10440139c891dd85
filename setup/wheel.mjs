/** Members of a PyPI wheel, taken without installing it: the user's Python version does not matter. */
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { venvPython, workshop } from './places.mjs';
import { pip } from './python-packages.mjs';
import { writeStamp } from './stamp.mjs';

const ARCHITECTURES = { x64: 'x86_64', arm64: 'aarch64' };
const GLIBC = ['manylinux_2_28', 'manylinux_2_27', 'manylinux_2_17', 'manylinux2014'];

/** Whether PyPI's Linux wheels run here: a known processor, and glibc rather than musl. */
export const hasWheels = () =>
  process.platform === 'linux' &&
  process.arch in ARCHITECTURES &&
  Boolean(process.report?.getReport().header.glibcVersionRuntime);

// argv: wheel, prefix to cut, target, then the prefixes of the members to take.
const EXTRACT = `
import os, shutil, sys, zipfile
wheel, cut, target, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        if member.is_dir() or not member.filename.startswith(tuple(wanted)):
            continue
        path = os.path.join(target, member.filename.removeprefix(cut))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(member) as source, open(path, 'wb') as out:
            shutil.copyfileobj(source, out, 1 << 20)
`;

/**
 * Downloads `requirement` and puts its members that begin with one of `wanted` into `folder`,
 * which appears only when complete; `files` are the members whose sizes the stamp remembers.
 */
export async function takeFromWheel({ requirement, cut, wanted, folder, made, files }) {
  const work = mkdtempSync(join(workshop, 'wheel-'));
  try {
    const platforms = GLIBC.flatMap((glibc) => [
      '--platform',
      `${glibc}_${ARCHITECTURES[process.arch]}`,
    ]);
    const target = ['--only-binary=:all:', '--python-version', '3.11', ...platforms];
    await pip(['download', '--no-deps', ...target, '--dest', work, requirement], '`pip download`');
    const [wheel] = readdirSync(work).filter((name) => name.endsWith('.whl'));
    const out = join(work, 'out');
    await run(venvPython, ['-c', EXTRACT, join(work, wheel), cut, out, ...wanted]);
    writeStamp(out, made, files);
    rmSync(folder, { recursive: true, force: true });
    renameSync(out, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
