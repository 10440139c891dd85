/**
 * onnxruntime, which runs what `export` writes: its npm package, 291 MB with the binaries of every system, of
 * which those of this one are kept (46 MB). `npm test` and `npm run setup -- --onnx` bring it; nothing else
 * needs it.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { onnxruntime, workshop } from './places.mjs';
import { hash, isStamped, writeStamp } from './stamp.mjs';

const VERSION = '1.30.0';
const BINARIES = join('node_modules', 'onnxruntime-node', 'bin', 'napi-v6');
/** Its other dependencies serve an installer that fetches binaries for graphics cards. */
const KEPT = ['onnxruntime-common', 'onnxruntime-node'];

const stamp = () => hash(VERSION, process.platform, process.arch);

/** Removes all but `kept` from a folder. */
function keepOnly(folder, kept) {
  for (const name of readdirSync(folder)) {
    if (!kept.includes(name)) rmSync(join(folder, name), { recursive: true });
  }
}

export const onnxruntimePackage = {
  name: 'onnxruntime',
  needs: [],
  otherwise: 'export to ONNX is not available',
  isDone: () => isStamped(onnxruntime, stamp()),
  async make() {
    const work = mkdtempSync(join(workshop, 'onnxruntime-'));
    writeFileSync(join(work, 'package.json'), '{}\n');
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    await run('npm', ['install', '--prefix', work, ...options, `onnxruntime-node@${VERSION}`], {
      what: '`npm install onnxruntime-node`',
      hint: 'npm must reach its registry; behind a proxy set HTTPS_PROXY or `npm config set registry`',
    });
    keepOnly(join(work, 'node_modules'), KEPT);
    keepOnly(join(work, BINARIES), [process.platform]);
    keepOnly(join(work, BINARIES, process.platform), [process.arch]);
    writeStamp(work, stamp(), [
      join(BINARIES, process.platform, process.arch, 'onnxruntime_binding.node'),
    ]);
    rmSync(onnxruntime, { recursive: true, force: true });
    mkdirSync(join(onnxruntime, '..'), { recursive: true });
    renameSync(work, onnxruntime);
  },
};
