/**
 * Native TensorFlow for tfjs-node. The package's own installer downloads from a host that refuses
 * (tensorflow/tfjs #8742); PyPI's wheel has the same libraries, and its binding compiles in seconds.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { find, run } from './child.mjs';
import { SetupError } from './errors.mjs';
import { npmPackages } from './npm-packages.mjs';
import { binding, packageFolder, tensorflow, workshop } from './places.mjs';
import { virtualEnvironment } from './python-packages.mjs';
import { hash, hashFiles, isStamped, writeStamp } from './stamp.mjs';
import { hasWheels, takeFromWheel } from './wheel.mjs';

const VERSION = '2.21.0';
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const HEADERS = [
  'tensorflow/c/',
  'tensorflow/core/platform/ctstring',
  'tsl/platform/ctstring',
  'xla/tsl/c/',
];
const OTHERWISE =
  'training uses the WASM backend instead, about 10x slower; `npx timberline doctor` says what is missing';

export const findCompiler = () => find('g++') ?? find('c++') ?? find('clang++');

function needCompiler() {
  const compiler = findCompiler();
  if (compiler) return compiler;
  throw new SetupError('no C++ compiler', {
    hint: 'on Debian or Ubuntu: `apt-get install g++`, then run the command again',
  });
}

const libraryStamp = () => hash(VERSION, process.platform, process.arch);

export const tensorflowLibrary = {
  name: 'TensorFlow library',
  needs: [virtualEnvironment],
  otherwise: OTHERWISE,
  isDone: () => isStamped(tensorflow, libraryStamp()),
  async make() {
    if (!hasWheels()) {
      throw new SetupError(`no TensorFlow library for ${process.platform}-${process.arch}`);
    }
    needCompiler(); // before a long download
    const wheel = process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';
    await takeFromWheel({
      requirement: `${wheel}==${VERSION}`,
      cut: 'tensorflow/',
      wanted: [
        ...LIBRARIES.map((name) => `tensorflow/${name}`),
        ...HEADERS.map((prefix) => `tensorflow/include/${prefix}`),
      ],
      folder: tensorflow,
      made: libraryStamp(),
      files: LIBRARIES,
    });
  },
};

const sources = () => {
  const folder = join(packageFolder('@tensorflow/tfjs-node'), 'binding');
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
};

const bindingStamp = () => hash(libraryStamp(), hashFiles(...sources()));

/** Where tfjs-node looks for its binding: a link, so that `npm ci` costs no new compilation. */
const bindingLink = () =>
  join(packageFolder('@tensorflow/tfjs-node'), 'lib', 'napi-v8', 'tfjs_binding.node');

function isLinked() {
  const link = bindingLink();
  const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink && readlinkSync(link) === relative(dirname(link), binding);
}

/**
 * Links against empty stand-ins that bear the libraries' names: the linker takes 7 s to read the
 * 788 MB library, and the loader resolves its symbols at run time in any case.
 */
async function compile() {
  const compiler = needCompiler();
  const folder = dirname(binding);
  const work = mkdtempSync(join(workshop, 'binding-'));
  const stubs = LIBRARIES.map((name) => join(work, name));
  for (const stub of stubs) {
    const soname = `-Wl,-soname,${basename(stub)}`;
    await run(compiler, ['-shared', '-x', 'c++', '/dev/null', soname, '-o', stub]);
  }
  const include = [join(tensorflow, 'include'), join(packageFolder('node-api-headers'), 'include')];
  await run(compiler, [
    ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8'],
    ...include.map((path) => `-I${path}`),
    ...sources().filter((path) => path.endsWith('.cc')),
    ...['-Wl,--no-as-needed', ...stubs],
    '-Wl,-rpath,$ORIGIN/../tensorflow',
    ...['-o', join(work, 'tfjs_binding.node')],
  ]);
  for (const stub of stubs) rmSync(stub);
  writeStamp(work, bindingStamp(), ['tfjs_binding.node']);
  rmSync(folder, { recursive: true, force: true });
  renameSync(work, folder);
}

export const tensorflowBinding = {
  name: 'TensorFlow binding',
  needs: [npmPackages, tensorflowLibrary],
  otherwise: OTHERWISE,
  isDone: () =>
    packageFolder('@tensorflow/tfjs-node') !== null &&
    isStamped(dirname(binding), bindingStamp()) &&
    isLinked(),
  async make() {
    if (!isStamped(dirname(binding), bindingStamp())) await compile();
    const link = bindingLink();
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), binding), link);
  },
};
