/** Kernels of ours in C++, compiled for this very processor. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { run } from './child.mjs';
import { SetupError } from './errors.mjs';
import { inRoot, kernels, workshop } from './places.mjs';
import { hash, hashFiles, isStamped, writeStamp } from './stamp.mjs';
import { findCompiler } from './tensorflow.mjs';

/** Typed arrays repeat the kernel's arithmetic to the bit, hence no fused multiply-add. */
const FLAGS = ['-O3', '-std=c++17', '-march=native', '-ffp-contract=off', '-fPIC', '-shared'];

function kernelStep({ name, folder, file, otherwise, ...facts }) {
  const sources = () =>
    readdirSync(inRoot(folder))
      .sort()
      .map((source) => inRoot(folder, source));
  // a folder that moves to another processor may hold instructions that it lacks
  const machine = [process.platform, process.arch, cpus()[0]?.model ?? ''];
  const stamp = () => hash(...machine, ...FLAGS, hashFiles(...sources()));
  const place = join(kernels, file);
  return {
    ...facts,
    name,
    needs: [],
    otherwise,
    library: join(place, `${file}.so`),
    isDone: () => isStamped(place, stamp()),
    async make() {
      const compiler = findCompiler();
      if (!compiler) {
        throw new SetupError(`no C++ compiler for the ${name}`, {
          hint: 'on Debian or Ubuntu: `apt-get install g++`, then run the command again',
        });
      }
      const work = mkdtempSync(join(workshop, `${file}-`));
      const units = sources().filter((path) => path.endsWith('.cc'));
      await run(compiler, [...FLAGS, ...units, '-o', join(work, `${file}.so`), '-lpthread'], {
        what: `compiling the ${name}`,
      });
      writeStamp(work, stamp(), [`${file}.so`]);
      mkdirSync(kernels, { recursive: true });
      rmSync(place, { recursive: true, force: true });
      renameSync(work, place);
    },
  };
}

export const treesKernel = kernelStep({
  name: 'trees kernel',
  folder: 'lib/models/trees/kernel',
  file: 'trees',
  otherwise:
    'extra-trees and random-forest grow with typed arrays instead, about 10x slower; `npx timberline doctor` says what is missing',
  /** What `timberline doctor` calls. */
  probe:
    'void trees_predict(const void *, int64_t, const int32_t *, int32_t, const double *, int32_t, int32_t, const int32_t *, const uint32_t *, const float *, int64_t, int32_t, void *, int32_t)',
});
